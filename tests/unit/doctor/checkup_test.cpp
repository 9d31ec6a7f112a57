// SPDX-License-Identifier: Apache-2.0
#include "doctor/checkup.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "doctor/doctor.h"

namespace culprit {
namespace {

Checkup with(Check check) {
  return {.version = "0.1.0", .kernel = "6.1.0", .checks = {std::move(check)}};
}

TEST(Checkup, FailsOnlyWithoutWhatIsRequired) {
  EXPECT_TRUE(Checkup{}.can_investigate());
  EXPECT_TRUE(with({.name = "names", .health = Health::Missing}).can_investigate());
  EXPECT_TRUE(
      with({.name = "BTF", .health = Health::Fallback, .required = true}).can_investigate());
  EXPECT_FALSE(
      with({.name = "BTF", .health = Health::Missing, .required = true}).can_investigate());
}

TEST(Checkup, AsTextSaysWhatIsLostAndWhatMendsIt) {
  const std::string text = write_checkup_text(with({.section = "rights",
                                                    .name = "CAP_SYSLOG",
                                                    .health = Health::Fallback,
                                                    .found = "kernel names",
                                                    .lost = "names",
                                                    .mend = "sudo culprit"}),
                                              /*ascii=*/true);
  EXPECT_EQ(text,
            "culprit 0.1.0 doctor  kernel 6.1.0\n\nrights\n"
            "  less CAP_SYSLOG               kernel names\n"
            "       lost: names\n       mend: sudo culprit\n"
            "\nAn investigation works here: type culprit\n");
}

TEST(Checkup, AsJsonIsWellFormedWhateverTheTextsHold) {
  const Checkup checkup = with({.section = "kernel",
                                .name = "BTF",
                                .health = Health::Missing,
                                .found = "\xff\"\n",
                                .required = true});
  const auto document =
      nlohmann::json::parse(write_checkup_json(checkup), nullptr, /*allow_exceptions=*/false);
  ASSERT_FALSE(document.is_discarded());
  EXPECT_EQ(document["schema"], "culprit.doctor/1");
  EXPECT_EQ(document["can_investigate"], false);
  EXPECT_EQ(document["checks"][0]["health"], "missing");
}

}  // namespace
}  // namespace culprit
