// SPDX-License-Identifier: Apache-2.0
// The door of this room: events and facts go in, subjects come out. Nothing here touches a file or
// a socket; everything known came as an Event or as Facts. Not thread safe.
//
//   changes = enricher.Observe(event);      // every event: learns, cheaply
//   subject = enricher.SubjectOf(event);    // only for events that somebody will look at
//   changes = enricher.Apply(facts);        // what the reader fetched
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "identity/containers.h"
#include "identity/people.h"
#include "identity/process_tree.h"
#include "model/event.h"
#include "model/facts.h"
#include "model/subject.h"

namespace brig::identity {

class Enricher {
 public:
  static constexpr std::size_t kMaxJoins = 4096;  // remembered; older ones count as the starter's

  struct Options {
    NamespaceSet host;             // the namespaces that containers are compared with
    std::uint32_t warden_pid = 0;  // brig's own processes are its children
    Policy policy = {};
  };
  explicit Enricher(const Options& options);
  Enricher(const Enricher&) = delete;
  Enricher& operator=(const Enricher&) = delete;

  // Learns what the event tells. Containers that it changed are in the answer, most often none.
  Changes Observe(const Event& event);
  // Who and where. Always an answer: what is not known says so.
  [[nodiscard]] Subject SubjectOf(const Event& event);
  // Observe, then SubjectOf.
  Subject Apply(const Event& event);
  // Containers are in the answer only where the facts say something new.
  Changes Apply(const Facts& facts);

  // By name, id, its beginning, or key; as Containers::Find.
  [[nodiscard]] Result<Container> FindContainer(std::string_view name);
  [[nodiscard]] std::vector<Container> ListContainers(bool all);
  // Null for a container never heard of. Good until the next non-const call.
  [[nodiscard]] const Posture* PostureOf(std::uint64_t container) const {
    return containers_.PostureOf(container);
  }
  [[nodiscard]] std::vector<Process> ProcessesOf(std::uint64_t container) const {
    return tree_.ProcessesOf(container);
  }
  [[nodiscard]] std::size_t CountRunning(std::uint64_t container) const {
    return tree_.CountRunning(container);
  }
  [[nodiscard]] std::uint64_t containers_running() const { return containers_.running(); }
  [[nodiscard]] std::uint64_t containers_ever() const { return containers_.ever(); }

 private:
  // Somebody's entry into a container: its start, or a join. The person is looked for when asked
  // for, and again while nobody is found: what tells it may arrive late.
  struct Entry {
    ProcessTree::Join number = ProcessTree::kNoJoin;
    std::uint64_t container = 0;
    bool found_running = false;
    bool by_engine = false;  // an engine's daemon stood above: its callers are asked
    Act act;
    Person login;  // of the entering process, where no daemon stood between
    Person person;
    bool settled = false;
  };
  Entry EntryOf(const Event& event, const BirthDetails& birth, bool join) const;
  void Enter(const Event& event, const BirthDetails& birth);
  const Person& PersonOf(Entry& entry);
  const Person& StarterOf(std::uint64_t container);
  Person PersonBehind(const Event& event);
  // Whether that is other than what was last said of the container; remembers it.
  bool Tell(const Container& container);

  Containers containers_;
  ProcessTree tree_;
  People people_;
  std::deque<Entry> joins_;                          // in the order of their numbers
  std::unordered_map<std::uint64_t, Entry> starts_;  // by container
  std::unordered_map<std::uint64_t, Digest> told_;   // by container: what the last record said
  ProcessTree::Join last_join_ = ProcessTree::kNoJoin;
  const Person unknown_;
};

}  // namespace brig::identity
