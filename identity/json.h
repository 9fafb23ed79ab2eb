// SPDX-License-Identifier: Apache-2.0
// JSON from outside, read without surprises: whatever is absent, of another type or too large reads
// as empty. The only file of this room that knows the JSON library. A JsonView lives as long as its
// document. Not thread safe.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace brig::identity {

class JsonView {
 public:
  static constexpr std::size_t kMaxText = 4096;  // a longer text ends in "..."
  static constexpr std::size_t kMaxItems =
      1024;  // of one list or object; the rest is not looked at

  JsonView() = default;
  explicit JsonView(simdjson::dom::element element) : element_(element) {}

  // The field of that name, or an absent view.
  [[nodiscard]] JsonView operator[](std::string_view key) const;
  [[nodiscard]] bool present() const { return element_.has_value(); }
  [[nodiscard]] bool has_items() const;  // a list or object that is not empty
  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::optional<std::int64_t> Number() const;
  [[nodiscard]] bool True() const;

  // Calls `each(JsonView)` for the items of a list.
  template <class F>
  void ForEach(F each) const {
    simdjson::dom::array items;
    if (!element_ || element_->get_array().get(items) != simdjson::SUCCESS) return;
    std::size_t count = 0;
    for (const simdjson::dom::element item : items)
      if (count++ < kMaxItems) each(JsonView(item));
  }
  // Calls `each(std::string_view name, JsonView)` for the fields of an object.
  template <class F>
  void ForEachField(F each) const {
    simdjson::dom::object fields;
    if (!element_ || element_->get_object().get(fields) != simdjson::SUCCESS) return;
    std::size_t count = 0;
    for (const auto field : fields)
      if (count++ < kMaxItems) each(std::string_view(field.key), JsonView(field.value));
  }

 private:
  std::optional<simdjson::dom::element> element_;
};

class JsonDocument {
 public:
  static constexpr std::size_t kMaxBytes = 1 << 20;
  static constexpr std::size_t kMaxDepth = 64;

  // kLimit when it is larger than kMaxBytes, kInvalid when it is not JSON or nested too deep.
  [[nodiscard]] Result<JsonView> Parse(std::string_view text);

 private:
  simdjson::dom::parser parser_{kMaxBytes};
};

}  // namespace brig::identity
