// SPDX-License-Identifier: Apache-2.0
#include "containers/unix_http.h"

#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace culprit {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

constexpr std::uint64_t kMaxBodyBytes = 4U << 20U;
constexpr std::uint32_t kMaxHeaderBytes = 64U << 10U;

}  // namespace

/// The socket with the loop that drives it: nothing runs but inside a call.
class UnixHttpClient::Connection {
 public:
  Connection(std::string socket_path, std::chrono::steady_clock::time_point deadline)
      : socket_path_(std::move(socket_path)), deadline_(deadline), socket_(loop_) {}

  Status connect() {
    error_code result = asio::error::would_block;
    socket_.async_connect(asio::local::stream_protocol::endpoint(socket_path_),
                          [&result](error_code code) { result = code; });
    return finish("connect to", result);
  }

  Result<std::string> get(const std::string& target) {
    if (!socket_.is_open()) {
      return Error("the connection to " + socket_path_ + " is closed");
    }
    // Version 1.1 is asked for so that one connection serves for all.
    http::request<http::empty_body> request(http::verb::get, target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::user_agent, "culprit");
    error_code result = asio::error::would_block;
    http::async_write(socket_, request,
                      [&result](error_code code, std::size_t /*bytes*/) { result = code; });
    if (auto sent = finish("ask", result); !sent) {
      return std::move(sent).error();
    }
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxBodyBytes);
    parser.header_limit(kMaxHeaderBytes);
    result = asio::error::would_block;
    http::async_read(socket_, buffer_, parser,
                     [&result](error_code code, std::size_t /*bytes*/) { result = code; });
    if (auto received = finish("read the answer of", result); !received) {
      return std::move(received).error();
    }
    if (parser.get().need_eof()) {
      close();
    }
    if (parser.get().result() != http::status::ok) {
      return Error(socket_path_ + " answered with status " +
                   std::to_string(parser.get().result_int()) + " to GET " + target);
    }
    return std::move(parser.get().body());
  }

  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

 private:
  /// Runs the operation just started until it has ended or the deadline has passed.
  Status finish(const char* attempted, const error_code& result) {
    loop_.restart();
    loop_.run_until(deadline_);
    if (!loop_.stopped()) {  // still going: the closed socket ends it, its handler must be run
      close();
      loop_.run();
      return Error("cannot " + std::string(attempted) + " " + socket_path_ +
                       ": no answer within the time allowed",
                   ETIMEDOUT);
    }
    if (result) {
      close();
      return Error(
          "cannot " + std::string(attempted) + " " + socket_path_ + ": " + result.message(),
          result.category() == boost::system::system_category() ? result.value() : 0);
    }
    return Success{};
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

  std::string socket_path_;
  std::chrono::steady_clock::time_point deadline_;
  asio::io_context loop_{1};
  Socket socket_;
  boost::beast::flat_buffer buffer_{kMaxBodyBytes + kMaxHeaderBytes};
};

UnixHttpClient::UnixHttpClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
UnixHttpClient::UnixHttpClient(UnixHttpClient&& other) noexcept = default;
UnixHttpClient& UnixHttpClient::operator=(UnixHttpClient&& other) noexcept = default;
UnixHttpClient::~UnixHttpClient() = default;

Result<UnixHttpClient> UnixHttpClient::connect(const std::string& socket_path,
                                               std::chrono::steady_clock::time_point deadline) {
  if (socket_path.empty() || socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error("\"" + socket_path + "\" cannot be the path of a socket: it is empty or too long");
  }
  auto connection = std::make_unique<Connection>(socket_path, deadline);
  if (auto connected = connection->connect(); !connected) {
    return std::move(connected).error();
  }
  return UnixHttpClient(std::move(connection));
}

Result<std::string> UnixHttpClient::get(const std::string& target) {
  return connection_->get(target);
}

bool UnixHttpClient::usable() const {
  return connection_->is_open();
}

}  // namespace culprit
