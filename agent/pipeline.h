// SPDX-License-Identifier: Apache-2.0
// From the bytes of one kernel record to the records that are kept: decode, who and where, what it
// means. No sockets, no files. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/messages.h"
#include "base/clock.h"
#include "identity/enricher.h"
#include "model/record.h"
#include "rules/invariants.h"
#include "rules/rule_judge.h"

namespace brig::agent {

class Pipeline {
 public:
  static constexpr std::size_t kMaxFindings = 400;  // remembered for `brig findings`

  struct Output {
    std::vector<Record> records;   // to be kept, in order
    std::optional<Event> passing;  // not to be kept, only for who follows
    std::vector<Allowance> allowances;
    bool critical = false;
    std::optional<Position> position;  // of a critical event
  };

  Pipeline(const Setup& setup, const std::string& boot_id, const Clock& clock = SystemClock());

  // A record that does not decode is counted as refused and gives nothing.
  Output TakeRecord(ByteView record, RecordClass record_class);
  Output TakeEvent(const Event& event);
  Output TakeFacts(const Facts& facts);
  // An event that is in the ledger already, for what it teaches.
  void Learn(const Event& event) { (void)enricher_.Observe(event); }
  // Counts of repeated findings, the clock, and losses; each second. `counters` are the kernel's.
  Output Tick(const std::vector<RecordCounters>& counters);
  // The counts that are still owed, at the end.
  Output Finish();

  // The rules that judge from now on.
  void SetRules(std::shared_ptr<const rules::Program> program) {
    rule_judge_.emplace(boot_id_, std::move(program));
  }
  // Whether somebody wants the events that are not kept.
  void SetFollowed(bool followed) { followed_ = followed; }
  // Critical events up to these are in the ledger already: they are learnt from, but not kept
  // again.
  void SkipUpTo(const std::vector<Position>& positions);

  identity::Enricher& enricher() { return enricher_; }
  [[nodiscard]] const std::deque<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t findings_ever() const { return findings_ever_; }
  [[nodiscard]] std::uint64_t findings_of(Invariant invariant) const {
    return judge_.CountOf(invariant);
  }
  // `received` and `refused` of each class filled in.
  [[nodiscard]] std::vector<RecordCounters> counters() const { return counters_; }

 private:
  void Add(Output& output, identity::Changes changes);
  void AddJudgement(Output& output, rules::Judgement judgement);
  void AddRepeats(Output& output, bool all);
  void Remember(const Finding& finding);
  bool JudgeByRules(const Event& event, std::vector<rules::Judgement>& judgements);
  void WatchClock(Output& output);
  void WatchLosses(Output& output, const std::vector<RecordCounters>& counters);
  [[nodiscard]] bool Keeps(const Event& event) const;
  RecordCounters& CountersOf(RecordClass record_class);

  const Clock& clock_;
  bool keep_all_;
  bool followed_ = false;
  identity::Enricher enricher_;
  std::string boot_id_;
  rules::Judge judge_;
  std::optional<rules::RuleJudge> rule_judge_;
  std::int64_t wall_offset_ns_;
  std::map<std::uint32_t, std::uint64_t> skip_;  // cpu to sequence
  std::deque<Finding> findings_;
  std::uint64_t findings_ever_ = 0;
  std::vector<RecordCounters> counters_;
};

}  // namespace brig::agent
