// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace culprit {

/// What the loss counter of this name counts, for people: "samples that the kernel did not
/// deliver". A name that is not known stays as it is.
std::string loss_words(std::string_view cause);

/// "lost: samples that the kernel did not deliver 12, ..."; empty when nothing was lost.
std::string word_losses(const std::map<std::string, std::uint64_t>& lost);

}  // namespace culprit
