// SPDX-License-Identifier: Apache-2.0
// Judge: from events that broke an invariant to findings. The kernel program has decided that one
// is broken and why; here it gets its severity, its words and its place among what was found
// before.
//
// The first of its kind is a finding at once. The same again (container, invariant, cause, object,
// and whether it wrote, was refused or was killed: a success never hides behind a failed try) is
// counted, exactly, and told as a FindingRepeat at most once a second. A container that breaks one
// invariant on very many objects gets one finding for the rest of them. Not thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "rules/repeats.h"

namespace brig::rules {

class Judge {
 public:
  static constexpr std::size_t kMaxFindings = Repeats::kMaxFindings;
  static constexpr std::size_t kMaxObjects = Repeats::kMaxObjects;  // of one container and cause
  static constexpr std::int64_t kRepeatNs = Repeats::kRepeatNs;

  // `boot_id` goes into the ids: the same record never makes two findings, two boots never the
  // same.
  explicit Judge(std::string boot_id) : boot_id_(std::move(boot_id)) {}

  // `subject` is asked only for a new finding: naming is dear, repeats come in floods.
  [[nodiscard]] Judgement Evaluate(const Event& event, const std::function<Subject()>& subject);
  [[nodiscard]] Judgement Evaluate(const Event& event, const Subject& subject);

  // The repeats that are owed since a second or more; all that are owed when `all`.
  [[nodiscard]] std::vector<FindingRepeat> Flush(std::int64_t boot_ns, bool all = false) {
    return repeats_.Flush(boot_ns, all);
  }

  [[nodiscard]] std::size_t size() const { return repeats_.size(); }
  // New findings of that invariant so far.
  [[nodiscard]] std::uint64_t CountOf(Invariant invariant) const;

 private:
  [[nodiscard]] Finding MakeFinding(const Event& event, Subject subject, std::string object) const;

  std::string boot_id_;
  Repeats repeats_;
  std::uint64_t counts_[kInvariantCount] = {};
};

// The first 12 hexadecimal digits of SHA-256 over boot id, CPU, class, sequence and time of the
// record.
std::string FindingId(std::string_view boot_id, const Event& event);

}  // namespace brig::rules
