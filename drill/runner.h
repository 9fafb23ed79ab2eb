// SPDX-License-Identifier: Apache-2.0
// The drill: runs techniques and their twins, some at a time, asks what brig has recorded of each,
// and says how that compares to what was expected. Not thread safe; the callbacks are called from
// several threads, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "drill/place.h"
#include "drill/run.h"
#include "drill/technique.h"
#include "model/finding.h"
#include "model/status.h"

namespace brig::drill {

enum class Seen : std::uint8_t {
  kSkipped,  // this host lacks what it needs
  kWorked,   // unprotected: the attack does what it says, and so does its twin
  kRefused,  // and recorded
  kKilled,
  kRecorded,
  kMissed,
  kUnstarted,  // nothing is known: the act has not begun, for a reason that is no lack of this host
};
std::string_view NameOf(Seen seen);

struct Expectation {
  Layer layer = Layer::kEye;
  Seen seen = Seen::kRecorded;
};

// What the layers that are active here are to do about the technique.
Expectation ExpectationOf(const Technique& technique, const Status& status);

struct Outcome {
  const Technique* technique = nullptr;
  Expectation expected;
  Seen seen = Seen::kSkipped;
  bool passed = false;
  std::string container;
  std::string invariant;        // of the finding
  std::int64_t record_ns = -1;  // from the event in the kernel to the answer that had it
  std::string why;              // of what has not passed, or of a skip
  bool attack_worked = false, twin_worked = false;
};

// How the runner asks brig; all of them empty when there is none.
struct Brig {
  std::function<bool(const std::string& container)> knows;
  // Those about a container; all of them for "".
  std::function<std::vector<Finding>(const std::string& container)> findings;
  Status status;
  [[nodiscard]] bool present() const { return findings != nullptr; }
};

struct DrillOptions {
  RunOptions run;
  unsigned jobs = 2;
  Milliseconds record_patience{3'000};  // for a finding
};

std::vector<Outcome> RunDrill(Place& place, const std::vector<const Technique*>& techniques,
                              const Brig& brig, const DrillOptions& options,
                              const std::function<void(const Outcome&)>& done);

}  // namespace brig::drill
