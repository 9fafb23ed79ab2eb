// SPDX-License-Identifier: Apache-2.0
#include "identity/enricher.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "identity/proc_text.h"
#include "model/encoding.h"

namespace brig::identity {
namespace {

// podman's: it keeps the login of whoever called podman, where that was not the service.
bool IsMonitor(const std::string& comm) { return comm == "conmon"; }

Digest DigestOf(const Container& container) {
  ByteWriter out;
  Encoder(out).Put(container);
  return Sha256({out.bytes()});
}

template <class F>
bool AnyAbove(const std::vector<Process>& chain, F is) {
  return std::any_of(chain.begin() + 1, chain.end(),
                     [&](const Process& process) { return is(process.ref.comm); });
}

}  // namespace

Enricher::Enricher(const Options& options)
    : containers_(
          options.host,
          [this](std::uint64_t key, std::uint32_t pid) { return tree_.FindRunning(key, pid); },
          options.policy),
      people_(options.warden_pid) {}

Changes Enricher::Observe(const Event& event) {
  tree_.Observe(event);
  Changes changes;
  switch (event.operation) {
    case Operation::kExit: people_.Ended(event.actor.process, event.boot_ns); return changes;
    case Operation::kCaller: people_.Connected(event); return changes;
    case Operation::kContainerStart:
    case Operation::kContainerJoin:
    case Operation::kContainerEnd: break;
    default: return changes;
  }
  const std::uint64_t key = event.actor.process.container;
  const bool changed = containers_.Observe(event);
  if (const auto* birth = std::get_if<BirthDetails>(&event.details)) Enter(event, *birth);
  if (event.operation == Operation::kContainerEnd) tree_.EndContainer(key, event.wall_ns);
  if (!changed) return changes;
  StarterOf(key);
  changes.containers.push_back(*containers_.Find(key));
  Tell(changes.containers.back());
  if (auto allowance = containers_.AllowanceOf(key))
    changes.allowances.push_back(*std::move(allowance));
  return changes;
}

void Enricher::Enter(const Event& event, const BirthDetails& birth) {
  const bool join = event.operation == Operation::kContainerJoin;
  Entry entry = EntryOf(event, birth, join);
  if (join) {
    entry.number = ++last_join_;
    tree_.MarkJoin(event.actor.process, last_join_);
    if (joins_.size() >= kMaxJoins) joins_.pop_front();
    joins_.push_back(std::move(entry));
    return;
  }
  // A container that the table has forgotten needs no starter either.
  if (starts_.size() >= 2 * Containers::kMaxContainers)
    std::erase_if(starts_, [&](const auto& start) { return !containers_.Find(start.first); });
  starts_.try_emplace(entry.container, std::move(entry));
}

Enricher::Entry Enricher::EntryOf(const Event& event, const BirthDetails& birth, bool join) const {
  Entry entry;
  entry.container = event.actor.process.container;
  entry.found_running = birth.found_running;
  entry.act.join = join;
  entry.act.boot_ns = event.boot_ns;
  entry.act.arguments = birth.arguments;
  const std::vector<Process> chain = tree_.Chain(event.actor.process);
  const bool by_daemon = AnyAbove(chain, IsEngineDaemon);
  entry.by_engine = by_daemon || AnyAbove(chain, IsMonitor);
  // The login uid of what a daemon started is the daemon's. That of a container found running may
  // have been set by the container itself: the kernel lets anybody set one that is not set.
  if (!birth.found_running && !by_daemon) entry.login = people_.LoginOf(event.actor);
  return entry;
}

const Person& Enricher::PersonOf(Entry& entry) {
  if (entry.settled || entry.found_running) return entry.person;
  if (entry.login.basis == PersonBasis::kLogin) {
    entry.person = entry.login;
    entry.settled = true;
    return entry.person;
  }
  if (!entry.by_engine) return entry.person;
  const Container* container = containers_.Find(entry.container);
  const bool named = container && container->naming == Naming::kEngine;
  if (container) {
    entry.act.engine = named ? container->engine : std::string();
    entry.act.names = {container->id, container->name};
    entry.act.image = container->image;
  }
  // Only what the engine calls it tells whose command was meant: until then nothing is settled.
  Person person = people_.CallerOf(entry.act, named);
  entry.settled = named && person.basis == PersonBasis::kCaller;
  if (person.basis != PersonBasis::kUnknown || entry.person.basis == PersonBasis::kUnknown)
    entry.person = std::move(person);
  return entry.person;
}

const Person& Enricher::StarterOf(std::uint64_t container) {
  const auto start = starts_.find(container);
  if (start == starts_.end()) return unknown_;
  const Person& person = PersonOf(start->second);
  containers_.SetStarter(container, person);
  return person;
}

Person Enricher::PersonBehind(const Event& event) {
  const ProcessRef& process = event.actor.process;
  if (event.operation == Operation::kCaller || process.container == 0) {
    Person person = people_.LoginOf(event.actor);
    if (const auto* call = std::get_if<ConnectDetails>(&event.details))
      for (const std::string& word : call->arguments)
        person.command += (person.command.empty() ? "" : " ") + word;
    return person;
  }
  // A contained task's own login uid is not asked: it may have set it itself.
  const ProcessTree::Join join = tree_.JoinOf(process);
  if (join == ProcessTree::kNoJoin || joins_.empty()) return StarterOf(process.container);
  const ProcessTree::Join first = joins_.front().number;
  if (join < first || join - first >= joins_.size()) return {};
  return PersonOf(joins_[join - first]);
}

Subject Enricher::SubjectOf(const Event& event) {
  Subject subject;
  const std::uint64_t key = event.actor.process.container;
  subject.person = PersonBehind(event);
  if (key != 0) {
    StarterOf(key);
    if (const Container* container = containers_.Find(key)) {
      subject.container = *container;
    } else {
      subject.container.key = key;
      subject.container.note = "brig did not see it start";
    }
  }
  subject.chain = tree_.Chain(event.actor.process);
  return subject;
}

Subject Enricher::Apply(const Event& event) {
  Observe(event);
  return SubjectOf(event);
}

Changes Enricher::Apply(const Facts& facts) {
  for (const Document& document : facts.documents)
    if (document.kind == DocumentKind::kUsers && facts.container == 0)
      people_.SetUsers(ParseUsers(document.content));
  Changes changes = containers_.Apply(facts);
  for (Container& container : changes.containers) {
    StarterOf(container.key);
    container = *containers_.Find(container.key);
  }
  // Most facts only confirm.
  std::erase_if(changes.containers,
                [this](const Container& container) { return !Tell(container); });
  return changes;
}

bool Enricher::Tell(const Container& container) {
  if (told_.size() >= 2 * Containers::kMaxContainers)
    std::erase_if(told_, [&](const auto& told) { return !containers_.Find(told.first); });
  const Digest digest = DigestOf(container);
  return std::exchange(told_[container.key], digest) != digest;
}

Result<Container> Enricher::FindContainer(std::string_view name) {
  BRIG_ASSIGN(Container container, containers_.Find(name));
  container.started_by = StarterOf(container.key);
  return container;
}

std::vector<Container> Enricher::ListContainers(bool all) {
  std::vector<Container> list = containers_.List(all);
  for (Container& container : list) container.started_by = StarterOf(container.key);
  return list;
}

}  // namespace brig::identity
