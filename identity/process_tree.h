// SPDX-License-Identifier: Apache-2.0
// The tree of processes, by birth (start time and pid), fed by fork, exec and exit, and by whatever
// else an event tells of its actor and ancestors. Processes stay after their end, within bounds: a
// container keeps its latest ended ones, and when the whole is full the oldest ended go first. So a
// fork bomb costs its own container's history and nobody else's. Not thread safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event.h"
#include "model/subject.h"

namespace brig::identity {

class ProcessTree {
 public:
  static constexpr std::size_t kMaxProcesses = 16384;
  static constexpr std::size_t kMaxLivePerContainer = 6144;  // the container's oldest go first
  static constexpr std::size_t kMaxEndedPerContainer = 1024;
  static constexpr std::size_t kMaxArgumentBytes = 4096;    // of one process; the rest is left out
  static constexpr std::size_t kMaxProgramBytes = 8 << 20;  // paths and arguments of all processes
  static constexpr std::size_t kMaxChain = 32;

  // A process that joined a container from outside gets a number, which its descendants inherit.
  using Join = std::uint32_t;
  static constexpr Join kNoJoin = 0;

  ProcessTree() = default;
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;

  // Learns what the event tells. Cheap: a few hash look-ups, allocation only for new processes.
  void Observe(const Event& event);
  void MarkJoin(const ProcessRef& process, Join join);
  // The container's last task is gone: whatever is left of it has ended.
  void EndContainer(std::uint64_t container, std::int64_t wall_ns);

  [[nodiscard]] Join JoinOf(const ProcessRef& process) const;
  // The process, its parent, and so on as far as known, at most kMaxChain; never empty.
  [[nodiscard]] std::vector<Process> Chain(const ProcessRef& process) const;
  // The container's processes, running ones first, each group in the order of birth.
  [[nodiscard]] std::vector<Process> ProcessesOf(std::uint64_t container) const;
  // The container's running process of that number, if it is known.
  [[nodiscard]] std::optional<ProcessRef> FindRunning(std::uint64_t container,
                                                      std::uint32_t pid) const;
  [[nodiscard]] std::size_t CountRunning(std::uint64_t container) const;
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  struct Birth {
    std::uint64_t start_ns = 0;
    std::uint32_t pid = 0;
    bool operator==(const Birth&) const = default;
  };
  struct BirthHash {
    std::size_t operator()(const Birth& birth) const {
      return static_cast<std::size_t>((birth.start_ns ^ birth.pid) * 0x9e3779b97f4a7c15ULL);
    }
  };
  // What runs. Shared, since a forked child runs what its parent runs until it starts something
  // else.
  struct Program {
    std::string path;
    std::vector<std::string> arguments;
    std::size_t bytes = 0;
  };
  struct Node;
  using NodeList = std::list<Node*>;
  struct Node {
    ProcessRef ref;
    Birth parent;
    std::shared_ptr<const Program> program;
    std::uint32_t pid_inside = 0;
    Join join = kNoJoin;
    std::int64_t started_wall_ns = 0, ended_wall_ns = 0;
    std::uint32_t exit_status = 0, exit_signal = 0;
    NodeList::iterator in_group, in_all;  // where it stands in its container's list and in all_
  };
  struct Lists {
    NodeList live, ended;
  };

  static Birth BirthOf(const ProcessRef& ref) { return {ref.start_ns, ref.pid}; }
  [[nodiscard]] const Node* Find(const Birth& birth) const;
  Node* Learn(const ProcessRef& ref, const Event& event);
  void LearnActor(const Event& event);
  void LearnChain(const Event& event);
  void Fork(const Event& event, const ForkDetails& details);
  void Exec(Node& node, const std::string& path, const std::vector<std::string>& arguments);
  void End(Node& node, std::int64_t wall_ns);
  void MakeRoom(std::uint64_t container);
  void Forget(Node* node);
  void SetProgram(Node& node, std::shared_ptr<const Program> program);
  [[nodiscard]] Process Describe(const Node& node) const;

  std::unordered_map<Birth, Node, BirthHash> nodes_;
  std::unordered_map<std::uint64_t, Lists> groups_;  // by container
  Lists all_;
  std::size_t program_bytes_ = 0;
};

}  // namespace brig::identity
