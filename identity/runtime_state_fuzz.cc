// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a state is refused or names a process, and allows no wildcard.
#include "identity/allowance.h"
#include "identity/runtime_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto state = brig::identity::ParseRuntimeState({reinterpret_cast<const char*>(data), size});
  if (!state) return 0;
  BRIG_CHECK(!state->id.empty() && state->init_pid > 0);
  const brig::Allowance allowance = brig::identity::ComputeAllowance(1, *state, nullptr);
  BRIG_CHECK(allowance.devices.size() <= brig::Allowance::kMaxDevices);
  for (const brig::DeviceRule& rule : allowance.devices)
    BRIG_CHECK((rule.type == 'b' || rule.type == 'c') && rule.major <= 0xfffff);
  brig::identity::DescribeDevices(allowance, *state);
  return 0;
}
