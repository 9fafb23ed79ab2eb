// SPDX-License-Identifier: Apache-2.0
// One run of a technique, or of its twin: a fresh stage and a fresh container, the act, and what
// the host's side saw of it. Thread safe for different runs.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "drill/child.h"
#include "drill/place.h"
#include "drill/stage.h"
#include "drill/technique.h"

namespace brig::drill {

struct RunOptions {
  Milliseconds patience{120'000};  // for the start, and for the act
  // Called when the container runs and has done nothing yet; waits until brig knows it.
  std::function<void(const std::string& container)> before_act = {};
};

struct RunResult {
  std::string container;  // its id, as brig has it
  pid_t pid = -1;         // of the act, for an act on the host
  bool worked = false;    // the oracle says so
  bool done = false;      // the act ended with 0; what the twin has to
  std::string output;     // what the act said and how it ended, for the explanation
};

// kUnsupported: this host lacks what it needs. Anything else: the run has not come as far as the
// act, because its stage or its container does not stand.
[[nodiscard]] Result<RunResult> RunTechnique(Place& place, const Technique& technique, bool twin,
                                             const RunOptions& options);

}  // namespace brig::drill
