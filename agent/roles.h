// SPDX-License-Identifier: Apache-2.0
// The processes that brigd consists of. Thread safe (constants).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace brig::agent {

enum class Role : std::uint8_t {
  kWarden = 0,
  kLoader,
  kReader,
  kEngine,
  kScribe,
  kSigner,
  kCourier,
  kCanary
};
inline constexpr std::uint8_t kRoleCount = static_cast<std::uint8_t>(Role::kCanary) + 1;

inline constexpr std::string_view kRoleNames[kRoleCount] = {
    "warden", "loader", "reader", "engine", "scribe", "signer", "courier", "canary"};

// "role 9" never appears: a value outside the list, which only a broken peer sends, is "unknown".
constexpr std::string_view NameOf(Role role) {
  const auto index = static_cast<std::uint8_t>(role);
  return index < kRoleCount ? kRoleNames[index] : "unknown";
}

constexpr std::optional<Role> RoleOf(std::string_view name) {
  for (std::uint8_t i = 0; i < kRoleCount; ++i)
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  return std::nullopt;
}

// Who talks to whom without the warden between.
struct Link {
  Role a, b;
};
inline constexpr Link kLinks[] = {
    {Role::kReader, Role::kEngine},   // facts; allowances
    {Role::kEngine, Role::kScribe},   // records; acknowledgements
    {Role::kScribe, Role::kSigner},   // tree heads; signatures
    {Role::kCourier, Role::kEngine},  // questions; answers and the live stream
    {Role::kCanary, Role::kEngine},   // what is proven, for the status and the record
    {Role::kCanary, Role::kScribe},   // the same, for the checkpoints
};

}  // namespace brig::agent
