// SPDX-License-Identifier: Apache-2.0
// What the canaries have proven: judged from three witnesses, kept for the status, told in the
// record when it changes and every so often. Part of the engine but for Judge. Not thread safe.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/loop.h"
#include "model/finding.h"
#include "model/status.h"

namespace brig::agent {

inline constexpr std::int64_t kCanaryInterval = 30 * kSecond;

// How one act of a canary went.
struct Witnesses {
  int error = 0;             // what the call said to the canary; 0: it went through
  int signal = 0;            // what killed it
  std::uint64_t guard = 0;   // refusals that the guard counted meanwhile
  std::uint64_t tracer = 0;  // and what the tracepoint programs saw come back refused
};
// `before`: what was known of the invariant. Proven when all witnesses agree.
Proof Judge(const Proof& before, const Witnesses& witnesses, std::int64_t wall_ns);

class ProofBook {
 public:
  static constexpr std::int64_t kPatience = 3 * kCanaryInterval;
  static constexpr std::int64_t kSummaryInterval = 600 * kSecond;

  // `guarded`: canaries are to be expected.
  ProofBook(bool guarded, std::int64_t now_ns) : guarded_(guarded), heard_ns_(now_ns) {}

  // Times are of the boot clock. Both give what the record is to keep.
  std::vector<Notice> Take(std::vector<Proof> proofs, std::int64_t now_ns);
  std::vector<Notice> Tick(std::int64_t now_ns);  // no canary sings: nothing is proven any more

  [[nodiscard]] const std::vector<Proof>& proofs() const { return proofs_; }

 private:
  bool guarded_;
  std::int64_t heard_ns_;
  std::int64_t summary_ns_ = 0;
  bool silent_ = false;
  std::vector<Proof> proofs_;
};

}  // namespace brig::agent
