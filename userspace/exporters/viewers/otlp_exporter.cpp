// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/otlp_exporter.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_writer.hpp>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "exporters/viewers/code_tables.h"
#include "exporters/viewers/exported_stack.h"
#include "exporters/viewers/otlp_fields.h"
#include "report/describe.h"

namespace culprit {
namespace otlp {
namespace {

template <typename Field>
using Builder = protozero::pbf_builder<Field>;

/// A label as the conventions of OpenTelemetry name it.
std::string convention(const std::string& key) {
  const std::map<std::string_view, std::string> names = {{"container", "container.name"},
                                                         {"image", "container.image.name"},
                                                         {"pod", "k8s.pod.name"},
                                                         {"comm", "process.executable.name"},
                                                         {"thread", "thread.name"},
                                                         {"pid", "process.pid"},
                                                         {"tid", "thread.id"}};
  const auto known = names.find(key);
  return known == names.end() ? key : known->second;
}

/// Number 0 of each table. A builder that nothing is added to leaves no message at all.
const std::string kEmptyMessage;

struct OtlpSample {
  std::uint32_t stack = 0;
  std::vector<std::uint32_t> attributes;
  std::uint64_t nanoseconds = 0;
};

class OtlpWriter {
 public:
  explicit OtlpWriter(const Report& report)
      : report_(report), profile_(report.profile), code_(report.profile), message_(bytes_) {
    number_of_stack({});
    number_of_attribute({});
  }

  std::string write() {
    for_each_exported_stack(profile_, [this](const ExportedStack& stack) { add(stack); });
    for (const auto& [workload, samples] : samples_) {
      write_resource(profile_.workloads[workload], samples);
    }
    write_dictionary();
    return std::move(bytes_);
  }

 private:
  std::int32_t text(std::string_view text) {
    return static_cast<std::int32_t>(code_.texts().number_of(text));
  }

  std::uint32_t number_of_stack(std::vector<std::uint32_t> locations) {
    const auto [known, added] = stack_numbers_.try_emplace(
        std::move(locations), static_cast<std::uint32_t>(stacks_.size()));
    if (added) {
      stacks_.push_back(known->first);
    }
    return known->second;
  }

  std::uint32_t number_of_attribute(const StackLabel& label) {
    const auto [known, added] =
        attribute_numbers_.try_emplace(std::tuple(label.key, label.text, label.number),
                                       static_cast<std::uint32_t>(attributes_.size()));
    if (added) {
      attributes_.push_back(label);
    }
    return known->second;
  }

  void add(const ExportedStack& stack) {
    OtlpSample sample{.stack = number_of_stack(code_.locations_of(stack.frames)),
                      .attributes = {},
                      .nanoseconds = stack.samples * nanoseconds_per_sample(profile_)};
    for (const StackLabel& label : labels_of(stack)) {
      // What the resource says of all its samples is not repeated.
      if (label.key != "container" && label.key != "image" && label.key != "pod") {
        sample.attributes.push_back(number_of_attribute(label));
      }
    }
    samples_[static_cast<std::size_t>(stack.workload - profile_.workloads.data())].push_back(
        std::move(sample));
  }

  static void write_attribute(Builder<Resource>& resource, std::string_view key,
                              std::string_view value) {
    if (value.empty()) {
      return;
    }
    Builder<KeyValue> attribute(resource, Resource::Attributes);
    attribute.add_string(KeyValue::Key, std::string(key));
    Builder<AnyValue> written(attribute, KeyValue::Value);
    written.add_string(AnyValue::Text, displayable(value));
  }

  void write_resource(const WorkloadProfile& workload, const std::vector<OtlpSample>& samples) {
    Builder<ResourceProfiles> written(message_, ProfilesData::ResourceProfiles);
    {
      Builder<Resource> resource(written, ResourceProfiles::Resource);
      write_attribute(resource, "host.name", profile_.host.name);
      write_attribute(resource, "container.name", workload_name(workload));
      write_attribute(resource, "container.id", workload.container.id);
      write_attribute(resource, "container.image.name", workload.container.image);
      write_attribute(resource, "container.runtime", workload.container.runtime);
      write_attribute(resource, "k8s.pod.name", workload.container.pod);
      write_attribute(resource, "k8s.namespace.name", workload.container.pod_namespace);
    }
    Builder<ScopeProfiles> scope_profiles(written, ResourceProfiles::ScopeProfiles);
    {
      Builder<Scope> scope(scope_profiles, ScopeProfiles::Scope);
      scope.add_string(Scope::Name, "culprit");
      scope.add_string(Scope::Version, report_.run.version);
    }
    write_profile(scope_profiles, samples);
  }

  void write_value_type(Builder<Profile>& profile, Profile field) {
    Builder<ValueType> value_type(profile, field);
    value_type.add_int32(ValueType::Type, text("cpu"));
    value_type.add_int32(ValueType::Unit, text("nanoseconds"));
  }

  void write_profile(Builder<ScopeProfiles>& scope, const std::vector<OtlpSample>& samples) {
    using std::chrono::duration_cast;
    using std::chrono::nanoseconds;
    Builder<Profile> profile(scope, ScopeProfiles::Profiles);
    write_value_type(profile, Profile::SampleType);
    for (const OtlpSample& sample : samples) {
      const std::array<std::int64_t, 1> values = {static_cast<std::int64_t>(sample.nanoseconds)};
      Builder<Sample> written(profile, Profile::Samples);
      written.add_int32(Sample::StackIndex, static_cast<std::int32_t>(sample.stack));
      written.add_packed_int32(Sample::AttributeIndices, sample.attributes.begin(),
                               sample.attributes.end());
      written.add_packed_int64(Sample::Values, values.begin(), values.end());
    }
    const auto start = duration_cast<nanoseconds>(profile_.window.start.time_since_epoch());
    profile.add_fixed64(Profile::TimeUnixNano, static_cast<std::uint64_t>(start.count()));
    profile.add_uint64(Profile::DurationNano,
                       static_cast<std::uint64_t>(profile_.window.duration.count()));
    write_value_type(profile, Profile::PeriodType);
    profile.add_int64(Profile::Period, static_cast<std::int64_t>(nanoseconds_per_sample(profile_)));
  }

  void write_modules(Builder<Dictionary>& dictionary) {
    for (const CodeTables::Module& module : code_.modules()) {
      std::vector<std::uint32_t> attributes;
      if (module.build_id != 0) {
        attributes.push_back(number_of_attribute({.key = "process.executable.build_id.gnu",
                                                  .text = code_.texts().texts()[module.build_id],
                                                  .number = 0}));
      }
      Builder<Mapping> mapping(dictionary, Dictionary::Mappings);
      mapping.add_int32(Mapping::FileName, static_cast<std::int32_t>(module.name));
      mapping.add_packed_int32(Mapping::AttributeIndices, attributes.begin(), attributes.end());
    }
  }

  void write_locations(Builder<Dictionary>& dictionary) {
    for (const CodeTables::Location& location : code_.locations()) {
      Builder<Location> written(dictionary, Dictionary::Locations);
      written.add_int32(Location::MappingIndex, static_cast<std::int32_t>(location.module));
      for (const CodeTables::Line& line : location.lines) {
        Builder<Line> written_line(written, Location::Lines);
        written_line.add_int32(Line::FunctionIndex, static_cast<std::int32_t>(line.function));
        written_line.add_int64(Line::Line, line.line);
      }
    }
  }

  void write_attributes(Builder<Dictionary>& dictionary) {
    for (const StackLabel& label : attributes_) {
      if (label.key.empty()) {
        dictionary.add_message(Dictionary::Attributes, kEmptyMessage);
        continue;
      }
      const std::int32_t key = text(convention(label.key));
      Builder<Attribute> attribute(dictionary, Dictionary::Attributes);
      attribute.add_int32(Attribute::Key, key);
      Builder<AnyValue> value(attribute, Attribute::Value);
      if (label.text.empty()) {
        value.add_int64(AnyValue::Number, static_cast<std::int64_t>(label.number));
      } else {
        value.add_string(AnyValue::Text, label.text);
      }
    }
  }

  void write_dictionary() {
    Builder<Dictionary> dictionary(message_, ProfilesData::Dictionary);
    write_modules(dictionary);
    write_locations(dictionary);
    for (const CodeTables::Function& function : code_.functions()) {
      Builder<Function> written(dictionary, Dictionary::Functions);
      written.add_int32(Function::Name, static_cast<std::int32_t>(function.name));
      written.add_int32(Function::FileName, static_cast<std::int32_t>(function.file));
    }
    dictionary.add_message(Dictionary::Links, kEmptyMessage);
    write_attributes(dictionary);
    for (const std::vector<std::uint32_t>& stack : stacks_) {
      if (stack.empty()) {
        dictionary.add_message(Dictionary::Stacks, kEmptyMessage);
        continue;
      }
      Builder<Stack> written(dictionary, Dictionary::Stacks);
      written.add_packed_int32(Stack::LocationIndices, stack.begin(), stack.end());
    }
    for (const std::string& known : code_.texts().texts()) {
      dictionary.add_string(Dictionary::Strings, known);
    }
  }

  const Report& report_;
  const culprit::Profile& profile_;
  CodeTables code_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> stack_numbers_;
  std::vector<std::vector<std::uint32_t>> stacks_;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::uint32_t> attribute_numbers_;
  std::vector<StackLabel> attributes_;
  std::map<std::size_t, std::vector<OtlpSample>> samples_;  ///< by workload
  std::string bytes_;
  Builder<ProfilesData> message_;
};

}  // namespace
}  // namespace otlp

std::string OtlpExporter::write(const Report& report) const {
  return otlp::OtlpWriter(report).write();
}

}  // namespace culprit
