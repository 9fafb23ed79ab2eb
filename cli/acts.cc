// SPDX-License-Identifier: Apache-2.0
#include "cli/acts.h"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <utility>

#include "cli/text.h"
#include "identity/people.h"

namespace brig::cli {
namespace {

// Whose word a daemon acts on is not told by its own login.
bool ByDaemon(const Event& event) {
  return std::ranges::any_of(event.chain, [](const ProcessRef& process) {
    return identity::IsEngineDaemon(process.comm);
  });
}

Person LoginOf(const Actor& actor) {
  Person person;
  if (actor.login_uid == kUnsetId) return person;
  person.basis = PersonBasis::kLogin;
  person.name.clear();
  person.login_uid = actor.login_uid;
  person.session = actor.session;
  return person;
}

std::string WhyNobody(const Person& person, bool ran_before) {
  switch (person.basis) {
    case PersonBasis::kLogin:
    case PersonBasis::kCaller: return "";
    case PersonBasis::kAmbiguous: return "several were calling the engine";
    case PersonBasis::kUnknown: break;
  }
  return ran_before ? "the container ran before brig" : "no login, and nobody called an engine";
}

}  // namespace

std::string_view NameOf(ActKind kind) {
  switch (kind) {
    case ActKind::kCommand: return "command";
    case ActKind::kStart: return "start";
    case ActKind::kEntry: return "entry";
    case ActKind::kFinding: return "finding";
  }
  return "";
}

void Acts::Learn(const Record& record) {
  if (const auto* event = std::get_if<Event>(&record)) LearnEvent(*event);
  if (const auto* container = std::get_if<Container>(&record)) LearnContainer(*container);
  if (const auto* finding = std::get_if<Finding>(&record)) LearnFinding(*finding);
}

void Acts::LearnEvent(const Event& event) {
  LearnTime(event.wall_ns, event.boot_ns);
  Act act;
  act.wall_ns = event.wall_ns;
  act.boot = boot_;
  act.person = LoginOf(event.actor);
  act.container = event.actor.process.container;
  const auto* call = std::get_if<ConnectDetails>(&event.details);
  const auto* birth = std::get_if<BirthDetails>(&event.details);
  if (birth != nullptr && birth->found_running) ran_before_[act.container] = true;
  if (event.operation == Operation::kCaller && call != nullptr && event.result >= 0) {
    // docker calls containerd for everybody.
    if (call->door == HostObject::kContainerdSocket &&
        identity::IsEngineDaemon(event.actor.process.comm))
      return;
    if (act.person.basis == PersonBasis::kUnknown) {
      act.person.basis = PersonBasis::kCaller;
      act.person.name.clear();
      act.person.login_uid = event.actor.process.uid;
    }
    act.what = call->arguments.empty() ? event.actor.process.comm : CommandLine(call->arguments);
    Add(std::move(act));
  } else if (event.operation == Operation::kContainerJoin && birth != nullptr) {
    act.kind = ActKind::kEntry;
    act.what = CommandLine(birth->arguments);
    if (ByDaemon(event)) act.person = Person();
    if (act.person.basis == PersonBasis::kUnknown)
      act.why_nobody = ByDaemon(event)        ? "an engine entered for one of its callers"
                       : birth->found_running ? "it was inside before brig"
                                              : "no login";
    Add(std::move(act));
  }
}

void Acts::LearnContainer(const Container& container) {
  LearnUser(container.started_by);
  Act act;
  act.kind = ActKind::kStart;
  act.wall_ns = container.started_wall_ns;
  act.boot = boot_;
  act.person = container.started_by;
  act.container = container.key;
  act.what = container.started_by.command;
  const auto [known, fresh] = starts_.try_emplace(container.key, act);
  // What was said later is known better; the boot is that of the start.
  if (!fresh) {
    act.boot = known->second.boot;
    known->second = std::move(act);
  }
}

void Acts::LearnFinding(const Finding& finding) {
  LearnTime(finding.wall_ns, finding.boot_ns);
  LearnUser(finding.subject.person);
  Act act;
  act.kind = ActKind::kFinding;
  act.wall_ns = finding.wall_ns;
  act.boot = boot_;
  act.person = finding.subject.person;
  act.why_nobody = WhyNobody(act.person, ran_before_.contains(finding.subject.container.key));
  act.container = finding.subject.container.key;
  act.what = finding.sentence;
  act.severity = finding.severity;
  act.finding = finding.id;
  Add(std::move(act));
}

void Acts::LearnUser(const Person& person) {
  if (person.basis == PersonBasis::kLogin && person.login_uid != kUnsetId)
    users_[person.login_uid] = person.name;
}

// After a boot the kernel's clock begins anew, later than all that was recorded before it.
void Acts::LearnTime(std::int64_t wall_ns, std::int64_t boot_ns) {
  if (boot_ns < last_boot_ns_ && wall_ns - boot_ns > last_wall_ns_) ++boot_;
  last_wall_ns_ = wall_ns;
  last_boot_ns_ = boot_ns;
}

void Acts::Add(Act act) {
  if (acts_.size() >= kMaxActs) {
    acts_.pop_front();
    ++left_out_;
  }
  acts_.push_back(std::move(act));
}

std::vector<Act> Acts::Take() {
  std::vector<Act> acts(std::make_move_iterator(acts_.begin()),
                        std::make_move_iterator(acts_.end()));
  for (auto& [key, start] : starts_) {
    start.why_nobody = WhyNobody(start.person, ran_before_.contains(key));
    acts.push_back(std::move(start));
  }
  acts_.clear();
  starts_.clear();
  for (Act& act : acts) {
    if (!act.person.name.empty() || act.person.login_uid == kUnsetId) continue;
    std::string& name = users_[act.person.login_uid];
    const passwd* const user = name.empty() ? ::getpwuid(act.person.login_uid) : nullptr;
    if (user != nullptr) name = user->pw_name;
    if (name.empty()) name = fmt::format("uid {}", act.person.login_uid);
    act.person.name = name;
  }
  std::ranges::stable_sort(acts, std::less(), &Act::wall_ns);
  return acts;
}

std::string SessionOf(const Act& act, std::uint32_t boots) {
  if (!act.why_nobody.empty()) return "";
  const bool audited = act.person.session != kUnsetId;
  const std::string name = audited ? std::to_string(act.person.session) : act.person.name;
  const std::uint32_t ago = boots - 1 - act.boot;
  return ago == 0 ? name : fmt::format("{}@{}", name, ago);
}

}  // namespace brig::cli
