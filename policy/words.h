// SPDX-License-Identifier: Apache-2.0
// What a node of the document must be, with the error when it is not: the steps that every part of
// the parser takes. `where` is the file's name. Thread safe (no state).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"

namespace brig::policy {

// The error of a node: "NAME:LINE:COLUMN: MESSAGE".
std::unexpected<Error> Wrong(const std::string& where, const Node& node, std::string message);

// A map that has no key but `known`. `what` is its name, as in `surface:`.
[[nodiscard]] Result<> CheckMap(const std::string& where, const Node& node, std::string_view what,
                                std::span<const std::string_view> known);
// The value of a key of a map, or null.
const Node* Find(const Node& map, std::string_view key);
// A list of 1 to `max` items.
[[nodiscard]] Result<> CheckList(const std::string& where, const Node& node, std::string_view what,
                                 std::size_t max);
// One word of 1 to `max` bytes.
[[nodiscard]] Result<std::string> WordOf(const std::string& where, const Node& node,
                                         std::string_view what, std::size_t max);

// `"host_lgs" is no directory; did you mean host_logs?`
std::string NoSuch(std::string_view word, std::string_view what,
                   std::span<const std::string_view> names);

}  // namespace brig::policy
