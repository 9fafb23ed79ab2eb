// SPDX-License-Identifier: Apache-2.0
#include "agent/settings.h"

#include <fmt/format.h>

#include "policy/file.h"
#include "policy/parser.h"

namespace brig::agent {

Result<> SetMode(Options& options, const std::string& text) {
  const Error wrong{
      ErrorCode::kInvalid,
      fmt::format("--mode {}: write it as I1=watch, I1=refuse, I1=kill, I1=off or all=refuse",
                  text)};
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return std::unexpected(wrong);
  const std::string name = text.substr(0, equals);
  const auto mode = ModeOf(text.substr(equals + 1));
  const auto invariant = InvariantOf(name);
  if (!mode || (!invariant && name != "all")) return std::unexpected(wrong);
  if (invariant) {
    options.modes.at(static_cast<std::size_t>(*invariant)) = *mode;
  } else {
    for (Mode& each : options.modes) each = *mode;
  }
  return {};
}

Result<> SetSurface(Options& options, const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto surface = SurfaceOf(text.substr(0, equals));
  const auto mode = SurfaceModeOf(equals == std::string::npos ? "" : text.substr(equals + 1));
  if (!surface || *surface == Surface::kNone || !mode) {
    std::string names;
    for (std::uint16_t i = 1; i < kSurfaceCount; ++i)
      names += fmt::format("{}{}", i == 1 ? "" : ", ", NameOf(static_cast<Surface>(i)));
    return Fail(ErrorCode::kInvalid,
                fmt::format("--surface {}: write it as io_uring=allow, io_uring=watch or "
                            "io_uring=refuse; there are {}",
                            text, names));
  }
  options.surface.at(static_cast<std::size_t>(*surface)) = *mode;
  return {};
}

Result<> AddRuntime(Options& options, const std::string& text) {
  BRIG_ASSIGN(auto runtime, policy::ParseRuntime(text));
  options.runtimes.push_back(std::move(runtime));
  return {};
}

Result<> TakePolicy(Options& options, const std::string& path) {
  auto policy =
      policy::ReadPolicyFile(path.empty() ? policy::kDefaultPath : path, policy::Trust::kRootOnly);
  if (!policy && policy.error().code == ErrorCode::kNotFound && path.empty()) return {};
  if (!policy && policy.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kNotFound,
                fmt::format("{}: give a file that exists, or leave --policy out for the defaults",
                            policy.error().message));
  if (!policy) return std::unexpected(std::move(policy).error());
  for (const InvariantSetting& setting : policy->modes)
    options.modes.at(static_cast<std::size_t>(setting.invariant)) = setting.mode;
  for (const SurfaceSetting& setting : policy->surface)
    options.surface.at(static_cast<std::size_t>(setting.surface)) = setting.mode;
  options.runtimes.insert(options.runtimes.end(), policy->runtimes.begin(), policy->runtimes.end());
  options.policy = *std::move(policy);
  return {};
}

}  // namespace brig::agent
