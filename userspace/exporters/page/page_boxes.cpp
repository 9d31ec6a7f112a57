// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/page_boxes.h"

namespace culprit {

void PageBoxes::add(const FlameTree::Key& key, std::string_view source,
                    std::uint32_t caller_distance) {
  const Key numbers{texts_.number_of(key.name), texts_.number_of(key.module),
                    static_cast<std::uint32_t>(key.kind), texts_.number_of(source)};
  const auto [entry, added] =
      known_.try_emplace(numbers, static_cast<std::uint32_t>(names_.size()));
  if (added) {
    names_.push_back(std::get<0>(numbers));
    modules_.push_back(std::get<1>(numbers));
    kinds_.push_back(std::get<2>(numbers));
    sources_.push_back(std::get<3>(numbers));
  }
  box_keys_.push_back(entry->second);
  distances_.push_back(caller_distance);
}

void PageBoxes::write(PageJson& json) const {
  json["texts"] = texts_.texts();
  json["keys"] = {{"name", names_}, {"module", modules_}, {"kind", kinds_}, {"source", sources_}};
  json["boxes"] = {{"parent", distances_}, {"key", box_keys_}};
}

}  // namespace culprit
