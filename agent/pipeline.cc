// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "sensor/decoder.h"

namespace brig::agent {
namespace {

constexpr std::int64_t kJumpNs = 1'000'000'000;  // of the wall clock against the boot clock
constexpr std::uint64_t kMaxRefusedLogged = 10;

identity::Enricher::Options EnricherOptions(const Setup& setup) {
  return {.host = setup.host, .warden_pid = setup.warden_pid, .policy = setup.options.policy};
}

}  // namespace

Pipeline::Pipeline(const Setup& setup, const std::string& boot_id, const Clock& clock)
    : clock_(clock),
      keep_all_(setup.options.keep == Keep::kAll),
      enricher_(EnricherOptions(setup)),
      boot_id_(boot_id),
      judge_(boot_id),
      wall_offset_ns_(clock.WallNs() - clock.BootNs()),
      counters_{RecordCounters{.record_class = RecordClass::kCritical},
                RecordCounters{.record_class = RecordClass::kTelemetry}} {}

RecordCounters& Pipeline::CountersOf(RecordClass record_class) {
  return counters_.at(record_class == RecordClass::kCritical ? 0 : 1);
}

Pipeline::Output Pipeline::TakeRecord(ByteView record, RecordClass record_class) {
  RecordCounters& counter = CountersOf(record_class);
  ++counter.received;
  const auto event = sensor::Decode(record, wall_offset_ns_);
  if (event) return TakeEvent(*event);
  if (++counter.refused <= kMaxRefusedLogged)
    LogError("refused a kernel record: {}", event.error().message);
  return {};
}

void Pipeline::SkipUpTo(const std::vector<Position>& positions) {
  for (const Position& position : positions) skip_[position.cpu] = position.sequence;
}

bool Pipeline::Keeps(const Event& event) const {
  return keep_all_ || event.record_class == RecordClass::kCritical ||
         event.operation == Operation::kExec || event.operation == Operation::kConnect;
}

Pipeline::Output Pipeline::TakeEvent(const Event& event) {
  Output output;
  const bool critical = event.record_class == RecordClass::kCritical;
  Add(output, enricher_.Observe(event));
  std::vector<rules::Judgement> judgements;
  judgements.push_back(judge_.Evaluate(event, [&] { return enricher_.SubjectOf(event); }));
  const bool asked_for = JudgeByRules(event, judgements);
  const auto skip = skip_.find(event.cpu);
  if (critical && skip != skip_.end() && event.sequence <= skip->second) {
    // The ledger has it, from the engine before this one: only the memory of it is made again.
    for (const rules::Judgement& judgement : judgements)
      if (const Finding* finding = std::get_if<Finding>(&judgement)) Remember(*finding);
    output.records.clear();
    return output;
  }
  if (Keeps(event) || asked_for)
    output.records.insert(output.records.begin(), event);
  else if (followed_)
    output.passing = event;
  for (rules::Judgement& judgement : judgements) AddJudgement(output, std::move(judgement));
  output.critical |= critical;
  if (critical) output.position = Position{event.cpu, event.sequence};
  return output;
}

Pipeline::Output Pipeline::TakeFacts(const Facts& facts) {
  Output output;
  Add(output, enricher_.Apply(facts));
  return output;
}

void Pipeline::Add(Output& output, identity::Changes changes) {
  for (Container& container : changes.containers) {
    output.records.emplace_back(std::move(container));
    output.critical = true;
  }
  std::ranges::move(changes.allowances, std::back_inserter(output.allowances));
}

// True when a rule asked for the event: it is then kept beside its findings.
bool Pipeline::JudgeByRules(const Event& event, std::vector<rules::Judgement>& judgements) {
  if (!rule_judge_) return false;
  return rule_judge_->Evaluate(
      event, [&] { return enricher_.SubjectOf(event); },
      [&](rules::Judgement judgement) { judgements.push_back(std::move(judgement)); });
}

void Pipeline::Remember(const Finding& finding) {
  ++findings_ever_;
  findings_.push_back(finding);
  if (findings_.size() > kMaxFindings) findings_.pop_front();
}

void Pipeline::AddJudgement(Output& output, rules::Judgement judgement) {
  if (Finding* finding = std::get_if<Finding>(&judgement)) {
    Remember(*finding);
    output.records.emplace_back(std::move(*finding));
    output.critical = true;
  } else if (const FindingRepeat* repeat = std::get_if<FindingRepeat>(&judgement)) {
    const auto known = std::ranges::find(findings_, repeat->id, &Finding::id);
    if (known != findings_.end()) known->count = repeat->count;
    output.records.emplace_back(*repeat);
    output.critical = true;
  }
}

Pipeline::Output Pipeline::Tick(const std::vector<RecordCounters>& counters) {
  Output output;
  AddRepeats(output, /*all=*/false);
  WatchClock(output);
  WatchLosses(output, counters);
  return output;
}

Pipeline::Output Pipeline::Finish() {
  Output output;
  AddRepeats(output, /*all=*/true);
  return output;
}

void Pipeline::AddRepeats(Output& output, bool all) {
  std::vector<FindingRepeat> repeats = judge_.Flush(clock_.BootNs(), all);
  if (rule_judge_)
    std::ranges::move(rule_judge_->Flush(clock_.BootNs(), all), std::back_inserter(repeats));
  for (FindingRepeat& repeat : repeats) AddJudgement(output, std::move(repeat));
}

void Pipeline::WatchClock(Output& output) {
  const std::int64_t offset = clock_.WallNs() - clock_.BootNs();
  const std::int64_t jump = offset - std::exchange(wall_offset_ns_, offset);
  if (std::abs(jump) < kJumpNs) return;
  const std::string text =
      fmt::format("the clock was set {} by {:.3f} s; times before this entry are the old clock's",
                  jump > 0 ? "forward" : "back", static_cast<double>(std::abs(jump)) / 1e9);
  output.records.emplace_back(Notice{clock_.WallNs(), "clock_jump", text});
  output.critical = true;
}

void Pipeline::WatchLosses(Output& output, const std::vector<RecordCounters>& counters) {
  for (const RecordCounters& now : counters) {
    RecordCounters& known = CountersOf(now.record_class);
    known.made = now.made;
    known.missed = now.missed;
    const std::uint64_t lost = now.lost - std::exchange(known.lost, now.lost);
    if (lost == 0) continue;
    Event event;
    event.record_class = RecordClass::kCritical;
    event.boot_ns = clock_.BootNs();
    event.wall_ns = clock_.WallNs();
    event.operation = Operation::kLost;
    event.details = LostDetails{now.record_class, lost, now.lost};
    output.records.emplace_back(event);
    output.critical = true;
  }
}

}  // namespace brig::agent
