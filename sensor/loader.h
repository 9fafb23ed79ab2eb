// SPDX-License-Identifier: Apache-2.0
// Loads and attaches the kernel programs. Which attach is decided by asking the kernel (BTF,
// tracefs) and by trying, never by its version. Needs root (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN).
// Not thread safe.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "model/status.h"
#include "sensor/handles.h"
#include "sensor/maps.h"

namespace brig::sensor {

// Reasons that leave no road unseen: there is nothing to watch.
inline constexpr const char* kNoSuchCall = "this kernel has no such call";
inline constexpr const char* kNoCompatCalls = "this kernel runs no 32-bit calls";
inline constexpr const char* kLsmListUnread = "the list of LSMs cannot be read";
inline constexpr const char* kNoSuchHook = "hook absent in this kernel";
inline constexpr const char* kOtherForm = "this kernel uses the hook's other form";

struct LoadOptions {
  std::array<Mode, kInvariantCount> modes{};  // index: Invariant; [0] is unused
  std::array<Mode, kSurfaceCount> surface{};  // index: Surface; [0] is unused
  std::uint64_t wanted = ~0ULL;               // telemetry operations to send: bit = Operation
  // What judging needs from the first moment: see maps.h.
  std::vector<ListedFile> listed;
  std::vector<InodeObject> guarded, unix_doors;
  std::vector<LinkPlace> link_places;
  std::vector<AddressObject> inet_doors;
  std::vector<std::uint32_t> own_processes;  // pids whose calls to engines are brig's own
};

struct Loaded {
  Handles handles;
  std::vector<Program> programs;   // every program, attached or with the reason why not
  std::vector<std::string> notes;  // what is degraded
  NamespaceSet host;  // of the machine's first process: what containers are compared with
  std::uint64_t tasks_labelled = 0;  // of containers that ran already
};

// Fails with kUnsupported when this kernel has no BTF, kDenied when it refuses every program, and
// says what to do. A single program that does not load or attach is left out and reported, it does
// not fail the whole. When tracefs is not mounted, it is mounted in a mount namespace of this
// process alone: call it in a process of its own.
[[nodiscard]] Result<Loaded> Load(const LoadOptions& options);

// The meter's rows for the layers eye and leash (after the fact), and the reasons for guard and
// cage.
std::vector<Protection> Meter(const std::vector<Program>& programs,
                              const std::array<Mode, kInvariantCount>& modes);

// Whether any program that refuses is attached.
bool GuardAttached(const std::vector<Program>& programs);

}  // namespace brig::sensor
