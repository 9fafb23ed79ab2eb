// SPDX-License-Identifier: Apache-2.0
// Loads the guard's LSM programs over the maps of the others. Root only; not thread safe.
#pragma once

#include <bpf/btf.h>

#include "base/result.h"
#include "sensor/loader.h"

namespace brig::sensor {

inline constexpr const char* kGuardObject = "guard";

// Attaches what this kernel can hold, and reports every program of the guard in loaded.programs:
// where the kernel has no LSM programs, `bpf` is not in its list of modules, or a hook is missing,
// with that reason. Fails only when something of ours is wrong. loaded.handles.maps must be filled.
[[nodiscard]] Result<> LoadGuard(const btf* kernel, const bpf_object* sensor, Loaded& loaded);

}  // namespace brig::sensor
