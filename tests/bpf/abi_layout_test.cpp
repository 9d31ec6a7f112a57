// SPDX-License-Identifier: Apache-2.0
// The structs that both sides share, as each compiler laid them out: BTF of the loaded objects
// against sizeof and offsetof. BTF has the keys and values of maps and the settings; the records of
// rings are held together by the assertions in their headers.
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "abi/connect_attempt.h"
#include "abi/connecting_socket.h"
#include "abi/exchange.h"
#include "abi/file_write.h"
#include "abi/loss_counter.h"
#include "abi/settings.h"
#include "abi/stack.h"
#include "abi/syscall_control.h"
#include "abi/syscall_count.h"
#include "abi/unwind_space.h"
#include "bpf/program_objects.h"

namespace culprit {
namespace {

struct Member {
  const char* name;
  std::size_t offset;
};

struct Layout {
  const char* object;
  const char* type;
  std::size_t size;
  std::vector<Member> members;
};

#define MEMBER(type, member)        \
  Member {                          \
#member, offsetof(type, member) \
  }

std::vector<Layout> layouts() {
  return {
      {"cpu_sampler",
       "culprit_frame",
       sizeof(culprit_frame),
       {MEMBER(culprit_frame, extra), MEMBER(culprit_frame, flags)}},
      {"cpu_sampler",
       "culprit_settings",
       sizeof(culprit_settings),
       {MEMBER(culprit_settings, exchange_tracking)}},
      {"cpu_sampler",
       "culprit_unwind_space",
       sizeof(culprit_unwind_space),
       {MEMBER(culprit_unwind_space, block_count), MEMBER(culprit_unwind_space, copies_left)}},
      {"cpu_sampler",
       "culprit_unwind_mapping",
       sizeof(culprit_unwind_mapping),
       {MEMBER(culprit_unwind_mapping, bias), MEMBER(culprit_unwind_mapping, middle_blocks)}},
      {"cpu_sampler", "culprit_unwind_mappings", sizeof(culprit_unwind_mappings), {}},
      {"cpu_sampler",
       "culprit_unwind_rule",
       sizeof(culprit_unwind_rule),
       {MEMBER(culprit_unwind_rule, leaf_register), MEMBER(culprit_unwind_rule, extra)}},
      {"cpu_sampler",
       "culprit_stack_copy",
       sizeof(culprit_stack_copy),
       {MEMBER(culprit_stack_copy, address_space), MEMBER(culprit_stack_copy, registers)}},
      {"tcp_states",
       "culprit_connect_key",
       sizeof(culprit_connect_key),
       {MEMBER(culprit_connect_key, endpoint), MEMBER(culprit_connect_key, outcome)}},
      {"tcp_states",
       "culprit_connect_value",
       sizeof(culprit_connect_value),
       {MEMBER(culprit_connect_value, gaps)}},
      {"tcp_states",
       "culprit_endpoint",
       sizeof(culprit_endpoint),
       {MEMBER(culprit_endpoint, port), MEMBER(culprit_endpoint, protocol)}},
      {"tcp_states",
       "culprit_connecting_socket",
       sizeof(culprit_connecting_socket),
       {MEMBER(culprit_connecting_socket, since_ns)}},
      {"syscall_exit",
       "culprit_syscall_key",
       sizeof(culprit_syscall_key),
       {MEMBER(culprit_syscall_key, outcome), MEMBER(culprit_syscall_key, compat)}},
      {"syscall_exit",
       "culprit_write_key",
       sizeof(culprit_write_key),
       {MEMBER(culprit_write_key, device)}},
      {"syscall_exit",
       "culprit_write_value",
       sizeof(culprit_write_value),
       {MEMBER(culprit_write_value, calls), MEMBER(culprit_write_value, last_error)}},
      {"syscall_exit",
       "culprit_exchange_key",
       sizeof(culprit_exchange_key),
       {MEMBER(culprit_exchange_key, tid)}},
      {"syscall_exit",
       "culprit_exchange_value",
       sizeof(culprit_exchange_value),
       {MEMBER(culprit_exchange_value, request_bytes), MEMBER(culprit_exchange_value, role)}},
      {"syscall_exit",
       "culprit_cgroup_loss_key",
       sizeof(culprit_cgroup_loss_key),
       {MEMBER(culprit_cgroup_loss_key, cause)}},
      {"syscall_exit",
       "culprit_syscall_control",
       sizeof(culprit_syscall_control),
       {MEMBER(culprit_syscall_control, narrowed)}},
      {"syscall_exit", "culprit_name", sizeof(culprit_name), {}},
  };
}

std::size_t member_offset(const btf* types, const btf_type* type, const std::string& name) {
  const btf_member* members = btf_members(type);
  for (std::uint16_t index = 0; index < btf_vlen(type); ++index) {
    if (name == btf__name_by_offset(types, members[index].name_off)) {
      return btf_member_bit_offset(type, index) / 8;
    }
  }
  return static_cast<std::size_t>(-1);
}

TEST(AbiLayout, BothCompilersAgree) {
  for (const Layout& layout : layouts()) {
    SCOPED_TRACE(std::string(layout.object) + ": " + layout.type);
    const ProgramObject object = open_object(layout.object);
    ASSERT_NE(object, nullptr);
    const btf* types = bpf_object__btf(object.get());
    ASSERT_NE(types, nullptr);
    const int id = btf__find_by_name_kind(types, layout.type, BTF_KIND_STRUCT);
    ASSERT_GT(id, 0) << "not in the object's BTF";
    const btf_type* type = btf__type_by_id(types, static_cast<std::uint32_t>(id));
    EXPECT_EQ(type->size, layout.size);
    for (const Member& member : layout.members) {
      EXPECT_EQ(member_offset(types, type, member.name), member.offset) << member.name;
    }
  }
}

}  // namespace
}  // namespace culprit
