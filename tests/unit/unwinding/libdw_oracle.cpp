// SPDX-License-Identifier: Apache-2.0
#include "unit/unwinding/libdw_oracle.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <libelf.h>

#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "unit/symbols/test_files.h"

namespace culprit::test {
namespace {

using Kind = UnwoundFrame::Kind;

/// The outcome of an expression: a number, and whether it is a place in memory.
struct Outcome {
  std::uint64_t number = 0;
  bool is_value = false;
};

/// Evaluates what libdw returns; every operation that is met in the files of a system.
class Evaluation {
 public:
  Evaluation(const ImaginedMachine& machine, std::uint64_t cfa) : machine_(machine), cfa_(cfa) {}

  std::optional<Outcome> run(std::span<const Dwarf_Op> operations) {
    for (const Dwarf_Op& operation : operations) {
      if (!execute(operation)) {
        return std::nullopt;
      }
    }
    return stack_.empty() ? std::nullopt
                          : std::optional(Outcome{.number = stack_.back(), .is_value = is_value_});
  }

 private:
  bool execute(const Dwarf_Op& operation) {
    const unsigned atom = operation.atom;
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
      return push(machine_.reg(atom - DW_OP_breg0) + operation.number);
    }
    if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
      is_value_ = true;
      return push(machine_.reg(atom - DW_OP_reg0));
    }
    if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
      return push(atom - DW_OP_lit0);
    }
    switch (atom) {
      case DW_OP_bregx:
        return push(machine_.reg(operation.number) + operation.number2);
      case DW_OP_regx:
        is_value_ = true;
        return push(machine_.reg(operation.number));
      case DW_OP_call_frame_cfa:
        return push(cfa_);
      case DW_OP_const1u:
      case DW_OP_const1s:
      case DW_OP_const2u:
      case DW_OP_const2s:
      case DW_OP_const4u:
      case DW_OP_const4s:
      case DW_OP_const8u:
      case DW_OP_const8s:
      case DW_OP_constu:
      case DW_OP_consts:
        return push(operation.number);
      case DW_OP_plus_uconst:
        return push(pop() + operation.number);
      case DW_OP_deref:
        return push(ImaginedMachine::word_at(pop()));
      case DW_OP_stack_value:
        is_value_ = true;
        return true;
      default:
        return combine(atom);
    }
  }

  bool combine(unsigned atom) {
    const std::uint64_t right = pop();
    const std::uint64_t left = pop();
    switch (atom) {
      case DW_OP_plus:
        return push(left + right);
      case DW_OP_minus:
        return push(left - right);
      case DW_OP_and:
        return push(left & right);
      case DW_OP_shl:
        return push(left << right);
      case DW_OP_ge:
        return push(static_cast<std::int64_t>(left) >= static_cast<std::int64_t>(right) ? 1 : 0);
      default:
        return false;
    }
  }

  bool push(std::uint64_t value) {
    stack_.push_back(value);
    return true;
  }
  std::uint64_t pop() {
    const std::uint64_t value = stack_.empty() ? 0 : stack_.back();
    if (!stack_.empty()) {
      stack_.pop_back();
    }
    return value;
  }

  const ImaginedMachine& machine_;
  std::uint64_t cfa_;
  std::vector<std::uint64_t> stack_;
  bool is_value_ = false;
};

struct CallerRegister {
  enum class Kind { Value, Undefined, Same, NotUnderstood };
  Kind kind = Kind::NotUnderstood;
  std::uint64_t value = 0;
};

CallerRegister caller_register(Dwarf_Frame* frame, int number, const ImaginedMachine& machine,
                               std::uint64_t cfa) {
  Dwarf_Op memory[3];
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_register(frame, number, memory, &operations, &count) != 0) {
    return {};
  }
  if (count == 0) {
    return {operations == nullptr ? CallerRegister::Kind::Same : CallerRegister::Kind::Undefined};
  }
  const auto outcome = Evaluation(machine, cfa).run({operations, count});
  if (!outcome) {
    return {};
  }
  return {CallerRegister::Kind::Value,
          outcome->is_value ? outcome->number : ImaginedMachine::word_at(outcome->number)};
}

}  // namespace

struct LibdwOracle::Handles {
  UniqueFd file;
  Elf* elf = nullptr;
  Dwarf_CFI* cfi = nullptr;
};

LibdwOracle::LibdwOracle(const std::string& path) : handles_(std::make_unique<Handles>()) {
  elf_version(EV_CURRENT);
  handles_->file = open_for_reading(path);
  handles_->elf = elf_begin(handles_->file.get(), ELF_C_READ_MMAP, nullptr);
  if (handles_->elf != nullptr) {
    handles_->cfi = dwarf_getcfi_elf(handles_->elf);
  }
}

LibdwOracle::~LibdwOracle() {
  if (handles_->cfi != nullptr) {
    dwarf_cfi_end(handles_->cfi);
  }
  elf_end(handles_->elf);
}

bool LibdwOracle::ready() const {
  return handles_->cfi != nullptr;
}

UnwoundFrame LibdwOracle::unwind(const ImaginedMachine& machine) const {
  Dwarf_Frame* raw = nullptr;
  if (dwarf_cfi_addrframe(handles_->cfi, machine.instruction_pointer, &raw) != 0) {
    return {.kind = Kind::NoInformation};
  }
  const std::unique_ptr<Dwarf_Frame, decltype(&std::free)> frame(raw, &std::free);
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  std::optional<Outcome> cfa;
  if (dwarf_frame_cfa(raw, &operations, &count) == 0 && count != 0) {
    cfa = Evaluation(machine, 0).run({operations, count});
  }
  const auto caller = caller_register(raw, 16, machine, cfa ? cfa->number : 0);
  if (caller.kind == CallerRegister::Kind::Undefined) {
    return {.kind = Kind::Outermost};
  }
  if (!cfa || caller.kind != CallerRegister::Kind::Value) {
    return {.kind = Kind::Unsupported};
  }
  UnwoundFrame result{.cfa = cfa->number, .return_address = caller.value};
  const auto frame_pointer = caller_register(raw, 6, machine, cfa->number);
  if (frame_pointer.kind == CallerRegister::Kind::Same) {
    result.frame_pointer = machine.reg(6);
  } else if (frame_pointer.kind == CallerRegister::Kind::Value) {
    result.frame_pointer = frame_pointer.value;
  }
  return result;
}

}  // namespace culprit::test
