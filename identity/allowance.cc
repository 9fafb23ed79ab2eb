// SPDX-License-Identifier: Apache-2.0
#include "identity/allowance.h"

#include <fmt/format.h>

#include <algorithm>

namespace brig::identity {
namespace {

bool MayTransfer(const DeviceClaim& rule) {
  return rule.allow && rule.permissions.find_first_of("rw") != std::string::npos;
}

// What every container has: null, full, zero, random, urandom, tty, console, ptmx, terminals; and
// net/tun, which runc lets through for all, asked or not.
bool IsDefault(const DeviceClaim& device) {
  if (device.type != 'c') return false;
  const std::int64_t minor = device.minor;
  switch (device.major) {
    case 1: return minor == 3 || minor == 5 || minor == 7 || minor == 8 || minor == 9;
    case 5: return minor >= 0 && minor <= 2;
    case 10: return minor == 200 && device.path.empty();
    case 136: return true;
    default: return false;
  }
}

bool IsNumber(std::int64_t value) { return value >= 0 && value <= 0xfffff; }

void Add(const DeviceClaim& device, Allowance& allowance) {
  if (device.type != 'b' && device.type != 'c') return;
  if (!IsNumber(device.major) || (device.minor != -1 && !IsNumber(device.minor))) return;
  if (IsDefault(device) || allowance.devices.size() >= Allowance::kMaxDevices) return;
  const DeviceRule rule{.type = static_cast<std::uint32_t>(device.type),
                        .major = static_cast<std::uint32_t>(device.major),
                        .minor = device.minor < 0 ? 0 : static_cast<std::uint32_t>(device.minor),
                        .any_minor = device.minor < 0};
  const bool known =
      std::any_of(allowance.devices.begin(), allowance.devices.end(), [&](const DeviceRule& other) {
        return other.type == rule.type && other.major == rule.major && other.minor == rule.minor &&
               other.any_minor == rule.any_minor;
      });
  if (!known) allowance.devices.push_back(rule);
}

}  // namespace

Allowance ComputeAllowance(std::uint64_t container, const RuntimeState& state,
                           const DockerContainer* docker) {
  Allowance allowance{.container = container, .devices = {}};
  const bool wildcard =
      (docker && docker->privileged) ||
      std::any_of(state.rules.begin(), state.rules.end(), [](const DeviceClaim& rule) {
        return MayTransfer(rule) && (rule.type == 'a' || rule.major < 0);
      });
  for (const DeviceClaim& node : state.nodes) {
    const bool named = docker && std::find(docker->devices.begin(), docker->devices.end(),
                                           node.path) != docker->devices.end();
    if (!wildcard || named) Add(node, allowance);
  }
  if (wildcard) return allowance;
  for (const DeviceClaim& rule : state.rules)
    if (MayTransfer(rule)) Add(rule, allowance);
  return allowance;
}

std::vector<std::string> DescribeDevices(const Allowance& allowance, const RuntimeState& state) {
  std::vector<std::string> devices;
  for (const DeviceRule& rule : allowance.devices) {
    const std::string number =
        rule.any_minor
            ? fmt::format("({} {}:any)", static_cast<char>(rule.type), rule.major)
            : fmt::format("({} {}:{})", static_cast<char>(rule.type), rule.major, rule.minor);
    const auto node =
        std::find_if(state.nodes.begin(), state.nodes.end(), [&](const DeviceClaim& claim) {
          return !rule.any_minor && static_cast<std::uint32_t>(claim.type) == rule.type &&
                 claim.major == rule.major && claim.minor == rule.minor;
        });
    devices.push_back(node == state.nodes.end() ? number : node->path + " " + number);
  }
  return devices;
}

}  // namespace brig::identity
