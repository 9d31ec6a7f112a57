// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_layout.h"

#include <initializer_list>
#include <string_view>

namespace culprit {
namespace {

/// The first and the last major version whose heap was compared with what is here, in the builds of
/// Node 12, 14, 16, 18, 20, 22, 24 and 25.
constexpr std::int32_t kFirstMajor = 7;
constexpr std::int32_t kLastMajor = 14;

/// Constants of one build; remembers what was not found.
class Lookup {
 public:
  explicit Lookup(const V8Constants& constants) : constants_(constants) {}

  /// The first of those names that there is: they change with the types in V8's source.
  std::int32_t any(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      const auto found = constants_.values.find(name);
      if (found != constants_.values.end() && is_plausible(found->second)) {
        return found->second;
      }
    }
    missing_ = missing_.empty() ? std::string(*names.begin()) : missing_;
    return 0;
  }
  /// By a name's beginning: the rest is the C++ type.
  std::int32_t starting(std::string_view prefix) {
    const auto found = constants_.values.lower_bound(prefix);
    if (found != constants_.values.end() && found->first.starts_with(prefix) &&
        is_plausible(found->second)) {
      return found->second;
    }
    missing_ = missing_.empty() ? std::string(prefix) : missing_;
    return 0;
  }
  [[nodiscard]] std::int32_t value_or(std::string_view name, std::int32_t otherwise) const {
    const auto found = constants_.values.find(name);
    return found != constants_.values.end() && is_plausible(found->second) ? found->second
                                                                           : otherwise;
  }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  /// Offsets, types and indexes: a stranger's file may say anything.
  static bool is_plausible(std::int32_t value) { return value >= 0 && value <= 0xFFFF; }

  const V8Constants& constants_;
  std::string missing_;
};

void read_types(Lookup& lookup, V8Layout& layout) {
  layout.type_function = lookup.any({"type_JSFunction__JS_FUNCTION_TYPE"});
  layout.type_shared = lookup.any({"type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE"});
  layout.type_shared_wrapper =
      lookup.value_or("type_SharedFunctionInfoWrapper__SHARED_FUNCTION_INFO_WRAPPER_TYPE", 0);
  layout.type_script = lookup.any({"type_Script__SCRIPT_TYPE"});
  layout.type_scope = lookup.any({"type_ScopeInfo__SCOPE_INFO_TYPE"});
  layout.type_code = lookup.any({"type_Code__CODE_TYPE"});
  layout.type_bytecode = lookup.any({"type_BytecodeArray__BYTECODE_ARRAY_TYPE"});
  layout.type_interpreter_data = lookup.any({"type_InterpreterData__INTERPRETER_DATA_TYPE"});
  layout.type_baseline_data = lookup.value_or("type_BaselineData__BASELINE_DATA_TYPE", 0);
  layout.type_fixed_array = lookup.any({"type_FixedArray__FIXED_ARRAY_TYPE"});
  layout.first_nonstring = lookup.any({"FirstNonstringType"});
}

void read_functions(Lookup& lookup, V8Layout& layout) {
  layout.function_shared = lookup.starting("class_JSFunction__shared__");
  layout.shared_name = lookup.starting("class_SharedFunctionInfo__name_or_scope_info__");
  layout.shared_script = lookup.any({"class_SharedFunctionInfo__script_or_debug_info__HeapObject",
                                     "class_SharedFunctionInfo__script_or_debug_info__Object",
                                     "class_SharedFunctionInfo__script__Tagged_HeapObject_"});
  layout.shared_counts = lookup.any({"class_SharedFunctionInfo__length__uint16_t"});
  layout.script_name = lookup.any({"class_Script__name__Object"});
  layout.script_line_ends = lookup.any({"class_Script__line_ends__Object"});
  // The line's offset follows the name in all versions; where it is exported it says so too.
  layout.script_line_offset = layout.script_name + 8;
}

/// V8's objects/scope-info: a fixed array before 9; the position right behind the counts since 13.
void read_scopes(Lookup& lookup, V8Layout& layout) {
  layout.scope_slots = layout.major < 9 ? 16 : 8;
  layout.scope_locals = lookup.any({"scopeinfo_idx_ncontextlocals"});
  layout.scope_first_name = lookup.any({"scopeinfo_idx_first_vars"});
  layout.scope_position = layout.major >= 13 ? 3 : -1;
}

/// V8's objects/code.h, objects/bytecode-array: before 11 a Code is followed by its instructions.
void read_code(Lookup& lookup, V8Layout& layout) {
  layout.frame_counts_arguments = layout.major >= 9 ? 1 : 0;
  layout.bytecode_data = lookup.value_or("class_BytecodeArray__data__uintptr_t", 54);
  // -1 is the function's entry.
  layout.positions_begin = layout.major >= 8 ? -1 : 0;
  layout.positions_flag_bits = layout.major >= 14 ? 2 : 0;
  layout.bytecode_positions = layout.major >= 12 ? 24 : 32;
  layout.code_deoptimization = layout.major >= 12 ? 8 : 16;
  layout.code_positions = layout.major >= 12 ? 16 : 24;
  if (layout.major < 11) {
    layout.code_header = lookup.any({"class_Code__instruction_start__uintptr_t"});
    layout.code_size = lookup.any({"class_Code__instruction_size__int"});
    layout.code_flags = layout.major < 9 ? 44 : 48;
  } else {
    layout.code_header = lookup.any({"class_InstructionStream__instruction_start__uintptr_t"});
    layout.code_pointer = 8;
    layout.code_start = lookup.value_or("class_Code__instruction_start__Address", 40);
    layout.code_size = lookup.value_or("class_Code__instruction_size__int", 56);
    layout.code_flags = lookup.value_or("class_Code__flags__uint32_t", 48);
  }
}

/// V8's objects/code-kind.h, before 9 Code::Kind.
void read_code_kinds(Lookup& lookup, V8Layout& layout) {
  layout.code_kind_shift = lookup.value_or("CodeKindFieldShift", layout.major < 9 ? 1 : 0);
  layout.code_kind_mask = layout.major < 9 ? 31 << 1 : lookup.value_or("CodeKindFieldMask", 15);
  if (layout.major < 9) {
    layout.kind_regexp = 4;
    layout.kind_first_optimized = 0;
    layout.kind_last_optimized = 0;
    return;
  }
  layout.kind_regexp = 3;
  layout.kind_baseline = lookup.value_or("CodeKindBaseline", 11);
  layout.kind_first_optimized = layout.kind_baseline + 1;
  layout.kind_last_optimized = layout.kind_baseline + 2;
}

void read_deoptimization(Lookup& lookup, V8Layout& layout) {
  layout.deoptimization_count = lookup.value_or("DeoptimizationDataInlinedFunctionCountIndex", 1);
  layout.deoptimization_literals = lookup.value_or("DeoptimizationDataLiteralArrayIndex", 2);
  layout.deoptimization_shared =
      lookup.value_or("DeoptimizationDataWrappedSharedFunctionInfoIndex",
                      lookup.value_or("DeoptimizationDataSharedFunctionInfoIndex", 6));
  layout.deoptimization_inlining = lookup.value_or("DeoptimizationDataInliningPositionsIndex", 7);
}

}  // namespace

Result<V8Layout> layout_of(const V8Constants& constants) {
  const std::string version =
      "V8 " + std::to_string(constants.major) + "." + std::to_string(constants.minor);
  if (constants.major < kFirstMajor || constants.major > kLastMajor) {
    return Error(version + " is a version whose heap is not known");
  }
  V8Layout layout;
  layout.major = constants.major;
  layout.minor = constants.minor;
  Lookup lookup(constants);
  // Smis of 32 bits in the upper half of a word, no compressed pointers.
  if (lookup.value_or("SmiShiftSize", 31) != 31 || lookup.value_or("TaggedSize", 8) != 8) {
    return Error(version + " with compressed pointers is not read");
  }
  read_types(lookup, layout);
  read_functions(lookup, layout);
  read_scopes(lookup, layout);
  read_code(lookup, layout);
  read_code_kinds(lookup, layout);
  read_deoptimization(lookup, layout);
  if (!lookup.missing().empty()) {
    return Error(version + " does not say where its " + lookup.missing() + " is");
  }
  return layout;
}

}  // namespace culprit
