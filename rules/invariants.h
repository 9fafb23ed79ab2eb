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
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "model/finding.h"

namespace brig::rules {

// Nothing; a new finding; a new count of an old one.
using Judgement = std::variant<std::monostate, Finding, FindingRepeat>;

class Judge {
 public:
  static constexpr std::size_t kMaxFindings = 4096;  // remembered; the longest unused go first
  static constexpr std::size_t kMaxObjects = 64;     // of one container and cause, told one by one
  static constexpr std::int64_t kRepeatNs = 1'000'000'000;

  // `boot_id` goes into the ids: the same record never makes two findings, two boots never the
  // same.
  explicit Judge(std::string boot_id) : boot_id_(std::move(boot_id)) {}

  // `subject` is asked only for a new finding: naming is dear, repeats come in floods.
  [[nodiscard]] Judgement Evaluate(const Event& event, const std::function<Subject()>& subject);
  [[nodiscard]] Judgement Evaluate(const Event& event, const Subject& subject);

  // The repeats that are owed since a second or more; all that are owed when `all`.
  [[nodiscard]] std::vector<FindingRepeat> Flush(std::int64_t boot_ns, bool all = false);

  [[nodiscard]] std::size_t size() const { return known_.size(); }
  // New findings of that invariant so far.
  [[nodiscard]] std::uint64_t CountOf(Invariant invariant) const;

 private:
  struct Known {
    std::string key;
    std::string id;
    std::uint64_t group = 0;
    std::uint64_t count = 1;
    std::int64_t told_boot_ns = 0, last_wall_ns = 0;
    bool owed = false;
  };
  using Knowns = std::list<Known>;  // the longest unused first

  [[nodiscard]] Judgement Repeat(const Event& event, Knowns::iterator known);
  [[nodiscard]] Finding MakeFinding(const Event& event, Subject subject, std::string object) const;
  [[nodiscard]] FindingRepeat Tell(Known& known, std::int64_t boot_ns) const;
  void Forget(Knowns::iterator known);

  std::string boot_id_;
  Knowns order_;
  std::unordered_map<std::string_view, Knowns::iterator> known_;  // by Known::key
  std::unordered_map<std::uint64_t, std::size_t> objects_;        // told one by one, by group
  std::vector<FindingRepeat> owed_;                               // of those forgotten
  std::uint64_t counts_[kInvariantCount] = {};
};

// The first 12 hexadecimal digits of SHA-256 over boot id, CPU, class, sequence and time of the
// record.
std::string FindingId(std::string_view boot_id, const Event& event);

}  // namespace brig::rules
