# SPDX-License-Identifier: Apache-2.0
# How every target of this project is compiled and linked.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Before the first target: a directory's options are those of the targets that follow.
if(CULPRIT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(CULPRIT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

include(ExternalLibraries)
include(FastBuild)

add_library(culprit_flags INTERFACE)
target_compile_options(culprit_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror
  -Wno-missing-field-initializers)  # designated initialisers leave the rest to its default
# g++ 12 reports dangling and uninitialised values inside its own std::string and std::variant at
# -O2 and with sanitizers; the same checks stay on in the dev preset and in clang-tidy.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(culprit_flags INTERFACE
    -Wzero-as-null-pointer-constant
    $<$<OR:$<CONFIG:Release>,$<BOOL:${CULPRIT_SANITIZE}>>:-Wno-maybe-uninitialized>
    $<$<CONFIG:Release>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)
endif()
target_include_directories(culprit_flags INTERFACE ${CMAKE_SOURCE_DIR}/userspace)
target_include_directories(culprit_flags INTERFACE ${CMAKE_SOURCE_DIR}/bpf)

# culprit_library(name SOURCES a.cpp ... [DEPENDS other ...] [LINK external ...])
# One folder of userspace/ as one static library, named culprit_<name>. DEPENDS names other folders.
function(culprit_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(culprit_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(culprit_${name} PRIVATE culprit_flags)
  culprit_fast_build(culprit_${name} library)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(culprit_${name} PUBLIC culprit_${dependency})
  endforeach()
  target_link_libraries(culprit_${name} PUBLIC ${ARG_LINK})
endfunction()

# culprit_test(name SOURCES a_test.cpp ... DEPENDS folder ... [LABELS unit])
# One GoogleTest binary for one folder, registered with CTest under its label.
function(culprit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK;LABELS" ${ARGN})
  find_package(GTest REQUIRED)
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  # Every test is built once by tools/test: pure ones with sanitizers, the others as they ship.
  if(ARG_LABELS MATCHES "unit|golden")
    set(elsewhere ${CULPRIT_STATIC})
  else()
    set(elsewhere ${CULPRIT_SANITIZE})
  endif()
  set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ${elsewhere})
  target_link_libraries(${name} PRIVATE culprit_flags GTest::gmock GTest::gtest_main)
  culprit_fast_build(${name} test)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE culprit_${dependency})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_compile_definitions(${name} PRIVATE CULPRIT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()

# culprit_fuzzer(name SOURCES x_fuzzer.cpp DEPENDS folder ...): a libFuzzer target; its corpus is
# tests/fuzz/corpus/<name>.
function(culprit_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE culprit_flags)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE culprit_${dependency})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${name})
endfunction()
