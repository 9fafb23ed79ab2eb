// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a specification is refused or read, and allows no wildcard.
#include "identity/oci_spec.h"

#include "identity/allowance.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  brig::identity::RuntimeState state;
  if (!brig::identity::ReadSpec({reinterpret_cast<const char*>(data), size}, state)) return 0;
  const auto [allowance, posture] =
      brig::identity::ComputeAllowance(brig::Container{}, state, nullptr, brig::Policy());
  BRIG_CHECK(allowance.devices.size() <= brig::Allowance::kMaxDevices);
  for (const brig::DeviceRule& rule : allowance.devices)
    BRIG_CHECK((rule.type == 'b' || rule.type == 'c') && rule.major <= 0xfffff);
  return 0;
}
