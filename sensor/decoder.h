// SPDX-License-Identifier: Apache-2.0
// Decoder: the bytes of one kernel record to an Event (format: kernel/abi/event_abi.h,
// docs/event-abi.md). It refuses what it does not know: another version, an unknown family, sizes
// and sections that do not add up. Never reads past the end, whatever the bytes. Thread safe (no
// state).
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "model/event.h"

namespace brig::sensor {

// `wall_offset_ns` is wall clock minus boot clock: it turns the record's time into a date.
[[nodiscard]] Result<Event> Decode(ByteView record, std::int64_t wall_offset_ns = 0);

}  // namespace brig::sensor
