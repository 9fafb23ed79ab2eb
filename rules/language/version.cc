// SPDX-License-Identifier: Apache-2.0
#include "rules/language/version.h"

#include <fmt/format.h>

#include <charconv>

namespace brig::rules {
namespace {

// Falco's container plugin, whose fields brig fills from its own knowledge of containers.
constexpr std::string_view kPlugin = "container";
constexpr VersionNumber kPluginVersion = {0, 7, 0};

}  // namespace

std::optional<VersionNumber> ParseVersion(std::string_view text) {
  VersionNumber version{};
  text = text.substr(0, text.find_first_of("-+"));
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, version[i]);
    if (error != std::errc{}) return std::nullopt;
    at = next;
    if (i + 1 == version.size()) break;
    if (at == end || *at != '.') return std::nullopt;
    ++at;
  }
  if (at != end) return std::nullopt;
  return version;
}

bool StandsInFor(std::string_view plugin, const VersionNumber& required) {
  return plugin == kPlugin && required[0] == kPluginVersion[0] && required <= kPluginVersion;
}

std::string StandInWords() {
  return fmt::format("{} up to {}", kPlugin, fmt::join(kPluginVersion, "."));
}

}  // namespace brig::rules
