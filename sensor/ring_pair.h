// SPDX-License-Identifier: Apache-2.0
// RingPair: both rings read as one stream, in the order of the records' times. A task's fork and
// exec are telemetry and what it did then is critical: read apart, the second would be told of a
// process that nobody knows yet. One reader; not thread safe.
#pragma once

#include <cstdint>
#include <optional>

#include "model/names.h"
#include "sensor/ring.h"

namespace brig::sensor {

struct RingRecord {
  ByteView bytes;  // valid until its ring is released past it
  RecordClass record_class = RecordClass::kTelemetry;
  std::uint64_t position = 0;  // releasing its ring to here lets this record go, and none after it
};

class RingPair {
 public:
  RingPair(Ring critical, Ring telemetry);

  // The oldest record that is ready. Without `critical`, of the telemetry ring alone.
  std::optional<RingRecord> Next(bool critical = true);
  void ReleaseTo(RecordClass record_class, std::uint64_t position);

 private:
  struct Side {
    Ring ring;
    RecordClass record_class;
    std::optional<RingRecord> head;  // looked at, not given out
    std::uint64_t time_ns = 0;       // of head
    void Look();
  };
  Side critical_, telemetry_;
};

}  // namespace brig::sensor
