// SPDX-License-Identifier: Apache-2.0
#include "identity/json.h"

#include <fmt/format.h>

namespace brig::identity {

JsonView JsonView::operator[](std::string_view key) const {
  simdjson::dom::element value;
  if (!element_ || element_->at_key(key).get(value) != simdjson::SUCCESS) return {};
  return JsonView(value);
}

bool JsonView::has_items() const {
  simdjson::dom::array items;
  if (element_ && element_->get_array().get(items) == simdjson::SUCCESS) return items.size() > 0;
  simdjson::dom::object fields;
  return element_ && element_->get_object().get(fields) == simdjson::SUCCESS && fields.size() > 0;
}

std::string JsonView::Text() const {
  std::string_view text;
  if (!element_ || element_->get_string().get(text) != simdjson::SUCCESS) return {};
  if (text.size() <= kMaxText) return std::string(text);
  return std::string(text.substr(0, kMaxText)) + "...";
}

std::optional<std::int64_t> JsonView::Number() const {
  std::int64_t value = 0;
  if (!element_ || element_->get_int64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

bool JsonView::True() const {
  bool value = false;
  return element_ && element_->get_bool().get(value) == simdjson::SUCCESS && value;
}

Result<JsonView> JsonDocument::Parse(std::string_view text) {
  if (text.size() > kMaxBytes)
    return Fail(ErrorCode::kLimit, fmt::format("JSON of {} bytes", text.size()));
  // Sized for this text: the default would hold memory for the largest one.
  if (const auto error = parser_.allocate(std::max<std::size_t>(text.size(), 64), kMaxDepth))
    return Fail(ErrorCode::kInternal, fmt::format("read JSON: {}", simdjson::error_message(error)));
  simdjson::dom::element root;
  const auto error = parser_.parse(text.data(), text.size()).get(root);
  if (error)
    return Fail(ErrorCode::kInvalid, fmt::format("read JSON: {}", simdjson::error_message(error)));
  return JsonView(root);
}

}  // namespace brig::identity
