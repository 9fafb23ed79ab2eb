// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_judge.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "rules/invariants.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

// One record may be what several rules ask for.
std::string RuleFindingId(std::string_view boot_id, const Event& event, std::string_view rule) {
  const std::string text = FindingId(boot_id, event) + std::string(rule);
  return ToHex(ByteView(Sha256({AsBytes(text)})).first(6));
}

Act ActOf(const Event& event, std::uint32_t rule) {
  const std::uint64_t container = event.actor.process.container;
  return {.group = container * 0x9e3779b97f4a7c15ULL ^ rule,
          .kind = fmt::format("{:x} {} {} {} {}", container, rule,
                              static_cast<unsigned>(event.operation), IsRefused(event) ? 'f' : 's',
                              event.actor.process.comm),
          .object = ObjectOf(event)};
}

}  // namespace

bool RuleJudge::Evaluate(const Event& event, const View::MakeSubject& subject,
                         const std::function<void(Judgement)>& tell) {
  const View view(event, subject);
  const auto fired = matcher_.Match(view);
  for (const std::uint32_t index : fired) {
    Act act = ActOf(event, index);
    if (auto repeat = repeats_.Repeat(event, act)) {
      tell(*std::move(repeat));
      continue;
    }
    Finding finding = MakeFinding(program().rules()[index], view, act.object);
    repeats_.Add(event, act, finding.id);
    tell(std::move(finding));
  }
  return !fired.empty();
}

Finding RuleJudge::MakeFinding(const Rule& rule, const View& view, std::string object) const {
  const Event& event = view.event();
  Finding finding;
  finding.id = RuleFindingId(boot_id_, event, rule.name);
  finding.wall_ns = event.wall_ns;
  finding.boot_ns = event.boot_ns;
  finding.operation = event.operation;
  finding.verdict = event.verdict;
  finding.severity = rule.severity;
  finding.road = RoadOf(event);
  finding.technique = rule.technique;
  finding.sentence = rule.output.Format(view);
  if (object == Repeats::kRest)
    finding.sentence += " (this stands for all further objects: it has reached very many)";
  finding.object = std::move(object);
  finding.result = event.result;
  finding.subject = view.subject();
  finding.rule = rule.name;
  return finding;
}

}  // namespace brig::rules
