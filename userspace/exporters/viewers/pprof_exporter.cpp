// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/pprof_exporter.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_writer.hpp>
#include <vector>

#include "exporters/viewers/code_tables.h"
#include "exporters/viewers/compression.h"
#include "exporters/viewers/exported_stack.h"

namespace culprit {
namespace {

// Field numbers of perftools.profiles, profile.proto of the pprof project.
enum class ProfileField : protozero::pbf_tag_type {
  SampleType = 1,
  Sample = 2,
  Mapping = 3,
  Location = 4,
  Function = 5,
  StringTable = 6,
  TimeNanos = 9,
  DurationNanos = 10,
  PeriodType = 11,
  Period = 12,
  DefaultSampleType = 14
};
enum class ValueTypeField : protozero::pbf_tag_type { Type = 1, Unit = 2 };
enum class SampleField : protozero::pbf_tag_type { LocationId = 1, Value = 2, Label = 3 };
enum class LabelField : protozero::pbf_tag_type { Key = 1, Text = 2, Number = 3 };
enum class MappingField : protozero::pbf_tag_type {
  Id = 1,
  FileName = 5,
  BuildId = 6,
  HasFunctions = 7,
  HasFileNames = 8,
  HasLineNumbers = 9,
  HasInlineFrames = 10
};
enum class LocationField : protozero::pbf_tag_type { Id = 1, MappingId = 2, Line = 4 };
enum class LineField : protozero::pbf_tag_type { FunctionId = 1, Line = 2 };
enum class FunctionField : protozero::pbf_tag_type {
  Id = 1,
  Name = 2,
  SystemName = 3,
  FileName = 4
};

template <typename Field>
using Builder = protozero::pbf_builder<Field>;

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

/// Writes one profile; the tables grow with the samples and are written after them.
class PprofWriter {
 public:
  explicit PprofWriter(const Profile& profile)
      : profile_(profile), code_(profile), message_(bytes_) {}

  std::string write() {
    write_value_type(ProfileField::SampleType, "samples", "count");
    write_value_type(ProfileField::SampleType, "cpu", "nanoseconds");
    for_each_exported_stack(profile_, [this](const ExportedStack& stack) { write_sample(stack); });
    write_code();
    write_window();
    // Last, for everything before may add to it.
    for (const std::string& text : code_.texts().texts()) {
      message_.add_string(ProfileField::StringTable, text);
    }
    return std::move(bytes_);
  }

 private:
  std::int64_t text(std::string_view text) { return code_.texts().number_of(text); }

  void write_value_type(ProfileField field, std::string_view type, std::string_view unit) {
    Builder<ValueTypeField> value_type(message_, field);
    value_type.add_int64(ValueTypeField::Type, text(type));
    value_type.add_int64(ValueTypeField::Unit, text(unit));
  }

  void write_sample(const ExportedStack& stack) {
    const std::vector<std::uint32_t> locations = code_.locations_of(stack.frames);
    const std::array<std::int64_t, 2> values = {
        signed_of(stack.samples), signed_of(stack.samples * nanoseconds_per_sample(profile_))};
    Builder<SampleField> sample(message_, ProfileField::Sample);
    sample.add_packed_uint64(SampleField::LocationId, locations.begin(), locations.end());
    sample.add_packed_int64(SampleField::Value, values.begin(), values.end());
    for (const StackLabel& label : labels_of(stack)) {
      Builder<LabelField> written(sample, SampleField::Label);
      written.add_int64(LabelField::Key, text(label.key));
      if (label.text.empty()) {
        written.add_int64(LabelField::Number, signed_of(label.number));
      } else {
        written.add_int64(LabelField::Text, text(label.text));
      }
    }
  }

  void write_code() {
    for (std::uint32_t id = 1; id < code_.modules().size(); ++id) {
      const CodeTables::Module& module = code_.modules()[id];
      Builder<MappingField> mapping(message_, ProfileField::Mapping);
      mapping.add_uint64(MappingField::Id, id);
      mapping.add_int64(MappingField::FileName, module.name);
      mapping.add_int64(MappingField::BuildId, module.build_id);
      // Readers would look for names by address else, which these locations do not have.
      mapping.add_bool(MappingField::HasFunctions, true);
      mapping.add_bool(MappingField::HasFileNames, module.has_files);
      mapping.add_bool(MappingField::HasLineNumbers, module.has_lines);
      mapping.add_bool(MappingField::HasInlineFrames, module.has_inlines);
    }
    for (std::uint32_t id = 1; id < code_.locations().size(); ++id) {
      Builder<LocationField> location(message_, ProfileField::Location);
      location.add_uint64(LocationField::Id, id);
      location.add_uint64(LocationField::MappingId, code_.locations()[id].module);
      for (const CodeTables::Line& line : code_.locations()[id].lines) {
        Builder<LineField> written(location, LocationField::Line);
        written.add_uint64(LineField::FunctionId, line.function);
        written.add_int64(LineField::Line, line.line);
      }
    }
    for (std::uint32_t id = 1; id < code_.functions().size(); ++id) {
      const CodeTables::Function& known = code_.functions()[id];
      Builder<FunctionField> function(message_, ProfileField::Function);
      function.add_uint64(FunctionField::Id, id);
      function.add_int64(FunctionField::Name, known.name);
      function.add_int64(FunctionField::SystemName, known.name);
      function.add_int64(FunctionField::FileName, known.file);
    }
  }

  void write_window() {
    using std::chrono::duration_cast;
    using std::chrono::nanoseconds;
    const auto start = profile_.window.start.time_since_epoch();
    message_.add_int64(ProfileField::TimeNanos, duration_cast<nanoseconds>(start).count());
    message_.add_int64(ProfileField::DurationNanos, profile_.window.duration.count());
    write_value_type(ProfileField::PeriodType, "cpu", "nanoseconds");
    message_.add_int64(ProfileField::Period, signed_of(nanoseconds_per_sample(profile_)));
    message_.add_int64(ProfileField::DefaultSampleType, text("cpu"));
  }

  const Profile& profile_;
  CodeTables code_;
  std::string bytes_;
  Builder<ProfileField> message_;
};

}  // namespace

std::string PprofExporter::write(const Report& report) const {
  return gzip(PprofWriter(report.profile).write());
}

}  // namespace culprit
