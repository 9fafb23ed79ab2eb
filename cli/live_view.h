// SPDX-License-Identifier: Apache-2.0
// Draws the live view into a frame of any size: from 40 columns and 10 rows on everything that
// matters is there. Not thread safe.
#pragma once

#include <cstdint>

#include "cli/frame.h"
#include "cli/live_model.h"

namespace brig::cli {

struct ViewClock {
  std::int64_t wall_ns = 0;
};

// `stops_agent`: what the q key does, for the help. Tells the model how much room there was.
void DrawLive(LiveModel& model, ViewClock now, bool stops_agent, Frame& frame);

}  // namespace brig::cli
