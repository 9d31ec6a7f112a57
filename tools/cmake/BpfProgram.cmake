# SPDX-License-Identifier: Apache-2.0
# bpf_program(name): compiles bpf/<name>.bpf.c with clang and embeds it as the skeleton header
# <name>.skel.h; link <name>_skeleton to include it.

find_program(BPF_CLANG NAMES clang clang-14 REQUIRED)
find_program(BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)
find_program(LLVM_STRIP NAMES llvm-strip llvm-strip-14 PATHS /usr/lib/llvm-14/bin REQUIRED)

# All skeletons: what has to be there before a tool can read our sources.
add_custom_target(skeletons)

function(bpf_program name)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${name}.bpf.c)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/skeletons/${name}.skel.h)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${BPF_CLANG} -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86
            -Wall -Wextra -Wno-unused-parameter -Werror
            -I${CMAKE_SOURCE_DIR}/bpf -I${CMAKE_SOURCE_DIR}/kernel-compat
            -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
    COMMAND ${LLVM_STRIP} -g ${object}
    DEPFILE ${object}.d
    DEPENDS ${source}
    COMMENT "Compiling ${name}.bpf.c"
    VERBATIM)
  add_custom_command(
    OUTPUT ${skeleton}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/skeletons
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name} > ${skeleton}
    DEPENDS ${object}
    COMMENT "Generating ${name}.skel.h"
    VERBATIM)
  add_custom_target(${name}_skeleton_header DEPENDS ${skeleton})
  add_dependencies(skeletons ${name}_skeleton_header)
  add_library(${name}_skeleton INTERFACE)
  add_dependencies(${name}_skeleton ${name}_skeleton_header)
  # SYSTEM: generated code does not follow our warnings.
  target_include_directories(${name}_skeleton SYSTEM INTERFACE
    ${CMAKE_CURRENT_BINARY_DIR}/skeletons)
endfunction()
