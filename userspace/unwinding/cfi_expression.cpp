// SPDX-License-Identifier: Apache-2.0
#include "unwinding/cfi_expression.h"

#include <array>
#include <cstdint>
#include <optional>

#include "unwinding/byte_cursor.h"

namespace culprit {
namespace {

using Base = CfiExpression::Base;

// DWARF 5, table 7.9.
constexpr unsigned kDeref = 0x06;
constexpr unsigned kConst1u = 0x08;
constexpr unsigned kConst8s = 0x0f;
constexpr unsigned kConstu = 0x10;
constexpr unsigned kConsts = 0x11;
constexpr unsigned kAnd = 0x1a;
constexpr unsigned kMinus = 0x1c;
constexpr unsigned kPlus = 0x22;
constexpr unsigned kPlusUconst = 0x23;
constexpr unsigned kShl = 0x24;
constexpr unsigned kGe = 0x2a;
constexpr unsigned kLit0 = 0x30;
constexpr unsigned kLit31 = 0x4f;
constexpr unsigned kBreg0 = 0x70;
constexpr unsigned kBreg31 = 0x8f;
constexpr unsigned kBregx = 0x92;
constexpr unsigned kNop = 0x96;

/// "sp + a + ((ip & 15) >= n) * 8": what linkers write for a procedure linkage table, whose entries
/// of 16 bytes push a word at byte n - 1.
CfiExpression understand_plt_entry(std::span<const std::byte> bytes,
                                   const UnwindArchitecture& architecture) {
  ByteCursor cursor(bytes);
  if (cursor.number<std::uint8_t>() != kBreg0 + architecture.stack_pointer) {
    return {};
  }
  const std::int64_t offset = cursor.signed_number();
  const auto rest = cursor.take(cursor.left());
  if (cursor.failed() || rest.size() != 9 || architecture.instruction_pointer > 31) {
    return {};
  }
  const std::array<unsigned, 9> wanted = {kBreg0 + architecture.instruction_pointer,
                                          0,
                                          kLit0 + 15,
                                          kAnd,
                                          0,
                                          kGe,
                                          kLit0 + 3,
                                          kShl,
                                          kPlus};
  constexpr std::size_t kThreshold = 4;
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    if (index != kThreshold && std::to_integer<unsigned>(rest[index]) != wanted.at(index)) {
      return {};
    }
  }
  const auto literal = std::to_integer<unsigned>(rest[kThreshold]);
  if (literal < kLit0 || literal > kLit0 + 15) {
    return {};
  }
  return {.base = Base::PltEntry, .offset = offset, .extra = literal - kLit0};
}

/// The operand of an operation that pushes a constant.
std::optional<std::int64_t> constant_of(unsigned operation, ByteCursor& cursor) {
  if (operation >= kLit0 && operation <= kLit31) {
    return operation - kLit0;
  }
  switch (operation) {
    case kConst1u:
      return cursor.number<std::uint8_t>();
    case kConst1u + 1:
      return cursor.number<std::int8_t>();
    case kConst1u + 2:
      return cursor.number<std::uint16_t>();
    case kConst1u + 3:
      return cursor.number<std::int16_t>();
    case kConst1u + 4:
      return cursor.number<std::uint32_t>();
    case kConst1u + 5:
      return cursor.number<std::int32_t>();
    case kConst1u + 6:
    case kConst8s:
      return cursor.number<std::int64_t>();
    case kConstu:
      return static_cast<std::int64_t>(cursor.unsigned_number());
    case kConsts:
      return cursor.signed_number();
    default:
      return std::nullopt;
  }
}

/// Follows operations that take one value further; anything else is not understood.
class ExpressionReader {
 public:
  ExpressionReader(std::span<const std::byte> bytes, bool begins_with_cfa) : cursor_(bytes) {
    if (begins_with_cfa) {
      value_.base = Base::Cfa;
    }
  }

  CfiExpression read() {
    while (cursor_.left() > 0) {
      if (!follow(cursor_.number<std::uint8_t>()) || cursor_.failed()) {
        return {};
      }
    }
    return value_;
  }

 private:
  bool follow(unsigned operation) {
    if ((operation >= kBreg0 && operation <= kBreg31) || operation == kBregx) {
      const std::uint64_t reg =
          operation == kBregx ? cursor_.unsigned_number() : operation - kBreg0;
      return begin_with(reg, cursor_.signed_number());
    }
    if (operation == kPlusUconst) {
      return add(static_cast<std::int64_t>(cursor_.unsigned_number()));
    }
    if (operation == kDeref) {
      const bool first = value_.base != Base::NotUnderstood && !value_.dereferenced;
      value_.dereferenced = true;
      return first;
    }
    if (operation == kNop) {
      return true;
    }
    const auto constant = constant_of(operation, cursor_);
    if (!constant || *constant == INT64_MIN) {
      return false;
    }
    const auto combination = cursor_.number<std::uint8_t>();
    if (combination != kPlus && combination != kMinus) {
      return false;
    }
    return add(combination == kPlus ? *constant : -*constant);
  }

  /// Whatever lies below the register's value on the stack is not used any more.
  bool begin_with(std::uint64_t reg, std::int64_t offset) {
    const bool first = value_.base == Base::NotUnderstood ||
                       (value_.base == Base::Cfa && value_.offset == 0 && !value_.dereferenced);
    value_ = {.base = Base::Register, .reg = reg, .offset = offset};
    return first;
  }

  bool add(std::int64_t number) {
    std::int64_t& target = value_.dereferenced ? value_.extra : value_.offset;
    return value_.base != Base::NotUnderstood && !__builtin_add_overflow(target, number, &target);
  }

  ByteCursor cursor_;
  CfiExpression value_;
};

}  // namespace

CfiExpression understand_expression(std::span<const std::byte> bytes,
                                    const UnwindArchitecture& architecture, bool begins_with_cfa) {
  if (!begins_with_cfa) {
    const CfiExpression plt = understand_plt_entry(bytes, architecture);
    if (plt.base == Base::PltEntry) {
      return plt;
    }
  }
  return ExpressionReader(bytes, begins_with_cfa).read();
}

}  // namespace culprit
