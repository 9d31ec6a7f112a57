// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace culprit {

/// Asks an HTTP server behind a Unix socket, one GET after the other over one connection, all of
/// them together within one deadline. There is no other method than GET, on purpose. Answers longer
/// than 4 MiB, slower than the deadline or not HTTP are failures. Not thread-safe.
class UnixHttpClient {
 public:
  /// Connects; the socket's name may be a stranger's, but it must be a socket.
  static Result<UnixHttpClient> connect(const std::string& socket_path,
                                        std::chrono::steady_clock::time_point deadline);

  /// The body of the answer; any status but 200 is a failure. After a failure that is not a status
  /// the connection is closed and all further calls fail.
  Result<std::string> get(const std::string& target);

  /// Whether further calls can work.
  [[nodiscard]] bool usable() const;

  UnixHttpClient(UnixHttpClient&& other) noexcept;
  UnixHttpClient& operator=(UnixHttpClient&& other) noexcept;
  UnixHttpClient(const UnixHttpClient&) = delete;
  UnixHttpClient& operator=(const UnixHttpClient&) = delete;
  ~UnixHttpClient();

 private:
  class Connection;
  explicit UnixHttpClient(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace culprit
