# SPDX-License-Identifier: Apache-2.0
# Other people's libraries as targets that link the same way in every preset: the archive (.a) with
# CULPRIT_STATIC, the shared library otherwise. Link culprit::libbpf rather than bpf: the target
# brings what the archive itself needs, in the right order.

# culprit_external(name LIBRARY file-name HEADER path PACKAGE debian-package [NEEDS other ...])
function(culprit_external name)
  cmake_parse_arguments(ARG "" "LIBRARY;HEADER;PACKAGE" "NEEDS" ${ARGN})
  if(CULPRIT_STATIC)
    set(file_names lib${ARG_LIBRARY}.a)
  else()
    set(file_names ${ARG_LIBRARY})
  endif()
  find_library(culprit_${name}_library NAMES ${file_names})
  find_path(culprit_${name}_headers NAMES ${ARG_HEADER})
  mark_as_advanced(culprit_${name}_library culprit_${name}_headers)
  if(NOT culprit_${name}_library OR NOT culprit_${name}_headers)
    message(FATAL_ERROR "${ARG_LIBRARY} is missing (Debian package ${ARG_PACKAGE}): run tools/setup")
  endif()
  add_library(culprit::${name} UNKNOWN IMPORTED GLOBAL)
  list(TRANSFORM ARG_NEEDS PREPEND culprit::)
  set_target_properties(culprit::${name} PROPERTIES
    IMPORTED_LOCATION ${culprit_${name}_library}
    INTERFACE_LINK_LIBRARIES "${ARG_NEEDS}"
    INTERFACE_INCLUDE_DIRECTORIES ${culprit_${name}_headers})
endfunction()

culprit_external(zlib LIBRARY z HEADER zlib.h PACKAGE zlib1g-dev)
culprit_external(bzip2 LIBRARY bz2 HEADER bzlib.h PACKAGE libbz2-dev)
culprit_external(lzma LIBRARY lzma HEADER lzma.h PACKAGE liblzma-dev)
culprit_external(libelf LIBRARY elf HEADER libelf.h PACKAGE libelf-dev NEEDS zlib)
culprit_external(libdw LIBRARY dw HEADER elfutils/libdw.h PACKAGE libdw-dev
                 NEEDS libelf bzip2 lzma zlib)
culprit_external(libbpf LIBRARY bpf HEADER bpf/libbpf.h PACKAGE libbpf-dev NEEDS libelf zlib)
culprit_external(seccomp LIBRARY seccomp HEADER seccomp.h PACKAGE libseccomp-dev)
culprit_external(capng LIBRARY cap-ng HEADER cap-ng.h PACKAGE libcap-ng-dev)
culprit_external(sqlite LIBRARY sqlite3 HEADER sqlite3.h PACKAGE libsqlite3-dev)
culprit_external(iberty LIBRARY iberty HEADER libiberty/demangle.h PACKAGE libiberty-dev)
# Or its header declares a basename that differs from that of <string.h>, whichever comes first.
set_property(TARGET culprit::iberty PROPERTY INTERFACE_COMPILE_DEFINITIONS HAVE_DECL_BASENAME=1)

# Headers only: no archive in any preset.
find_path(culprit_protozero_headers NAMES protozero/pbf_builder.hpp)
mark_as_advanced(culprit_protozero_headers)
if(NOT culprit_protozero_headers)
  message(FATAL_ERROR "protozero is missing (Debian package libprotozero-dev): run tools/setup")
endif()
add_library(culprit::protozero INTERFACE IMPORTED GLOBAL)
target_include_directories(culprit::protozero SYSTEM INTERFACE ${culprit_protozero_headers})

# fmt's headers with its implementation beside them: a library of ours, see the source.
find_path(culprit_fmt_headers NAMES fmt/format-inl.h)
mark_as_advanced(culprit_fmt_headers)
if(NOT culprit_fmt_headers)
  message(FATAL_ERROR "fmt is missing (Debian package libfmt-dev): run tools/setup")
endif()
add_library(culprit_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt_implementation.cpp)
add_library(culprit::fmt ALIAS culprit_fmt)
