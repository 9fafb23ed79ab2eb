// SPDX-License-Identifier: Apache-2.0
#include "rules/repeats.h"

#include <utility>

namespace brig::rules {
namespace {

std::string KeyOf(const Act& act) { return act.kind + ' ' + act.object; }

}  // namespace

std::optional<Judgement> Repeats::Repeat(const Event& event, Act& act) {
  const auto known = known_.find(KeyOf(act));
  if (known != known_.end()) return Count(event, known->second);
  const auto told = objects_.find(act.group);
  if (told == objects_.end() || told->second < kMaxObjects) return std::nullopt;
  act.object = kRest;
  const auto rest = known_.find(KeyOf(act));
  if (rest != known_.end()) return Count(event, rest->second);
  return std::nullopt;
}

void Repeats::Add(const Event& event, const Act& act, std::string id) {
  ++objects_[act.group];
  if (known_.size() >= kMaxFindings) Forget(order_.begin());
  Known fresh;
  fresh.key = KeyOf(act);
  fresh.id = std::move(id);
  fresh.group = act.group;
  fresh.told_boot_ns = event.boot_ns;
  order_.push_back(std::move(fresh));
  known_.emplace(order_.back().key, std::prev(order_.end()));
}

Judgement Repeats::Count(const Event& event, Knowns::iterator known) {
  order_.splice(order_.end(), order_, known);
  known->count += 1 + event.repeats;
  known->last_wall_ns = event.wall_ns;
  if (event.boot_ns - known->told_boot_ns >= kRepeatNs) return Tell(*known, event.boot_ns);
  known->owed = true;
  return {};
}

FindingRepeat Repeats::Tell(Known& known, std::int64_t boot_ns) const {
  known.told_boot_ns = boot_ns;
  known.owed = false;
  return {.id = known.id, .count = known.count, .last_wall_ns = known.last_wall_ns};
}

// A forgotten finding would be told as new: its count must not be lost with it.
void Repeats::Forget(Knowns::iterator known) {
  if (known->owed) owed_.push_back(Tell(*known, known->told_boot_ns));
  const auto objects = objects_.find(known->group);
  if (objects != objects_.end() && --objects->second == 0) objects_.erase(objects);
  known_.erase(known->key);
  order_.erase(known);
}

std::vector<FindingRepeat> Repeats::Flush(std::int64_t boot_ns, bool all) {
  std::vector<FindingRepeat> repeats = std::exchange(owed_, {});
  for (Known& known : order_)
    if (known.owed && (all || boot_ns - known.told_boot_ns >= kRepeatNs))
      repeats.push_back(Tell(known, boot_ns));
  return repeats;
}

}  // namespace brig::rules
