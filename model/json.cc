// SPDX-License-Identifier: Apache-2.0
// JSON and its schema, both from the nouns' descriptions.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "model/record.h"

namespace brig {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json JsonOf(const T& value);

struct JsonWriter {
  Json& object;
  template <class T>
  void operator()(std::string_view name, const T& value) {
    object[std::string(name)] = JsonOf(value);
    // Numbers for programs, a date for people, side by side.
    if constexpr (std::is_same_v<T, std::int64_t>)
      if (name == "wall_ns" && value != 0) object["time"] = FormatTime(value);
  }
};

template <class T>
Json JsonOf(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return Printable(value, value.size());
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(NameOf(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (kIsVector<T>) {
    Json array = Json::array();
    for (const auto& item : value) array.push_back(JsonOf(item));
    return array;
  } else if constexpr (kIsVariant<T>) {
    return std::visit(
        [](const auto& item) {
          Json object = JsonOf(item);
          object["type"] = std::string(std::remove_cvref_t<decltype(item)>::kName);
          return object;
        },
        value);
  } else {
    Json object = Json::object();
    JsonWriter writer{object};
    T::Describe(value, writer);
    return object;
  }
}

template <class T>
Json SchemaOf();

// Everything described is always there, but for the date of a time that is not known. More may be
// added by later versions.
struct SchemaWriter {
  Json& properties;
  Json& required;
  template <class T>
  void operator()(std::string_view name, T&) {
    properties[std::string(name)] = SchemaOf<std::remove_const_t<T>>();
    required.push_back(name);
    if (name == "wall_ns") properties["time"] = {{"type", "string"}, {"format", "date-time"}};
  }
};

// The names of a closed list. Values behind its end share one name, often "unknown": the first name
// that comes again ends it.
template <class E>
Json NamesOf() {
  std::vector<std::string_view> names;
  std::string_view name = NameOf(E{});
  for (std::underlying_type_t<E> i = 1; std::ranges::find(names, name) == names.end(); ++i) {
    names.push_back(name);
    name = NameOf(static_cast<E>(i));
  }
  return Json(names);
}

template <class T>
struct VariantSchema;
template <class... Ts>
struct VariantSchema<std::variant<Ts...>> {
  static Json Get() {
    Json any = Json::array();
    const auto add = [&any](Json schema, std::string_view type) {
      schema["properties"]["type"] = {{"const", type}};
      schema["required"].push_back("type");
      any.push_back(std::move(schema));
    };
    (add(SchemaOf<Ts>(), Ts::kName), ...);
    return {{"anyOf", any}};
  }
};

template <class T>
Json SchemaOf() {
  if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_enum_v<T>) {
    return {{"type", "string"}, {"enum", NamesOf<T>()}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_arithmetic_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (kIsVector<T>) {
    return {{"type", "array"}, {"items", SchemaOf<typename T::value_type>()}};
  } else if constexpr (kIsVariant<T>) {
    return VariantSchema<T>::Get();
  } else {
    Json properties = Json::object();
    Json required = Json::array();
    SchemaWriter writer{properties, required};
    T value;
    T::Describe(value, writer);
    return {{"type", "object"}, {"properties", properties}, {"required", required}};
  }
}

template <std::size_t... I>
Json RecordSchemas(std::index_sequence<I...>) {
  Json any = Json::array();
  const auto add = [&any](Json schema, std::size_t kind) {
    schema["properties"]["kind"] = {{"const", kRecordKinds[kind]}};
    schema["required"].push_back("kind");
    any.push_back(std::move(schema));
  };
  (add(SchemaOf<std::variant_alternative_t<I, Record>>(), I), ...);
  return any;
}

std::string Line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string ToJson(const Record& record) {
  Json object = {{"kind", kRecordKinds[record.index()]}};
  std::visit([&](const auto& noun) { object.update(JsonOf(noun)); }, record);
  return Line(object);
}
std::string ToJson(const Event& event) { return Line(JsonOf(event)); }
std::string ToJson(const Container& container) { return Line(JsonOf(container)); }
std::string ToJson(const Finding& finding) { return Line(JsonOf(finding)); }
std::string ToJson(const Posture& posture) { return Line(JsonOf(posture)); }
std::string ToJson(const Process& process) { return Line(JsonOf(process)); }
std::string ToJson(const Status& status) { return Line(JsonOf(status)); }

std::string RecordJsonSchema() {
  const Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "brig record"},
      {"anyOf", RecordSchemas(std::make_index_sequence<std::variant_size_v<Record>>())}};
  return schema.dump(2) + "\n";
}

}  // namespace brig
