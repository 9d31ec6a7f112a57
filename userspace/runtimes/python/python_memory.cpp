// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>

#include "runtimes/python/bytes.h"
#include "runtimes/python/python_facts.h"
#include "runtimes/python/python_layout.h"
#include "runtimes/python/python_lines.h"
#include "runtimes/python/python_questions.h"

namespace culprit {
namespace {

using python::value_at;
using python::value_in;

constexpr std::uint64_t kMostLetters = 512;
constexpr std::uint64_t kMostTableBytes = 1U << 20U;

void append_utf8(std::string& text, std::uint32_t letter) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | (letter >> shift & 0x3fU));
  };
  if (letter < 0x80U) {
    text += static_cast<char>(letter);
  } else if (letter < 0x800U) {
    text += {static_cast<char>(0xc0U | letter >> 6U), tail(0)};
  } else if (letter < 0x10000U) {
    text += {static_cast<char>(0xe0U | letter >> 12U), tail(6), tail(0)};
  } else {
    text += {static_cast<char>(0xf0U | (letter >> 18U & 7U)), tail(12), tail(6), tail(0)};
  }
}

/// Reads what one layout's objects say; one question's worth.
class Objects {
 public:
  Objects(const ByteSource& memory, const PythonLayout& layout)
      : memory_(memory), layout_(layout) {}

  /// A str: PyASCIIObject and PyCompactUnicodeObject; nothing when it is none.
  [[nodiscard]] std::optional<std::string> text(std::uint64_t object) const {
    const auto length = value_at<std::uint64_t>(memory_, object + 16);
    const auto state = value_at<std::uint32_t>(memory_, object + 32);
    if (!length || !state) {
      return std::nullopt;
    }
    // How it is interned comes first: two bits, 16 since 3.14.
    const std::uint32_t bits = *state >> (layout_.minor >= 14 ? 16U : 2U);
    const std::uint32_t width = bits & 7U;
    const bool compact = (bits & 8U) != 0;
    const bool ascii = (bits & 16U) != 0;
    if (!compact || (width != 1 && width != 2 && width != 4) || (ascii && width != 1)) {
      return std::nullopt;
    }
    const std::uint64_t more = layout_.text_bytes == 48 ? 24 : 16;
    return letters(object + layout_.text_bytes + (ascii ? 0 : more),
                   std::min(*length, kMostLetters), width);
  }

  /// A bytes: its content.
  [[nodiscard]] std::optional<std::vector<std::byte>> bytes(std::uint64_t object) const {
    const auto size = value_at<std::uint64_t>(memory_, object + 16);
    if (!size || *size > kMostTableBytes) {
      return std::nullopt;
    }
    std::vector<std::byte> content(*size);
    if (!memory_.read(object + 32, content)) {
      return std::nullopt;
    }
    return content;
  }

 private:
  [[nodiscard]] std::optional<std::string> letters(std::uint64_t place, std::uint64_t count,
                                                   std::uint32_t width) const {
    std::vector<std::byte> raw(count * width);
    if (!memory_.read(place, raw)) {
      return std::nullopt;
    }
    std::string text;
    for (std::size_t at = 0; at < raw.size(); at += width) {
      std::uint32_t letter = 0;
      std::memcpy(&letter, raw.data() + at, width);
      append_utf8(text, letter);
    }
    return text;
  }

  ByteSource memory_;
  const PythonLayout& layout_;
};

/// What a code object says, once for all frames in it.
struct Code {
  std::uint32_t check = 0;
  std::uint32_t first_line = 0;
  std::string function, file;  ///< empty: unreadable
  std::optional<std::vector<std::byte>> lines;
};

Code read_code(const ByteSource& memory, const PythonLayout& layout, std::uint64_t address) {
  const culprit_python_process& at = layout.process;
  Code code;
  const auto type = value_at<std::uint64_t>(memory, address + 8);
  const auto line = value_at<std::uint32_t>(memory, address + at.code_line);
  const auto name = value_at<std::uint64_t>(memory, address + at.code_name);
  const auto file = value_at<std::uint64_t>(memory, address + at.code_file);
  if (!type || *type != at.code_type || !line || !name || !file) {
    return code;
  }
  code.check = culprit_python_check(*line, *name, *file);
  code.first_line = *line;
  const Objects objects(memory, layout);
  auto best = name;
  if (layout.code_qualified_name != 0) {
    best = value_at<std::uint64_t>(memory, address + layout.code_qualified_name);
  }
  code.function = objects.text(best.value_or(0)).value_or("");
  code.file = objects.text(*file).value_or("");
  const auto lines = value_at<std::uint64_t>(memory, address + layout.code_lines);
  code.lines = lines ? objects.bytes(*lines) : std::nullopt;
  return code;
}

std::vector<std::byte> read_names(const ByteSource& memory, const PythonLayout& layout,
                                  std::span<const std::byte> frames) {
  std::map<std::uint64_t, Code> codes;
  std::vector<PythonName> names;
  for (std::size_t place = 0; place < frames.size(); place += sizeof(PythonFrame)) {
    const auto frame = value_in<PythonFrame>(frames, place);
    PythonName& name = names.emplace_back();
    if (!frame) {
      break;
    }
    const auto known = codes.find(frame->code);
    const Code& code =
        known != codes.end()
            ? known->second
            : codes.emplace(frame->code, read_code(memory, layout, frame->code)).first->second;
    // Another function may live at that address by now.
    if (code.function.empty() || code.check != frame->check) {
      continue;
    }
    name.function = code.function;
    name.file = code.file;
    if (code.lines && frame->position != CULPRIT_PYTHON_NO_POSITION) {
      name.line =
          python_line(*code.lines, layout.minor, code.first_line, frame->position).value_or(0);
    }
  }
  return encode_names(names);
}

}  // namespace

Result<std::vector<std::byte>> read_python_memory(const ByteSource& memory,
                                                  std::span<const std::byte> question) {
  const auto asked = value_in<PythonQuestion>(question, 0);
  if (!asked) {
    return Error("a question that is too short");
  }
  if (asked->kind == PythonQuestion::kNames) {
    return read_names(memory, asked->layout, question.subspan(sizeof(PythonQuestion)));
  }
  const auto layout = find_python_layout(memory, asked->runtime, asked->code_type, asked->minor);
  if (!layout) {
    return layout.error();
  }
  std::vector<std::byte> answer;
  python::append(answer, *layout);
  return answer;
}

}  // namespace culprit
