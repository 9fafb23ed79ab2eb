// SPDX-License-Identifier: Apache-2.0
// Each noun describes its fields once: `static void Describe(auto& self, auto& visit)` calls
// visit("name", self.field) for each. Encoding, decoding, JSON and the JSON schema all come from
// that one description, so they cannot disagree. Fields are only ever added at the end. Thread safe
// (no state).
#pragma once

#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace brig {

// A visitor that accepts everything, to ask whether a type describes itself.
struct NoVisit {
  void operator()(std::string_view, auto&) {}
};

template <class T>
concept Described =
    requires(T& value, NoVisit& visit) { std::remove_const_t<T>::Describe(value, visit); };

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsVariant = false;
template <class... Ts>
inline constexpr bool kIsVariant<std::variant<Ts...>> = true;

}  // namespace brig
