// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <protozero/types.hpp>

/// Field numbers of opentelemetry-proto 1.9.0: profiles/v1development, resource/v1, common/v1. The
/// message is in development upstream; a change there is a change in this file only.
namespace culprit::otlp {

using Tag = protozero::pbf_tag_type;

enum class ProfilesData : Tag { ResourceProfiles = 1, Dictionary = 2 };
enum class ResourceProfiles : Tag { Resource = 1, ScopeProfiles = 2 };
enum class Resource : Tag { Attributes = 1 };
enum class ScopeProfiles : Tag { Scope = 1, Profiles = 2 };
enum class Scope : Tag { Name = 1, Version = 2 };
enum class Profile : Tag {
  SampleType = 1,
  Samples = 2,
  TimeUnixNano = 3,
  DurationNano = 4,
  PeriodType = 5,
  Period = 6
};
enum class ValueType : Tag { Type = 1, Unit = 2 };
enum class Sample : Tag { StackIndex = 1, AttributeIndices = 2, Values = 4 };
enum class Dictionary : Tag {
  Mappings = 1,
  Locations = 2,
  Functions = 3,
  Links = 4,
  Strings = 5,
  Attributes = 6,
  Stacks = 7
};
enum class Mapping : Tag { FileName = 4, AttributeIndices = 5 };
enum class Location : Tag { MappingIndex = 1, Lines = 3 };
enum class Line : Tag { FunctionIndex = 1, Line = 2 };
enum class Function : Tag { Name = 1, FileName = 3 };
enum class Stack : Tag { LocationIndices = 1 };
enum class Attribute : Tag { Key = 1, Value = 2 };
enum class KeyValue : Tag { Key = 1, Value = 2 };
enum class AnyValue : Tag { Text = 1, Number = 3 };

}  // namespace culprit::otlp
