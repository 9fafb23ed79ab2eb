// SPDX-License-Identifier: Apache-2.0
#include "sensor/ring_pair.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "kernel/abi/event_abi.h"

namespace brig::sensor {
namespace {

// A record too short to have a time comes first: the decoder will refuse it.
std::uint64_t TimeOf(ByteView record) {
  std::uint64_t time_ns = 0;
  if (record.size() >= sizeof(abi_header))
    std::memcpy(&time_ns, record.data() + offsetof(abi_header, time_ns), sizeof time_ns);
  return time_ns;
}

}  // namespace

RingPair::RingPair(Ring critical, Ring telemetry)
    : critical_{std::move(critical), RecordClass::kCritical, std::nullopt},
      telemetry_{std::move(telemetry), RecordClass::kTelemetry, std::nullopt} {}

void RingPair::Side::Look() {
  if (head) return;
  const ByteView bytes = ring.Next();
  if (bytes.empty()) return;
  head = RingRecord{bytes, record_class, ring.position()};
  time_ns = TimeOf(bytes);
}

std::optional<RingRecord> RingPair::Next(bool critical) {
  // Critical first: what is older than it in the other ring has been written by then.
  if (critical) critical_.Look();
  telemetry_.Look();
  const bool take_critical =
      critical && critical_.head && (!telemetry_.head || critical_.time_ns < telemetry_.time_ns);
  return std::exchange(take_critical ? critical_.head : telemetry_.head, std::nullopt);
}

void RingPair::ReleaseTo(RecordClass record_class, std::uint64_t position) {
  (record_class == RecordClass::kCritical ? critical_ : telemetry_).ring.ReleaseTo(position);
}

}  // namespace brig::sensor
