// SPDX-License-Identifier: Apache-2.0
// How the sensor's handles travel from the loader to the warden and on to the others. Thread safe
// (no state).
#pragma once

#include <string>
#include <vector>

#include "agent/child.h"
#include "sensor/handles.h"

namespace brig::agent {

struct NamedHandle {
  Handle handle;
  int fd = -1;  // the Handles' own
};

std::vector<NamedHandle> NameHandles(const sensor::Handles& handles);

// Takes what `start` was given out of it. Maps that it was not given stay -1.
sensor::Handles TakeHandles(Start& start);

}  // namespace brig::agent
