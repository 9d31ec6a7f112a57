// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "samples/stack.h"
#include "symbols/executable_range.h"
#include "symbols/file_reader.h"
#include "symbols/process_maps.h"
#include "symbols/resolved_frame.h"

namespace culprit {

/// A process of a language runtime, while it lives. A value for the length of a call.
struct RuntimeProcess {
  AddressSpaceKey space;
  std::span<const ExecutableRange> ranges;  ///< all that is executable in it, by address
  FileId file;                              ///< the runtime's own, one of those mapped
  /// Has the runtime's reader of memory, in the worker without rights, make something of the
  /// process. The error is a sentence: the process has ended, its memory is not what it should be.
  std::function<Result<std::vector<std::byte>>(std::span<const std::byte> question)> ask;
  /// Puts a value into the kernel part's map of that name, under the key of the address space.
  std::function<Status(const char* map, std::span<const std::byte> value)> put;
  /// Takes it out again.
  std::function<void(const char* map)> drop;
};

/// The names that one raw frame stands for, outermost first: several when calls were inlined; none:
/// not known. Texts are a stranger's bytes.
using FrameNames = std::vector<ResolvedFrame>;

/// What this program knows of one language runtime. One object for the whole run; main thread only.
/// What a process's memory says is never trusted: a wrong answer is an error, not a wrong name.
class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  /// A sampled process maps a file of this runtime. `facts` is what the reader of files said of it.
  /// Tells the kernel part what it needs to know; afterwards its frames may come. Error: this
  /// version or build cannot be read, in a sentence that names it.
  virtual Status enter(const RuntimeProcess& process, std::span<const std::byte> facts) = 0;

  /// One answer for each frame, in their order.
  virtual std::vector<FrameNames> name(const RuntimeProcess& process,
                                       std::span<const RawFrame> frames) = 0;

  /// The process has ended, or runs something else.
  virtual void leave(const AddressSpaceKey& space) = 0;
};

/// How a runtime takes part: one of these in all_runtimes() is all there is to register.
struct RuntimeKind {
  std::string_view name;  ///< "python", as people call it
  /// The bit that makes the walker ask for its frames; 0: it has no part in the kernel.
  std::uint32_t kernel_bit = 0;
  /// The kinds of frames it names.
  std::vector<FrameKind> frame_kinds;
  /// Whether a file may be the runtime's, by its path: cheap, and wrong in either direction at
  /// times. `executable`: it is the program itself, which may have any name.
  std::function<bool(std::string_view path, bool executable)> may_be;
  /// Run in the worker: what there is to know of a file of the runtime (versions, addresses of
  /// variables). Error: it is none.
  FileReader read_file;
  /// Run in the worker: answers a question about a process's memory.
  FileReader read_memory;
  std::function<std::unique_ptr<Runtime>()> make;
};

/// All that are known, in a fixed order.
const std::vector<RuntimeKind>& all_runtimes();

}  // namespace culprit
