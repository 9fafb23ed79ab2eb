// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a state is refused or names a process, and allows no wildcard.
#include "identity/allowance.h"
#include "identity/runtime_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto state = brig::identity::ParseRuntimeState({reinterpret_cast<const char*>(data), size},
                                                       "/run/crun/x/status");
  if (!state) return 0;
  BRIG_CHECK(!state->id.empty() && state->init_pid > 0);
  const auto [allowance, posture] =
      brig::identity::ComputeAllowance(brig::Container{}, *state, nullptr, brig::Policy());
  BRIG_CHECK(allowance.devices.size() <= brig::Allowance::kMaxDevices);
  for (const brig::DeviceRule& rule : allowance.devices)
    BRIG_CHECK((rule.type == 'b' || rule.type == 'c') && rule.major <= 0xfffff);
  BRIG_CHECK(brig::identity::DevicesOf(posture).size() == allowance.devices.size());
  BRIG_CHECK(allowance.capabilities == 0 && allowance.objects == 0 && allowance.modes.empty());
  return 0;
}
