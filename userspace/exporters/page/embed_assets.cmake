# SPDX-License-Identifier: Apache-2.0
# Makes page_assets.h of the page's style and scripts, with the hashes by which its
# Content-Security-Policy lets them, and nothing else, take effect.

# SHA-256 of a text as the policy wants it: in base64.
function(culprit_policy_hash text result)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hash "${text}")
  string(APPEND hash 00)  # 32 bytes and a 33rd make 11 groups of three
  set(encoded)
  foreach(group RANGE 10)
    math(EXPR begin "${group} * 6")
    string(SUBSTRING ${hash} ${begin} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR letter "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${letter} 1 letter)
      string(APPEND encoded ${letter})
    endforeach()
  endforeach()
  string(SUBSTRING ${encoded} 0 43 encoded)
  set(${result} ${encoded}= PARENT_SCOPE)
endfunction()

set(page ${CMAKE_CURRENT_SOURCE_DIR}/page)
set(script_files call_data.js colours.js flame_view.js time_strip.js page.js)
file(READ ${page}/style.css page_style)
set(page_script "(function () {\n\"use strict\";\n")
foreach(file IN LISTS script_files)
  file(READ ${page}/${file} content)
  string(APPEND page_script "${content}")
endforeach()
string(APPEND page_script "}());\n")
culprit_policy_hash("${page_style}" page_style_hash)
culprit_policy_hash("${page_script}" page_script_hash)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/generated/page_assets.h CONTENT
  [[// Made by embed_assets.cmake.
#pragma once

#include <string_view>

namespace culprit {

inline constexpr std::string_view kPageStyleHash = "@page_style_hash@";
inline constexpr std::string_view kPageScriptHash = "@page_script_hash@";
inline constexpr std::string_view kPageStyle = R"ASSET(@page_style@)ASSET";
inline constexpr std::string_view kPageScript = R"ASSET(@page_script@)ASSET";

}  // namespace culprit
]] @ONLY)
list(TRANSFORM script_files PREPEND ${page}/)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script_files} ${page}/style.css)
