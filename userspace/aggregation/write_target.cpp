// SPDX-License-Identifier: Apache-2.0
#include "aggregation/write_target.h"

#include <string_view>

namespace culprit {
namespace {

/// "/var/run/x" is "/run/x" on every distribution of the last ten years.
std::string_view without_var(std::string_view path) {
  constexpr std::string_view kVar = "/var";
  return path.starts_with("/var/run/") ? path.substr(kVar.size()) : path;
}

WriteTarget socket_target(const WrittenObject& object) {
  const std::string_view path = without_var(object.path);
  if (path == "/run/systemd/journal/stdout" || path == "/run/systemd/journal/socket" ||
      path == "/run/systemd/journal/dev-log") {
    return WriteTarget::Journal;
  }
  if (path == "/dev/log") {
    return WriteTarget::Syslog;
  }
  // The peers of internet sockets are told as "tcp:ADDRESS:PORT" and "udp:ADDRESS:PORT". A stream
  // without a peer's name is a Unix one: a TCP socket that can be written to has a peer.
  if (path.starts_with("tcp:")) {
    return WriteTarget::Tcp;
  }
  if (path.starts_with("udp:")) {
    return WriteTarget::Udp;
  }
  const bool named = path.starts_with('/') || path.starts_with('@');
  return object.datagram && !named ? WriteTarget::Udp : WriteTarget::UnixSocket;
}

/// The first terminal of a container is the one that its engine made and reads ("-t"); others come
/// from people who look around in it.
bool is_engine_terminal(std::string_view path) {
  return path == "/dev/pts/0" || path == "/dev/console";
}

bool is_engine_stream(const WrittenObject& object, WorkloadKind writer,
                      std::optional<bool> engine_reads) {
  if (writer != WorkloadKind::Container || !object.standard_stream) {
    return false;
  }
  if (object.kind == FileKind::Terminal) {
    return engine_reads.value_or(is_engine_terminal(object.path));
  }
  return object.kind == FileKind::Pipe && engine_reads.value_or(true);
}

}  // namespace

WriteTarget classify_write_target(const WrittenObject& object, WorkloadKind writer,
                                  std::optional<bool> engine_reads) {
  if (is_engine_stream(object, writer, engine_reads)) {
    return *object.standard_stream == 1 ? WriteTarget::Stdout : WriteTarget::Stderr;
  }
  switch (object.kind) {
    case FileKind::Regular:
      return WriteTarget::File;
    case FileKind::Pipe:
      return WriteTarget::Pipe;
    case FileKind::Socket:
      return socket_target(object);
    case FileKind::Terminal:
      return WriteTarget::Terminal;
    case FileKind::Other:
      break;
  }
  return WriteTarget::Other;
}

}  // namespace culprit
