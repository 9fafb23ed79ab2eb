// SPDX-License-Identifier: Apache-2.0
#include "cli/json_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <limits>

#include "base/bytes.h"

namespace brig::cli {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 32;  // of the JSON; the nouns nest 5 deep

// Fills a noun's fields from an object. The first thing that is not as described stops it.
class NounReader {
 public:
  explicit NounReader(dom::object object) : object_(object) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    dom::element element;
    if (!wrong_.empty() || object_[name].get(element) != simdjson::SUCCESS) return;
    if (!Get(element, value)) wrong_ = name;
  }
  // The field that is wrong, or "".
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

  template <class T>
  static bool Get(dom::element element, T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      std::string_view text;
      if (element.get(text) != simdjson::SUCCESS) return false;
      value = text;
      return true;
    } else if constexpr (std::is_same_v<T, bool>) {
      return element.get(value) == simdjson::SUCCESS;
    } else if constexpr (std::is_enum_v<T>) {
      return GetEnum(element, value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      return GetNumber(element, value);
    } else if constexpr (kIsVector<T>) {
      return GetVector(element, value);
    } else if constexpr (kIsVariant<T>) {
      return GetVariant(element, value, std::make_index_sequence<std::variant_size_v<T>>());
    } else {
      dom::object object;
      if (element.get(object) != simdjson::SUCCESS) return false;
      NounReader reader(object);
      T::Describe(value, reader);
      return reader.wrong().empty();
    }
  }

 private:
  template <class T>
  static bool GetNumber(dom::element element, T& value) {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    Wide wide = 0;
    if (element.get(wide) != simdjson::SUCCESS || wide > Wide{std::numeric_limits<T>::max()} ||
        wide < Wide{std::numeric_limits<T>::min()})
      return false;
    value = static_cast<T>(wide);
    return true;
  }

  template <class T>
  static bool GetEnum(dom::element element, T& value) {
    std::string_view name;
    if (element.get(name) != simdjson::SUCCESS) return false;
    constexpr int kMaxValues = 256;
    for (int i = 0; i < kMaxValues; ++i) {
      if (NameOf(static_cast<T>(i)) != name) continue;
      value = static_cast<T>(i);
      return true;
    }
    return false;
  }

  template <class T>
  static bool GetVector(dom::element element, std::vector<T>& values) {
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return false;
    values.clear();
    for (const dom::element item : array)
      if (!Get(item, values.emplace_back())) return false;
    return true;
  }

  template <class V, std::size_t... I>
  static bool GetVariant(dom::element element, V& value, std::index_sequence<I...>) {
    std::string_view type;
    if (element["type"].get(type) != simdjson::SUCCESS) return false;
    bool good = false;
    const bool known = ((type == std::variant_alternative_t<I, V>::kName
                             ? (good = Get(element, value.template emplace<I>()), true)
                             : false) ||
                        ...);
    return known && good;
  }

  dom::object object_;
  std::string wrong_;
};

// Parses one object and hands it on; `parser` owns what it points to.
Result<dom::object> ParseObject(dom::parser& parser, std::string_view json) {
  if (json.size() > kMaxJsonBytes)
    return Fail(ErrorCode::kLimit, fmt::format("an answer of {} bytes", json.size()));
  if (parser.allocate(json.size() + 1, kMaxDepth) != simdjson::SUCCESS)
    return Fail(ErrorCode::kLimit, "no memory to read the answer");
  dom::element element;
  const auto wrong = parser.parse(json.data(), json.size()).get(element);
  dom::object object;
  if (wrong != simdjson::SUCCESS || element.get(object) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, fmt::format("not a JSON object: {}", Printable(json, 60)));
  return object;
}

template <class T>
Result<T> ReadNoun(dom::object object) {
  T noun;
  NounReader reader(object);
  T::Describe(noun, reader);
  if (!reader.wrong().empty())
    return Fail(ErrorCode::kInvalid, fmt::format("field `{}` is not as expected", reader.wrong()));
  return noun;
}

template <class T>
Result<T> Read(std::string_view json) {
  dom::parser parser(kMaxJsonBytes);
  BRIG_ASSIGN(const dom::object object, ParseObject(parser, json));
  return ReadNoun<T>(object);
}

template <std::size_t I = 0>
Result<Record> ReadKind(dom::object object, std::string_view kind) {
  if constexpr (I == std::variant_size_v<Record>) {
    return Fail(ErrorCode::kInvalid, fmt::format("record kind `{}`", Printable(kind, 40)));
  } else {
    if (kind != kRecordKinds[I]) return ReadKind<I + 1>(object, kind);
    BRIG_ASSIGN(auto noun, (ReadNoun<std::variant_alternative_t<I, Record>>(object)));
    return Record(std::move(noun));
  }
}

Error ErrorOf(dom::object object) {
  std::string_view code, message;
  if (object["code"].get(code) != simdjson::SUCCESS) code = "internal";
  if (object["message"].get(message) != simdjson::SUCCESS) message = "brigd refused";
  ErrorCode found = ErrorCode::kInternal;
  for (const ErrorCode each :
       {ErrorCode::kInvalid, ErrorCode::kNotFound, ErrorCode::kDenied, ErrorCode::kCorrupt,
        ErrorCode::kLimit, ErrorCode::kUnavailable, ErrorCode::kUnsupported})
    if (NameOf(each) == code) found = each;
  return {found, Printable(message, 1024), 0};
}

}  // namespace

Result<Answer> ReadAnswer(std::string_view line) {
  dom::parser parser(kMaxJsonBytes);
  BRIG_ASSIGN(const dom::object object, ParseObject(parser, line));
  bool flag = false;
  dom::object error;
  std::uint64_t skipped = 0;
  if (object["end"].get(flag) == simdjson::SUCCESS) return Answer{Answer::Kind::kEnd, "", {}, 0};
  if (object["following"].get(flag) == simdjson::SUCCESS)
    return Answer{Answer::Kind::kFollowing, "", {}, 0};
  if (object["error"].get(error) == simdjson::SUCCESS)
    return Answer{Answer::Kind::kError, "", ErrorOf(error), 0};
  if (object["skipped"].get(skipped) == simdjson::SUCCESS)
    return Answer{Answer::Kind::kSkipped, "", {}, skipped};
  return Answer{Answer::Kind::kItem, std::string(line), {}, 0};
}

Result<Status> ReadStatus(std::string_view json) { return Read<Status>(json); }
Result<Process> ReadProcess(std::string_view json) { return Read<Process>(json); }
Result<Finding> ReadFinding(std::string_view json) { return Read<Finding>(json); }

Result<ContainerRow> ReadContainer(std::string_view json) {
  dom::parser parser(kMaxJsonBytes);
  BRIG_ASSIGN(const dom::object object, ParseObject(parser, json));
  ContainerRow row;
  BRIG_ASSIGN(row.container, ReadNoun<Container>(object));
  if (object["processes"].get(row.processes) != simdjson::SUCCESS) row.processes = 0;
  dom::object posture;
  if (object["posture"].get(posture) == simdjson::SUCCESS) {
    BRIG_ASSIGN(row.posture, ReadNoun<Posture>(posture));
  }
  return row;
}

Result<Record> ReadRecord(std::string_view json) {
  dom::parser parser(kMaxJsonBytes);
  BRIG_ASSIGN(const dom::object object, ParseObject(parser, json));
  std::string_view kind;
  if (object["kind"].get(kind) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, "field `kind` is missing");
  return ReadKind(object, kind);
}

std::string JsonQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : Printable(text, text.size())) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace brig::cli
