// SPDX-License-Identifier: Apache-2.0
#include "detectors/address_text.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(AddressText, IsWhatClientsAreConfiguredWith) {
  EXPECT_EQ(address_text({.address = "172.18.0.3", .port = 5432}), "172.18.0.3:5432");
  EXPECT_EQ(address_text({.address = "::1", .port = 5432}), "[::1]:5432");
}

TEST(AddressText, OfAUnixSocketIsItsPath) {
  EXPECT_EQ(address_text({.protocol = Protocol::Unix, .address = "/run/app:1.sock"}),
            "/run/app:1.sock");
}

TEST(AddressText, IsDisplayable) {
  const std::string text =
      address_text({.protocol = Protocol::Unix, .address = "/run/\x1b[2J" + std::string(500, 'x')});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_LT(text.size(), 100U);
}

}  // namespace
}  // namespace culprit
