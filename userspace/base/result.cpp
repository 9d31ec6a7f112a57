// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cstdlib>
#include <cstring>

namespace culprit {

Error Error::from_errno(std::string_view attempted, int error_number) {
  const int positive = std::abs(error_number);
  std::string message = "cannot ";
  message += attempted;
  message += ": ";
  message += std::strerror(positive);  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  return Error(std::move(message), positive);
}

Error Error::within(std::string_view context) && {
  std::string message(context);
  message += ": ";
  message += message_;
  return Error(std::move(message), error_number_);
}

}  // namespace culprit
