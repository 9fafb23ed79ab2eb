// SPDX-License-Identifier: Apache-2.0
#include "rules/invariants.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "rules/sentences.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

constexpr std::string_view kRest = "further objects";

// What happened, apart from the object.
std::uint64_t GroupOf(const Event& event) {
  const bool write = IsWrite(event);
  const bool refused = IsRefused(event);
  const auto kind = static_cast<std::uint64_t>(event.verdict) << 2 |
                    static_cast<std::uint64_t>(write) << 1 | static_cast<std::uint64_t>(refused);
  const auto what = static_cast<std::uint64_t>(event.cause) << 16 |
                    static_cast<std::uint64_t>(event.invariant) << 8 | kind;
  return event.actor.process.container * 0x9e3779b97f4a7c15ULL ^ what;
}

std::string KeyOf(const Event& event, std::string_view object) {
  return fmt::format("{:x} {} {} {} {}{}{} {}", event.actor.process.container,
                     static_cast<unsigned>(event.invariant), static_cast<unsigned>(event.cause),
                     static_cast<unsigned>(event.operation), static_cast<unsigned>(event.verdict),
                     IsWrite(event) ? 'w' : 'r', IsRefused(event) ? 'f' : 's', object);
}

}  // namespace

std::string FindingId(std::string_view boot_id, const Event& event) {
  ByteWriter record;
  record.Text(boot_id);
  record.Fixed(event.cpu);
  record.Fixed(static_cast<std::uint8_t>(event.record_class));
  record.Fixed(event.sequence);
  record.Fixed(event.boot_ns);
  return ToHex(ByteView(Sha256({record.bytes()})).first(6));
}

Judgement Judge::Evaluate(const Event& event, const Subject& subject) {
  return Evaluate(event, [&subject] { return subject; });
}

Judgement Judge::Evaluate(const Event& event, const std::function<Subject()>& subject) {
  if (event.invariant == Invariant::kNone) return {};
  std::string object = ObjectOf(event);
  const auto known = known_.find(KeyOf(event, object));
  if (known != known_.end()) return Repeat(event, known->second);

  const std::uint64_t group = GroupOf(event);
  std::size_t& told = objects_[group];
  if (told >= kMaxObjects) {
    object = kRest;
    const auto rest = known_.find(KeyOf(event, object));
    if (rest != known_.end()) return Repeat(event, rest->second);
  }
  ++told;
  if (known_.size() >= kMaxFindings) Forget(order_.begin());
  Finding finding = MakeFinding(event, subject(), object);
  Known fresh;
  fresh.key = KeyOf(event, object);
  fresh.id = finding.id;
  fresh.group = group;
  fresh.told_boot_ns = event.boot_ns;
  order_.push_back(std::move(fresh));
  known_.emplace(order_.back().key, std::prev(order_.end()));
  const auto invariant = static_cast<std::size_t>(event.invariant);
  if (invariant < kInvariantCount) ++counts_[invariant];
  return finding;
}

Judgement Judge::Repeat(const Event& event, Knowns::iterator known) {
  order_.splice(order_.end(), order_, known);
  known->count += 1 + event.repeats;
  known->last_wall_ns = event.wall_ns;
  if (event.boot_ns - known->told_boot_ns >= kRepeatNs) return Tell(*known, event.boot_ns);
  known->owed = true;
  return {};
}

FindingRepeat Judge::Tell(Known& known, std::int64_t boot_ns) const {
  known.told_boot_ns = boot_ns;
  known.owed = false;
  return {.id = known.id, .count = known.count, .last_wall_ns = known.last_wall_ns};
}

// A forgotten finding would be told as new: its count must not be lost with it.
void Judge::Forget(Knowns::iterator known) {
  if (known->owed) owed_.push_back(Tell(*known, known->told_boot_ns));
  const auto objects = objects_.find(known->group);
  if (objects != objects_.end() && --objects->second == 0) objects_.erase(objects);
  known_.erase(known->key);
  order_.erase(known);
}

std::vector<FindingRepeat> Judge::Flush(std::int64_t boot_ns, bool all) {
  std::vector<FindingRepeat> repeats = std::move(owed_);
  owed_.clear();
  for (Known& known : order_)
    if (known.owed && (all || boot_ns - known.told_boot_ns >= kRepeatNs))
      repeats.push_back(Tell(known, boot_ns));
  return repeats;
}

Finding Judge::MakeFinding(const Event& event, Subject subject, std::string object) const {
  Finding finding;
  finding.id = FindingId(boot_id_, event);
  finding.wall_ns = event.wall_ns;
  finding.boot_ns = event.boot_ns;
  finding.invariant = event.invariant;
  finding.cause = event.cause;
  finding.operation = event.operation;
  finding.verdict = event.verdict;
  finding.severity = SeverityOf(event);
  finding.road = RoadOf(event);
  finding.technique = TechniqueOf(event);
  finding.sentence = SentenceOf(event, subject.container);
  if (object == kRest)
    finding.sentence += " This stands for all further objects: it has reached very many.";
  finding.object = std::move(object);
  finding.result = event.result;
  finding.subject = std::move(subject);
  return finding;
}

std::uint64_t Judge::CountOf(Invariant invariant) const {
  const auto index = static_cast<std::size_t>(invariant);
  return index < kInvariantCount ? counts_[index] : 0;
}

}  // namespace brig::rules
