// SPDX-License-Identifier: Apache-2.0
#include "containers/docker_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using std::chrono::milliseconds;
using test::TemporaryFolder;
using testing::HasSubstr;

const std::string kId = std::string(64, 'a');

/// Far above the deadlines below, far below forever: the machine may be busy.
constexpr std::chrono::seconds kPatience{5};

/// An engine that answers each request as it is told to, over one connection after the other.
class FakeEngine {
 public:
  /// Gets the request's head and returns the bytes to send; "" closes, "stuck" never answers.
  using Answer = std::function<std::string(const std::string& request)>;

  FakeEngine(std::string path, Answer answer) : answer_(std::move(answer)) {
    listening_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    EXPECT_EQ(::bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listening_.get(), 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    thread_.join();
  }

  std::vector<std::string> requests;

 private:
  void serve() {
    for (;;) {
      UniqueFd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.valid()) {
        return;
      }
      while (answer_one(client.get())) {
      }
    }
  }

  bool answer_one(int client) {
    std::string request;
    char byte = 0;
    while (request.find("\r\n\r\n") == std::string::npos) {
      if (::recv(client, &byte, 1, 0) != 1) {
        return false;
      }
      request += byte;
    }
    requests.push_back(request.substr(0, request.find('\r')));
    std::string reply = answer_(request);
    if (reply == "stuck") {
      (void)::recv(client, &byte, 1, 0);  // until the other side gives up
      return false;
    }
    while (!reply.empty()) {
      const ssize_t sent = ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      reply.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
  }

  Answer answer_;
  UniqueFd listening_;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string healthy_engine(const std::string& request) {
  if (request.find("GET /version ") == 0) {
    return ok(R"({"Version":"28.2.2"})");
  }
  if (request.find("GET /containers/json?all=true ") == 0) {
    return ok(R"([{"Id":")" + kId + R"(","Names":["/backend"],"Image":"i:1","State":"running"}])");
  }
  return ok(R"({"Id":")" + kId +
            R"(","Name":"/backend","RestartCount":2,"State":{"Running":true},"Config":{}})");
}

EngineAnswer ask(const std::string& socket, milliseconds deadline = milliseconds(1000)) {
  return ask_engines({.paths = {socket}, .named_by_user = true}, deadline);
}

TEST(DockerEngine, GathersNamesAndDetailsOverOneConnection) {
  const TemporaryFolder folder;
  EngineAnswer answer;
  FakeEngine engine(folder.path("socket"), healthy_engine);
  answer = ask(folder.path("socket"));
  EXPECT_TRUE(answer.failures.empty()) << answer.failures.front();
  ASSERT_EQ(answer.containers.size(), 1U);
  EXPECT_EQ(answer.containers[0].name, "backend");
  EXPECT_EQ(answer.containers[0].image, "i:1");
  EXPECT_EQ(answer.containers[0].runtime, "docker");
  EXPECT_EQ(answer.containers[0].restarts, 2U);
  EXPECT_THAT(answer.engines.front(), HasSubstr("docker 28.2.2"));
  for (const std::string& request : engine.requests) {
    EXPECT_EQ(request.find("GET "), 0U) << request;
  }
}

TEST(DockerEngine, ReadsChunkedAnswers) {
  const TemporaryFolder folder;
  FakeEngine engine(folder.path("socket"), [](const std::string& request) {
    if (request.find("GET /version ") == 0) {
      return std::string(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "9\r\n{\"Version\r\n6\r\n\":\"1\"}\r\n0\r\n\r\n");
    }
    return healthy_engine(request);
  });
  const EngineAnswer answer = ask(folder.path("socket"));
  EXPECT_TRUE(answer.failures.empty());
  EXPECT_EQ(answer.containers.size(), 1U);
}

/// How an engine may misbehave; none of it may cost more than the deadline.
struct Misbehaviour {
  const char* what;
  std::string reply;
};

TEST(DockerEngine, GivesUpOnAnEngineThatMisbehaves) {
  const std::vector<Misbehaviour> all = {
      {"stuck", "stuck"},
      {"closes", ""},
      {"garbage", std::string(1000, '\xff') + "\r\n\r\n"},
      {"an error", "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"},
      {"no JSON", ok("<html>")},
      {"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"},
      {"a giant length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"},
      {"a giant body", ok(std::string(6U << 20U, ' '))},
      {"a giant body in pieces", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n600000\r\n" +
                                     std::string(0x600000, ' ') + "\r\n0\r\n\r\n"},
      {"a giant header", "HTTP/1.1 200 OK\r\nX: " + std::string(1U << 20U, 'x') + "\r\n\r\n"},
      {"a redirect", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"},
  };
  for (const Misbehaviour& each : all) {
    SCOPED_TRACE(each.what);
    const TemporaryFolder folder;
    std::atomic<bool> first = true;
    FakeEngine engine(folder.path("socket"), [&](const std::string&) {
      return first.exchange(false) ? each.reply : std::string();
    });
    const auto begin = std::chrono::steady_clock::now();
    const EngineAnswer answer = ask(folder.path("socket"), milliseconds(150));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
    EXPECT_TRUE(answer.containers.empty());
    EXPECT_EQ(answer.failures.size(), 1U);
  }
}

TEST(DockerEngine, KeepsTheNamesWhenDetailsDoNotCome) {
  for (const char* reply : {"stuck", "", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}) {
    const TemporaryFolder folder;
    FakeEngine engine(folder.path("socket"), [&](const std::string& request) {
      return request.find("/json ") != std::string::npos &&
                     request.find("all=true") == std::string::npos
                 ? std::string(reply)
                 : healthy_engine(request);
    });
    const EngineAnswer answer = ask(folder.path("socket"), milliseconds(150));
    ASSERT_EQ(answer.containers.size(), 1U) << reply;
    EXPECT_EQ(answer.containers[0].name, "backend");
  }
}

TEST(DockerEngine, SaysSoWhenASocketThatWasNamedIsNotThere) {
  const TemporaryFolder folder;
  folder.file("file", "");
  for (const std::string& path :
       {folder.path("none"), folder.path("file"), std::string(), std::string(200, 'x')}) {
    const EngineAnswer answer = ask(path);
    EXPECT_EQ(answer.failures.size(), 1U) << path;
  }
  const EngineAnswer absent = ask_engines({.paths = {folder.path("none")}});
  EXPECT_TRUE(absent.failures.empty());
}

TEST(DockerEngine, IsAskedInTheBackground) {
  const TemporaryFolder folder;
  FakeEngine engine(folder.path("socket"), [](const std::string&) { return "stuck"; });
  const auto begin = std::chrono::steady_clock::now();
  EngineQuery query({.paths = {folder.path("socket")}}, {}, milliseconds(300));
  EXPECT_EQ(query.poll(), std::nullopt);
  EXPECT_EQ(query.wait().failures.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
  EXPECT_EQ(query.poll(), std::nullopt);
  EXPECT_TRUE(query.wait().failures.empty());
}

}  // namespace
}  // namespace culprit
