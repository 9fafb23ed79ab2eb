// SPDX-License-Identifier: Apache-2.0
#include "sensor/canaries.h"

#include <bpf/bpf.h>

#include "kernel/abi/event_abi.h"

namespace brig::sensor {

static_assert(kInvariantCount <= ABI_CANARY_NEIGHBOUR);

Result<> WriteCanaryTask(const Handles& handles, std::uint32_t pid, CanaryKind kind,
                         Invariant invariant) {
  const __u32 zero = 0;
  abi_canary_task next{.container = static_cast<__u64>(invariant),
                       .pid = pid,
                       .other_user = kind == CanaryKind::kOtherUser ? 1U : 0U};
  if (kind == CanaryKind::kNone) next.container = 0;
  if (kind == CanaryKind::kNeighbour) next.container = ABI_CANARY_NEIGHBOUR;
  if (bpf_map_update_elem(handles.map(MapId::kCanaryTask), &zero, &next, BPF_ANY) != 0)
    return FailErrno("say who is the canary");
  return {};
}

Result<CanaryCount> ReadCanary(const Handles& handles, Invariant invariant) {
  const auto key = static_cast<__u32>(invariant);
  abi_canary count{};
  if (bpf_map_lookup_elem(handles.map(MapId::kCanaries), &key, &count) != 0)
    return FailErrno("read a canary's count");
  return CanaryCount{count.refused, count.seen};
}

}  // namespace brig::sensor
