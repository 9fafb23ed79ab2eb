// SPDX-License-Identifier: Apache-2.0
// What this host offers to brig, found by looking and by cheap trials. Each check is a row: fine,
// degraded or missing, and what to do. Changes nothing on the host. Not thread safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brig::cli {

enum class Health { kOk, kDegraded, kMissing };
// "ok", "degraded", "missing"
std::string_view NameOf(Health health);

struct Check {
  std::string name;  // "BTF"
  Health health = Health::kOk;
  std::string found;   // what is there
  std::string advice;  // what to do; "" when all is well
};

struct HostPlaces {
  std::string root;   // before every path that is looked at; "" but in tests
  std::string state;  // brig's directories
  std::string run;
};

// The kernel: release, BTF, tracefs, LSM list, switches, audit, io_uring.
std::vector<Check> CheckKernel(const HostPlaces& places);
// Tries to load a program as brig's are: task storage, tracepoint with BTF, ring buffer. Needs
// root.
std::vector<Check> CheckPrograms();
// Cgroups, engines and their sockets.
std::vector<Check> CheckContainers(const HostPlaces& places);
// root, brigd, disk space.
std::vector<Check> CheckSelf(const HostPlaces& places);

}  // namespace brig::cli
