// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_layout.h"

#include <string_view>

#include "runtimes/python/bytes.h"

namespace culprit {
namespace {

using python::value_at;

constexpr std::uint16_t kNoIndirection = 0xffff;
constexpr std::uint16_t kTextBytesWithWideText = 48;  // PyASCIIObject with wstr, up to 3.11
constexpr std::uint16_t kTextBytes = 40;

/// As offsetof() gave for the headers of 3.8.18 and 3.9.18 on x86-64.
PythonLayout layout_3_8() {
  PythonLayout layout;
  layout.process = {.loops = {},
                    .interpreters = 32,
                    .code_type = 0,
                    .interpreter_next = 0,
                    .interpreter_threads = 8,
                    .thread_id = 176,
                    .thread_frame = 24,
                    .frame_indirection = kNoIndirection,
                    .frame_bytes = 112,
                    .frame_code = 32,
                    .frame_previous = 24,
                    .frame_position = 104,
                    .frame_owner = 0,
                    .code_line = 40,
                    .code_name = 112,
                    .code_file = 104,
                    .code_instructions = 0,
                    .flavour = CULPRIT_PYTHON_ONE_FRAME,
                    .position_bytes = 1,
                    .reserved = 0};
  layout.code_lines = 120;
  layout.text_bytes = kTextBytesWithWideText;
  return layout;
}

/// 3.10.13: f_lasti counts instructions of two bytes.
PythonLayout layout_3_10() {
  PythonLayout layout = layout_3_8();
  layout.process.frame_position = 96;
  layout.process.position_bytes = 2;
  return layout;
}

/// 3.11.7: _PyInterpreterFrame.
PythonLayout layout_3_11() {
  PythonLayout layout;
  layout.process = {.loops = {},
                    .interpreters = 40,
                    .code_type = 0,
                    .interpreter_next = 0,
                    .interpreter_threads = 16,
                    .thread_id = 152,
                    .thread_frame = 56,
                    .frame_indirection = 8,
                    .frame_bytes = 72,
                    .frame_code = 32,
                    .frame_previous = 48,
                    .frame_position = 56,
                    .frame_owner = 68,  // is_entry
                    .code_line = 72,
                    .code_name = 120,
                    .code_file = 112,
                    .code_instructions = 184,
                    .flavour = CULPRIT_PYTHON_ENTRY_FLAG,
                    .position_bytes = 1,
                    .reserved = 0};
  layout.code_qualified_name = 128;
  layout.code_lines = 136;
  layout.text_bytes = kTextBytesWithWideText;
  return layout;
}

/// 3.12.1.
PythonLayout layout_3_12() {
  PythonLayout layout = layout_3_11();
  layout.process.interpreter_threads = 72;
  layout.process.thread_id = 136;
  layout.process.frame_indirection = 0;
  layout.process.frame_code = 0;
  layout.process.frame_previous = 8;
  layout.process.frame_owner = 70;
  layout.process.code_line = 68;
  layout.process.code_instructions = 192;
  layout.process.flavour = CULPRIT_PYTHON_ENTRY_FRAME;
  layout.text_bytes = kTextBytes;
  return layout;
}

/// Where in _Py_DebugOffsets the offsets are, in words; pycore_runtime.h of 3.13,
/// pycore_debug_offsets.h of 3.14, which has put members in between.
struct DebugWords {
  std::size_t interpreter_next, threads_head, thread_previous, frame_previous, code_file;
};
constexpr DebugWords kWords313 = {8, 9, 20, 29, 35};
constexpr DebugWords kWords314 = {8, 9, 23, 32, 40};

/// An offset that must be one: below `limit`, or 0xffff, which nothing accepts.
class Offsets {
 public:
  explicit Offsets(std::span<const std::uint64_t> words) : words_(words) {}

  std::uint16_t at(std::size_t word, std::uint64_t limit) {
    const std::uint64_t value = words_[word];
    if (value > limit) {
      sane_ = false;
      return 0;
    }
    return static_cast<std::uint16_t>(value);
  }
  void expect(std::size_t word, std::uint64_t value) { sane_ = sane_ && words_[word] == value; }
  [[nodiscard]] bool sane() const { return sane_; }

 private:
  std::span<const std::uint64_t> words_;
  bool sane_ = true;
};

Result<PythonLayout> layout_by_itself(const ByteSource& memory, std::uint64_t runtime,
                                      std::uint32_t minor) {
  using Words = std::array<std::uint64_t, 52>;
  const auto words = value_at<Words>(memory, runtime);
  constexpr std::uint64_t kCookie = 0x7970677562656478;  // "xdebugpy"
  if (!words || (*words)[0] != kCookie || ((*words)[1] >> 16U & 0xffU) != minor) {
    return Error("its runtime has not begun");
  }
  if ((*words)[2] != 0) {
    return Error("built without the global interpreter lock, which is not supported");
  }
  const DebugWords& at = minor == 13 ? kWords313 : kWords314;
  constexpr std::uint64_t kFrameLimit = CULPRIT_PYTHON_FRAME_BYTES - 8;
  constexpr std::uint64_t kCodeLimit = CULPRIT_PYTHON_CODE_BYTES - 8;
  constexpr std::uint64_t kLimit = 0xfff0;
  Offsets offsets(*words);
  PythonLayout layout = layout_3_12();
  culprit_python_process& process = layout.process;
  process.interpreters = offsets.at(5, 1U << 20U);
  process.interpreter_next = offsets.at(at.interpreter_next, kLimit);
  process.interpreter_threads = offsets.at(at.threads_head, kLimit);
  offsets.expect(at.thread_previous, 0);
  offsets.expect(at.thread_previous + 1, 8);
  offsets.expect(at.thread_previous + 2, 16);
  process.thread_frame = offsets.at(at.thread_previous + 3, kLimit);
  process.thread_id = offsets.at(at.thread_previous + 4, kLimit);
  process.frame_indirection = kNoIndirection;
  process.frame_previous = offsets.at(at.frame_previous, kFrameLimit);
  process.frame_code = offsets.at(at.frame_previous + 1, kFrameLimit);
  process.frame_position = offsets.at(at.frame_previous + 2, kFrameLimit);
  process.frame_owner = offsets.at(at.frame_previous + 4, kFrameLimit);
  process.frame_bytes = 80;
  process.code_file = offsets.at(at.code_file, kCodeLimit);
  process.code_name = offsets.at(at.code_file + 1, kCodeLimit);
  layout.code_qualified_name = offsets.at(at.code_file + 2, kLimit);
  layout.code_lines = offsets.at(at.code_file + 3, kLimit);
  process.code_line = offsets.at(at.code_file + 4, kCodeLimit);
  process.code_instructions = offsets.at(at.code_file + 8, kLimit);
  if (!offsets.sane()) {
    return Error("its objects have unknown layouts");
  }
  return layout;
}

Result<PythonLayout> layout_of(const ByteSource& memory, std::uint64_t runtime,
                               std::uint32_t minor) {
  switch (minor) {
    case 8:
    case 9:
      return layout_3_8();
    case 10:
      return layout_3_10();
    case 11:
      return layout_3_11();
    case 12:
      return layout_3_12();
    case 13:
    case 14:
      return layout_by_itself(memory, runtime, minor);
    default:
      return Error("this version is not supported");
  }
}

/// An interpreter, and a thread that says that it belongs to it.
bool fits(const ByteSource& memory, const culprit_python_process& process) {
  const auto interpreter = value_at<std::uint64_t>(memory, process.interpreters);
  if (!interpreter || *interpreter == 0) {
    return false;
  }
  const auto thread = value_at<std::uint64_t>(memory, *interpreter + process.interpreter_threads);
  constexpr std::uint64_t kOwner = 16;
  return thread && *thread != 0 && value_at<std::uint64_t>(memory, *thread + kOwner) == interpreter;
}

}  // namespace

Result<PythonLayout> find_python_layout(const ByteSource& memory, std::uint64_t runtime,
                                        std::uint64_t code_type, std::uint32_t minor) {
  auto layout = layout_of(memory, runtime, minor);
  if (!layout) {
    return layout;
  }
  layout->minor = minor;
  layout->process.interpreters += runtime;
  layout->process.code_type = code_type;
  if (!fits(memory, layout->process)) {
    return Error("its interpreter is not where it is in this version, or has not begun");
  }
  return layout;
}

}  // namespace culprit
