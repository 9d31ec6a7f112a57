# SPDX-License-Identifier: Apache-2.0
# Building everything from scratch in half the time: headers that most files include are parsed once
# for all libraries and once for all tests, and files are joined into batches, which saves compiling
# the same templates again and again. Without CULPRIT_FAST_BUILD, as in the preset dev, each file has
# to stand on its own includes, and one that changed is compiled alone.
if(NOT CULPRIT_FAST_BUILD)
  function(culprit_fast_build target kind)
  endfunction()
  return()
endif()

# An empty library and an empty program: precompiled headers are good only for the flags they were
# made with, and CMake compiles programs (-fPIE) and libraries (-fPIC) differently.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled_library.cpp CONTENT "")
add_library(culprit_precompiled_library STATIC ${CMAKE_BINARY_DIR}/precompiled_library.cpp)
target_link_libraries(culprit_precompiled_library PRIVATE culprit_flags)
target_precompile_headers(culprit_precompiled_library PRIVATE
  <algorithm> <array> <charconv> <chrono> <functional> <map> <memory> <optional> <set> <span> <string>
  <string_view> <tuple> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)

if(CULPRIT_TESTS)
  find_package(GTest REQUIRED)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled_test.cpp CONTENT "int main() {}\n")
  add_executable(culprit_precompiled_test EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled_test.cpp)
  target_link_libraries(culprit_precompiled_test PRIVATE culprit_flags GTest::gmock)
  target_precompile_headers(culprit_precompiled_test PRIVATE
    <algorithm> <chrono> <map> <memory> <optional> <span> <string> <vector> <gmock/gmock.h>
    <gtest/gtest.h>)
endif()

find_program(CULPRIT_BATCH_PYTHON3 python3)
mark_as_advanced(CULPRIT_BATCH_PYTHON3)
set(culprit_batch_lines 1200)

# Joins the sources of a target into batches. Which files may meet depends on their private names:
# after giving one to a second file, configure again.
function(culprit_join_sources target)
  get_target_property(sources ${target} SOURCES)
  list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
  execute_process(
    COMMAND ${CULPRIT_BATCH_PYTHON3} ${CMAKE_SOURCE_DIR}/tools/source_batches.py ${culprit_batch_lines}
            ${sources}
    OUTPUT_VARIABLE batches COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" batches "${batches}")
  foreach(line IN LISTS batches)
    string(REGEX MATCH "^([0-9]+) (.*)$" matched "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} PROPERTIES UNITY_GROUP batch_${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# kind: library or test
function(culprit_fast_build target kind)
  target_precompile_headers(${target} REUSE_FROM culprit_precompiled_${kind})
  if(CULPRIT_BATCH_PYTHON3)
    culprit_join_sources(${target})
  endif()
endfunction()
