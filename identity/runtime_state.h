// SPDX-License-Identifier: Apache-2.0
// A runtime's own account of a container: which process it began with, and what it was given. The
// start time makes it an identity: pid and start time together belong to one process of this boot.
// Thread safe (no state).
//
//   runc's state.json = {"id", "init_process_pid", "init_process_start" (clock ticks since boot),
//     "config": {"rootfs", "mounts": [{source, destination, device, flags}],
//       "devices": [{type, major, minor, path}],
//       "cgroups": {"path", "devices": [{type, major, minor, permissions, allow}]},
//       "seccomp", "no_new_privileges", "labels": ["key=value"]}}
//   crun's status = {"pid", "process-start-time" (the same ticks), "cgroup-path", "rootfs",
//     "bundle"}; the id is the name of its directory, what was given is in the specification beside
//     it (oci_spec.h)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/subject.h"

namespace brig::identity {

// A device node the runtime made, or a rule of the container's device cgroup.
struct DeviceClaim {
  char type = 0;            // 'b', 'c'; 'a': any
  std::int64_t major = -1;  // -1: any
  std::int64_t minor = -1;
  std::string path;         // for nodes
  std::string permissions;  // for rules: of "rwm"
  bool allow = false;
};

struct RuntimeState {
  std::string runtime;      // "runc" or "crun"
  std::uint32_t owner = 0;  // the user who could have written it; 0: root alone
  std::string id;
  std::int64_t init_pid = 0;
  std::uint64_t init_start_ticks = 0;
  std::string rootfs, cgroup, bundle;
  std::vector<MountInfo> mounts;  // bind mounts only: what came from the host
  std::vector<DeviceClaim> nodes, rules;
  std::vector<std::string> capabilities;  // bounding
  std::vector<Label> annotations;
  bool seccomp = false;
  bool no_new_privileges = false;
};

// `path` is where the state was found.
[[nodiscard]] Result<RuntimeState> ParseRuntimeState(std::string_view json, std::string_view path);

// The value of an annotation; "" when there is none.
std::string_view AnnotationOf(const RuntimeState& state, std::string_view key);

// Whether that state's first process is this one. Start times are compared to the clock tick that
// the state was written with, and one more for the rounding.
bool SameProcess(const RuntimeState& state, const ProcessRef& process);

}  // namespace brig::identity
