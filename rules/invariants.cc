// SPDX-License-Identifier: Apache-2.0
#include "rules/invariants.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "rules/sentences.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

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

std::string KindWords(const Event& event) {
  return fmt::format("{:x} {} {} {} {}{}{}", event.actor.process.container,
                     static_cast<unsigned>(event.invariant), static_cast<unsigned>(event.cause),
                     static_cast<unsigned>(event.operation), static_cast<unsigned>(event.verdict),
                     IsWrite(event) ? 'w' : 'r', IsRefused(event) ? 'f' : 's');
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
  Act act{GroupOf(event), KindWords(event), ObjectOf(event)};
  if (auto repeat = repeats_.Repeat(event, act)) return *std::move(repeat);
  Finding finding = MakeFinding(event, subject(), act.object);
  repeats_.Add(event, act, finding.id);
  const auto invariant = static_cast<std::size_t>(event.invariant);
  if (invariant < kInvariantCount) ++counts_[invariant];
  return finding;
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
  if (object == Repeats::kRest)
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
