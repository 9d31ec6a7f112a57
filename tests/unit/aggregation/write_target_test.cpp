// SPDX-License-Identifier: Apache-2.0
#include "aggregation/write_target.h"

#include <gtest/gtest.h>

#include <string>

namespace culprit {
namespace {

WrittenObject object_of(FileKind kind, const std::string& path = {}) {
  WrittenObject object;
  object.kind = kind;
  object.path = path;
  return object;
}

WriteTarget target_of(const WrittenObject& object, WorkloadKind writer = WorkloadKind::Container,
                      std::optional<bool> engine_reads = std::nullopt) {
  return classify_write_target(object, writer, engine_reads);
}

TEST(WriteTarget, IsStandardOutputForTheEnginesPipes) {
  WrittenObject pipe = object_of(FileKind::Pipe, "pipe:[7]");
  pipe.standard_stream = 1;
  EXPECT_EQ(target_of(pipe), WriteTarget::Stdout);
  pipe.standard_stream = 2;
  EXPECT_EQ(target_of(pipe), WriteTarget::Stderr);
}

TEST(WriteTarget, IsJustAPipeWhenTheEngineDoesNotReadIt) {
  WrittenObject pipe = object_of(FileKind::Pipe);
  pipe.standard_stream = 1;
  EXPECT_EQ(target_of(pipe, WorkloadKind::Container, false), WriteTarget::Pipe);
  EXPECT_EQ(target_of(pipe, WorkloadKind::HostService), WriteTarget::Pipe);
  EXPECT_EQ(target_of(object_of(FileKind::Pipe)), WriteTarget::Pipe);
}

TEST(WriteTarget, IsStandardOutputForAContainersFirstTerminal) {
  WrittenObject terminal = object_of(FileKind::Terminal, "/dev/pts/0");
  terminal.standard_stream = 1;
  EXPECT_EQ(target_of(terminal), WriteTarget::Stdout);
  terminal.path = "/dev/pts/1";
  EXPECT_EQ(target_of(terminal), WriteTarget::Terminal) << "somebody looks around in it";
}

TEST(WriteTarget, IsAFileForARedirectedStandardOutput) {
  WrittenObject file = object_of(FileKind::Regular, "/app/out.log");
  file.standard_stream = 1;
  EXPECT_EQ(target_of(file), WriteTarget::File);
}

TEST(WriteTarget, KnowsTheSocketsOfTheJournalAndOfSyslog) {
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "/run/systemd/journal/stdout")),
            WriteTarget::Journal);
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "/run/systemd/journal/socket")),
            WriteTarget::Journal);
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "/var/run/systemd/journal/dev-log")),
            WriteTarget::Journal);
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "/dev/log")), WriteTarget::Syslog);
}

TEST(WriteTarget, DoesNotTakeASimilarPathForTheJournal) {
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "/tmp/run/systemd/journal/stdout")),
            WriteTarget::UnixSocket);
  EXPECT_EQ(target_of(object_of(FileKind::Regular, "/run/systemd/journal/stdout")),
            WriteTarget::File);
}

TEST(WriteTarget, TellsSocketsApartByTheirPeer) {
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "tcp:10.0.0.5:514")), WriteTarget::Tcp);
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "udp:[::1]:514")), WriteTarget::Udp);
  EXPECT_EQ(target_of(object_of(FileKind::Socket, "@abstract")), WriteTarget::UnixSocket);
}

TEST(WriteTarget, TellsSocketsWithoutAKnownPeerApartByTheirKind) {
  WrittenObject socket = object_of(FileKind::Socket, "socket:[77]");
  socket.stream_socket = true;
  EXPECT_EQ(target_of(socket), WriteTarget::UnixSocket);
  socket.stream_socket = false;
  socket.datagram = true;
  EXPECT_EQ(target_of(socket), WriteTarget::Udp);
}

TEST(WriteTarget, IsOtherForEverythingElse) {
  EXPECT_EQ(target_of(object_of(FileKind::Other, "/dev/null")), WriteTarget::Other);
  EXPECT_EQ(target_of(object_of(FileKind::Terminal)), WriteTarget::Terminal);
}

}  // namespace
}  // namespace culprit
