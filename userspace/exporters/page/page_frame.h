// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace culprit {

// What all pages have around their own sections. Texts are markup, escaped already.

struct PageTop {
  std::string title, subtitle;
  std::string_view script_hash;  ///< of the only script that the page's policy lets run
};

/// From the document's type to the begin of its sections.
std::string page_top(const PageTop& top);

/// The flame graph with its controls; `below` stands under it.
std::string page_graph(std::string_view heading, std::string_view below);

/// The keys, the data and the script, to the document's end.
std::string page_end(std::string_view packed_data, std::string_view script);

}  // namespace culprit
