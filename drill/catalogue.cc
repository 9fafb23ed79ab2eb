// SPDX-License-Identifier: Apache-2.0
#include "drill/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "drill/catalogue_tables.h"

namespace brig::drill {
namespace {

std::vector<Technique> Gather() {
  std::vector<Technique> all;
  for (const auto table :
       {tables::Mounts(), tables::Devices(), tables::Capabilities(), tables::Namespaces(),
        tables::Processes(), tables::Procfs(), tables::Kernel(), tables::Runtime(), tables::Uring(),
        tables::Daemons(), tables::Exploits(), tables::Starts(), tables::Drift(),
        tables::Neighbours(), tables::Leavings()})
    all.insert(all.end(), table.begin(), table.end());
  return all;
}

std::string FamilyNames() {
  std::string names;
  for (std::uint8_t i = 0; i < kFamilyCount; ++i)
    names += fmt::format("{}{}", i == 0 ? "" : ", ", NameOf(static_cast<Family>(i)));
  return names;
}

}  // namespace

std::string_view NameOf(Family family) {
  switch (family) {
    case Family::kMounts: return "mounts";
    case Family::kDevices: return "devices";
    case Family::kCapabilities: return "capabilities";
    case Family::kNamespaces: return "namespaces";
    case Family::kProcesses: return "processes";
    case Family::kPseudoFiles: return "procfs";
    case Family::kInterfaces: return "kernel";
    case Family::kRuntime: return "runtime";
    case Family::kUring: return "io_uring";
    case Family::kDaemons: return "daemons";
    case Family::kExploits: return "exploits";
    case Family::kStarts: return "starts";
    case Family::kDrift: return "drift";
    case Family::kNeighbours: return "neighbours";
    case Family::kLeavings: return "leavings";
  }
  return "";
}

std::span<const Technique> Catalogue() {
  static const std::vector<Technique> all = Gather();
  return all;
}

Result<std::vector<const Technique*>> Select(const std::vector<std::string>& only,
                                             bool destructive) {
  std::vector<const Technique*> selected;
  std::vector<bool> used(only.size(), false);
  for (const Technique& technique : Catalogue()) {
    bool wanted = only.empty();
    for (std::size_t i = 0; i < only.size(); ++i) {
      if (only[i] != technique.name && only[i] != NameOf(technique.family)) continue;
      used[i] = wanted = true;
    }
    if (wanted && (destructive || !technique.destructive)) selected.push_back(&technique);
  }
  for (std::size_t i = 0; i < only.size(); ++i)
    if (!used[i])
      return Fail(ErrorCode::kNotFound,
                  fmt::format("no technique or family is called {}: `brig drill --list` shows all; "
                              "the families are {}",
                              only[i], FamilyNames()));
  return selected;
}

}  // namespace brig::drill
