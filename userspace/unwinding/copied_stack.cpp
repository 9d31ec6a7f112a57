// SPDX-License-Identifier: Apache-2.0
#include "unwinding/copied_stack.h"

#include <cstring>
#include <optional>
#include <utility>

#include "abi/stack.h"
#include "abi/stack_hash.h"

namespace culprit {
namespace {

constexpr std::size_t kFramePointer = 6;
constexpr std::size_t kStackPointer = 7;
/// A function's frame is not larger than this; beyond it, the chain is broken.
constexpr std::uint64_t kMaxFrameBytes = std::uint64_t{8} << 20U;
constexpr std::uint64_t kWord = 8;
/// Into the kernel's signal frame, whose struct ucontext the stack pointer points to.
constexpr std::uint64_t kSignalRegisters = 40;
/// The registers there by their DWARF numbers: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp;
/// the instruction pointer follows.
constexpr std::array<std::size_t, kUnwindRegisters> kSignalOrder = {8, 9, 10, 11, 12, 13, 14, 15,
                                                                    5, 4, 6,  3,  1,  0,  2,  7};

/// A step's outcome: nothing when there is a caller, else why the stack ends here.
using Step = std::optional<StackEnd>;

class CopiedStackWalk {
 public:
  CopiedStackWalk(const CopiedStack& copy, const CodeLookup& code_at)
      : copy_(copy),
        code_at_(code_at),
        ip_(copy.instruction_pointer),
        sp_(copy.registers[kStackPointer]),
        bp_(copy.registers[kFramePointer]),
        registers_(copy.registers) {}

  StackEnd append_frames(std::vector<RawFrame>& frames) {
    for (std::size_t depth = 0; depth < CULPRIT_MAX_USER_FRAMES; ++depth) {
      if (frames.size() >= CULPRIT_MAX_FRAMES) {
        break;
      }
      frames.push_back({.address = InstructionAddress(ip_), .exact = exact_});
      if (const Step end = step()) {
        return *end;
      }
      // What a signal handler returns to was not called: it may be a function's first instruction.
      frames.back().exact = frames.back().exact || exact_;
      if (ip_ == 0) {
        return StackEnd::Complete;
      }
    }
    return StackEnd::DepthLimit;
  }

 private:
  Step step() {
    // A call can be a function's last instruction: its return address belongs to what follows.
    const CodeFacts code = code_at_(exact_ ? ip_ : ip_ - 1);
    switch (code.kind) {
      case CodeFacts::Kind::NotMapped:
        return StackEnd::NoMapping;
      case CodeFacts::Kind::TablePending:
        return StackEnd::TablePending;
      case CodeFacts::Kind::TableRule:
        return step_by_rule(code.rule);
      case CodeFacts::Kind::NoTable:
        return step_without_row();
      case CodeFacts::Kind::MadeAtRunTime:
        return step_by_frame_pointer();
    }
    return StackEnd::NoMapping;
  }

  Step step_by_rule(const UnwindRule& rule) {
    switch (rule.cfa) {
      case CULPRIT_CFA_NO_ROW:
        return step_without_row();
      case CULPRIT_CFA_OUTERMOST:
        return StackEnd::Complete;
      case CULPRIT_CFA_SIGNAL:
        return step_over_signal();
      case CULPRIT_CFA_LEAF_REGISTER:
        if (!exact_ && !is_kept_register(rule)) {
          return StackEnd::LostRegister;
        }
        break;
      case CULPRIT_CFA_FRAME_POINTER:
      case CULPRIT_CFA_READ_FRAME:
        if (!frame_pointer_known_) {
          return StackEnd::LostRegister;
        }
        break;
      case CULPRIT_CFA_UNSUPPORTED:
        return StackEnd::Unsupported;
      default:
        break;
    }
    const auto cfa = canonical_frame_address(rule);
    return cfa ? step_to_caller(rule, *cfa) : Step(StackEnd::CopyTooShort);
  }

  /// Nothing when it has to be read from where the copy does not reach.
  [[nodiscard]] std::optional<std::uint64_t> canonical_frame_address(const UnwindRule& rule) const {
    switch (rule.cfa) {
      case CULPRIT_CFA_STACK_POINTER:
        return moved(sp_, rule.cfa_offset);
      case CULPRIT_CFA_FRAME_POINTER:
        return moved(bp_, rule.cfa_offset);
      case CULPRIT_CFA_LEAF_REGISTER:
        return moved(registers_[rule.leaf_register % kUnwindRegisters], rule.cfa_offset);
      case CULPRIT_CFA_PLT: {
        const bool pushed = static_cast<std::int64_t>(ip_ & 15U) >= rule.extra;
        return moved(sp_, rule.cfa_offset) + (pushed ? kWord : 0);
      }
      default: {
        const std::uint64_t from = rule.cfa == CULPRIT_CFA_READ_STACK ? sp_ : bp_;
        const auto stored = word_at(moved(from, rule.cfa_offset));
        return stored ? std::optional(moved(*stored, rule.extra)) : std::nullopt;
      }
    }
  }

  /// A register that callees may overwrite locates a caller's frame: assembler that calls helpers
  /// of its own, which leave the register alone, is written like that (libcrypto). What the
  /// innermost function has in it is believed when it leads up the stack and to code.
  [[nodiscard]] bool is_kept_register(const UnwindRule& rule) const {
    const std::uint64_t cfa =
        moved(registers_[rule.leaf_register % kUnwindRegisters], rule.cfa_offset);
    if (cfa <= sp_ || cfa - sp_ > kMaxFrameBytes) {
      return false;
    }
    const auto caller = word_at(cfa - kWord);
    return caller && is_code(*caller - 1);
  }

  Step step_to_caller(const UnwindRule& rule, std::uint64_t cfa) {
    // Only a leaf function can have popped its return address, so that nothing of it is left.
    if (cfa < sp_ || (cfa == sp_ && !exact_) || cfa - sp_ > kMaxFrameBytes) {
      return StackEnd::Implausible;
    }
    std::optional<std::uint64_t> caller;
    if (rule.return_address == CULPRIT_RETURN_IN_REGISTER) {
      if (!exact_) {
        return StackEnd::LostRegister;
      }
      caller = registers_[rule.leaf_register % kUnwindRegisters];
    } else {
      const bool usual = rule.return_address == CULPRIT_RETURN_BELOW_CFA;
      caller = word_at(usual ? cfa - kWord : moved(cfa, rule.extra));
    }
    if (!caller || !restore_frame_pointer(rule, cfa)) {
      return StackEnd::CopyTooShort;
    }
    arrive_at_caller(*caller, cfa);
    return std::nullopt;
  }

  bool restore_frame_pointer(const UnwindRule& rule, std::uint64_t cfa) {
    if (rule.frame_pointer == CULPRIT_REGISTER_SAME) {
      return true;
    }
    if (rule.frame_pointer == CULPRIT_REGISTER_UNDEFINED) {
      frame_pointer_known_ = false;
      return true;
    }
    const bool at_cfa = rule.frame_pointer == CULPRIT_REGISTER_AT_CFA;
    const std::uint64_t place = moved(at_cfa ? cfa : bp_, rule.frame_pointer_offset);
    // Compilers do not say that an epilogue has popped it: then the register has it already.
    if (place < sp_) {
      return true;
    }
    const auto saved = word_at(place);
    bp_ = saved.value_or(0);
    return saved.has_value();
  }

  /// Code that is not described. The innermost function is most often a leaf that has pushed
  /// nothing, or one that keeps a frame pointer; its callers are taken for the latter (Go's, V8's
  /// builtins). The outermost has cleared bp, as the ABI asks for (the dynamic linker's).
  Step step_without_row() {
    const auto on_top = exact_ ? word_at(sp_) : std::nullopt;
    if (on_top && is_code(*on_top - 1)) {
      arrive_at_caller(*on_top, sp_ + kWord);
      return std::nullopt;
    }
    const Step outcome = step_by_frame_pointer();
    const bool nothing_found = outcome && *outcome != StackEnd::Complete;
    return nothing_found ? Step(StackEnd::NoUnwindRows) : outcome;
  }

  /// [bp] = the caller's bp, [bp + 8] = the return address.
  Step step_by_frame_pointer() {
    if (!frame_pointer_known_) {
      return StackEnd::LostRegister;
    }
    if (bp_ == 0) {
      return StackEnd::Complete;
    }
    if (bp_ < sp_ || bp_ - sp_ > kMaxFrameBytes || bp_ % kWord != 0) {
      return StackEnd::Implausible;
    }
    const auto saved = word_at(bp_);
    const auto caller = word_at(bp_ + kWord);
    if (!saved || !caller) {
      return StackEnd::CopyTooShort;
    }
    if (*caller != 0 && !is_code(*caller - 1)) {
      return StackEnd::Implausible;
    }
    const std::uint64_t frame = bp_;
    bp_ = *saved;
    arrive_at_caller(*caller, frame + 2 * kWord);
    return std::nullopt;
  }

  /// The interrupted function's registers are all known, and it can be on another stack.
  Step step_over_signal() {
    for (std::size_t index = 0; index < kSignalOrder.size(); ++index) {
      const auto saved = word_at(sp_ + kSignalRegisters + index * kWord);
      if (!saved) {
        return StackEnd::CopyTooShort;
      }
      registers_.at(kSignalOrder.at(index)) = *saved;
    }
    const auto interrupted = word_at(sp_ + kSignalRegisters + kSignalOrder.size() * kWord);
    if (!interrupted) {
      return StackEnd::CopyTooShort;
    }
    ip_ = *interrupted;
    sp_ = registers_[kStackPointer];
    bp_ = registers_[kFramePointer];
    frame_pointer_known_ = true;
    exact_ = true;
    return std::nullopt;
  }

  void arrive_at_caller(std::uint64_t return_address, std::uint64_t stack_pointer) {
    ip_ = return_address;
    sp_ = stack_pointer;
    exact_ = false;
  }

  [[nodiscard]] bool is_code(std::uint64_t address) const {
    return code_at_(address).kind != CodeFacts::Kind::NotMapped;
  }

  static std::uint64_t moved(std::uint64_t address, std::int32_t offset) {
    return address + static_cast<std::uint64_t>(std::int64_t{offset});
  }

  [[nodiscard]] std::optional<std::uint64_t> word_at(std::uint64_t address) const {
    const std::uint64_t offset = address - copy_.lowest_address;
    if (address < copy_.lowest_address || copy_.bytes.size() < kWord ||
        offset > copy_.bytes.size() - kWord) {
      return std::nullopt;
    }
    std::uint64_t word = 0;
    std::memcpy(&word, copy_.bytes.data() + offset, kWord);
    return word;
  }

  const CopiedStack& copy_;
  const CodeLookup& code_at_;
  std::uint64_t ip_;
  std::uint64_t sp_;
  std::uint64_t bp_;
  bool frame_pointer_known_ = true;
  /// Of the function that is executing or was interrupted: ip_ is its next instruction, and all of
  /// its registers are known.
  bool exact_ = true;
  std::array<std::uint64_t, kUnwindRegisters> registers_;
};

}  // namespace

RawStack unwind_copied_stack(const CopiedStack& copy, const CodeLookup& code_at,
                             std::vector<RawFrame> kernel_frames) {
  RawStack stack{.frames = std::move(kernel_frames)};
  stack.end = CopiedStackWalk(copy, code_at).append_frames(stack.frames);
  stack.hash = hash_of_frames(stack.frames);
  return stack;
}

StackHash hash_of_frames(std::span<const RawFrame> frames) {
  std::uint64_t hash = CULPRIT_EMPTY_STACK_HASH;
  for (const RawFrame& frame : frames) {
    hash =
        culprit_hash_with_frame(hash, frame.address.value(), static_cast<std::uint8_t>(frame.kind));
  }
  return StackHash(hash);
}

}  // namespace culprit
