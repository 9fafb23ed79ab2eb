// SPDX-License-Identifier: Apache-2.0
#include "identity/process_tree.h"

#include <utility>
#include <variant>

namespace brig::identity {
namespace {

// When the process was born, on the wall clock of the event.
std::int64_t WallOf(const Event& event, std::uint64_t start_ns) {
  return event.wall_ns - (event.boot_ns - static_cast<std::int64_t>(start_ns));
}

}  // namespace

void ProcessTree::Observe(const Event& event) {
  if (event.operation == Operation::kLost) return;
  LearnActor(event);
  if (!event.chain.empty()) LearnChain(event);
  if (const auto* fork = std::get_if<ForkDetails>(&event.details)) {
    Fork(event, *fork);
  } else if (const auto* exec = std::get_if<ExecDetails>(&event.details)) {
    if (event.result >= 0) Exec(*Learn(event.actor.process, event), exec->path, exec->arguments);
  } else if (const auto* birth = std::get_if<BirthDetails>(&event.details)) {
    Exec(*Learn(event.actor.process, event), birth->path, birth->arguments);
  } else if (const auto* target = std::get_if<TargetDetails>(&event.details)) {
    // Without a start time it is only a number: the next to have it may be another.
    if (target->target.start_ns != 0) Learn(target->target, event);
  } else if (const auto* exit = std::get_if<ExitDetails>(&event.details)) {
    Node& node = *Learn(event.actor.process, event);
    node.exit_status = exit->status;
    node.exit_signal = exit->signal;
    End(node, event.wall_ns);
  }
}

void ProcessTree::LearnActor(const Event& event) {
  const Actor& actor = event.actor;
  if (actor.process.pid == 0) return;
  Node& node = *Learn(actor.process, event);
  if (node.pid_inside == 0) node.pid_inside = actor.pid_inside;
  if (node.parent == Birth() && actor.parent_pid != 0) {
    node.parent = {actor.parent_start_ns, actor.parent_pid};
    if (const Node* parent = Find(node.parent); parent && node.join == kNoJoin)
      node.join = parent->ref.container == node.ref.container ? parent->join : kNoJoin;
  }
}

void ProcessTree::LearnChain(const Event& event) {
  Birth below = BirthOf(event.actor.process);
  for (const ProcessRef& ref : event.chain) {
    if (ref.pid == 0) break;
    Learn(ref, event);
    const auto child = nodes_.find(below);
    if (child != nodes_.end() && child->second.parent == Birth())
      child->second.parent = BirthOf(ref);
    below = BirthOf(ref);
  }
}

void ProcessTree::Fork(const Event& event, const ForkDetails& details) {
  if (event.result < 0 || details.child.pid == 0) return;
  Node& child = *Learn(details.child, event);
  child.parent = BirthOf(event.actor.process);
  if (const Node* parent = Find(child.parent)) {
    if (!child.program) SetProgram(child, parent->program);
    if (child.ref.container == parent->ref.container) child.join = parent->join;
  }
}

void ProcessTree::Exec(Node& node, const std::string& path,
                       const std::vector<std::string>& arguments) {
  auto program = std::make_shared<Program>();
  program->path = path;
  std::size_t bytes = 0;
  for (const std::string& argument : arguments) {
    bytes += argument.size() + sizeof(std::string);
    if (bytes > kMaxArgumentBytes) break;
    program->arguments.push_back(argument);
  }
  program->bytes = path.size() + bytes;
  while (program_bytes_ + program->bytes > kMaxProgramBytes && !all_.ended.empty() &&
         all_.ended.front() != &node)
    Forget(all_.ended.front());
  if (program_bytes_ + program->bytes > kMaxProgramBytes) {
    program->arguments.clear();
    program->bytes = path.size();
  }
  program_bytes_ += program->bytes;
  SetProgram(node, std::move(program));
}

// The bytes of a program count once, until the last process that runs it is forgotten.
void ProcessTree::SetProgram(Node& node, std::shared_ptr<const Program> program) {
  if (node.program && node.program.use_count() == 1) program_bytes_ -= node.program->bytes;
  node.program = std::move(program);
}

void ProcessTree::End(Node& node, std::int64_t wall_ns) {
  if (node.ended_wall_ns != 0) return;
  node.ended_wall_ns = wall_ns == 0 ? 1 : wall_ns;
  Lists& group = groups_[node.ref.container];
  group.ended.splice(group.ended.end(), group.live, node.in_group);
  all_.ended.splice(all_.ended.end(), all_.live, node.in_all);
  if (group.ended.size() > kMaxEndedPerContainer) Forget(group.ended.front());
}

void ProcessTree::EndContainer(std::uint64_t container, std::int64_t wall_ns) {
  const auto group = groups_.find(container);
  if (group == groups_.end() || container == 0) return;
  std::size_t left = group->second.live.size();
  for (; left > 0; --left) End(*group->second.live.front(), wall_ns);
}

void ProcessTree::MarkJoin(const ProcessRef& process, Join join) {
  const auto found = nodes_.find(BirthOf(process));
  if (found != nodes_.end()) found->second.join = join;
}

ProcessTree::Join ProcessTree::JoinOf(const ProcessRef& process) const {
  const Node* node = Find(BirthOf(process));
  // A descendant may have been heard of before the join of its ancestor was: look upwards.
  for (std::size_t depth = 0; node && depth < kMaxChain; ++depth) {
    if (node->join != kNoJoin) return node->join;
    const Node* parent = Find(node->parent);
    if (!parent || parent->ref.container != node->ref.container) break;
    node = parent;
  }
  return kNoJoin;
}

const ProcessTree::Node* ProcessTree::Find(const Birth& birth) const {
  const auto found = nodes_.find(birth);
  return found == nodes_.end() ? nullptr : &found->second;
}

ProcessTree::Node* ProcessTree::Learn(const ProcessRef& ref, const Event& event) {
  if (const auto found = nodes_.find(BirthOf(ref)); found != nodes_.end()) {
    Node& node = found->second;
    if (node.ref.comm != ref.comm && !ref.comm.empty()) node.ref.comm = ref.comm;
    node.ref.uid = ref.uid;
    if (node.ref.container == ref.container || ref.container == 0) return &node;
    // It was known on the host and has become a container's now.
    Lists& from = groups_[node.ref.container];
    Lists& to = groups_[ref.container];
    const bool live = node.ended_wall_ns == 0;
    (live ? to.live : to.ended)
        .splice((live ? to.live : to.ended).end(), live ? from.live : from.ended, node.in_group);
    node.ref.container = ref.container;
    return &node;
  }
  MakeRoom(ref.container);
  Node& node = nodes_[BirthOf(ref)];
  node.ref = ref;
  node.started_wall_ns = WallOf(event, ref.start_ns);
  NodeList& group = groups_[ref.container].live;
  node.in_group = group.insert(group.end(), &node);
  node.in_all = all_.live.insert(all_.live.end(), &node);
  return &node;
}

void ProcessTree::MakeRoom(std::uint64_t container) {
  const auto group = groups_.find(container);
  if (group != groups_.end() && group->second.live.size() >= kMaxLivePerContainer)
    Forget(group->second.live.front());
  if (nodes_.size() < kMaxProcesses) return;
  Forget(all_.ended.empty() ? all_.live.front() : all_.ended.front());
}

void ProcessTree::Forget(Node* node) {
  SetProgram(*node, nullptr);
  const bool live = node->ended_wall_ns == 0;
  const auto group = groups_.find(node->ref.container);
  (live ? group->second.live : group->second.ended).erase(node->in_group);
  (live ? all_.live : all_.ended).erase(node->in_all);
  if (group->second.live.empty() && group->second.ended.empty()) groups_.erase(group);
  nodes_.erase(BirthOf(node->ref));
}

Process ProcessTree::Describe(const Node& node) const {
  Process process;
  process.ref = node.ref;
  if (const Node* parent = Find(node.parent)) {
    process.parent = parent->ref;
  } else {
    process.parent.start_ns = node.parent.start_ns;
    process.parent.pid = node.parent.pid;
  }
  if (node.program) {
    process.path = node.program->path;
    process.arguments = node.program->arguments;
  }
  process.pid_inside = node.pid_inside;
  process.started_wall_ns = node.started_wall_ns;
  process.ended_wall_ns = node.ended_wall_ns;
  process.exit_status = node.exit_status;
  process.exit_signal = node.exit_signal;
  return process;
}

std::vector<Process> ProcessTree::Chain(const ProcessRef& process) const {
  std::vector<Process> chain;
  const Node* node = Find(BirthOf(process));
  if (!node) {
    chain.emplace_back();
    chain.back().ref = process;
    return chain;
  }
  // Bounded, so that parents who name each other cannot hold us.
  for (; node && chain.size() < kMaxChain; node = Find(node->parent))
    chain.push_back(Describe(*node));
  return chain;
}

std::vector<Process> ProcessTree::ProcessesOf(std::uint64_t container) const {
  std::vector<Process> processes;
  const auto group = groups_.find(container);
  if (group == groups_.end()) return processes;
  for (const Node* node : group->second.live) processes.push_back(Describe(*node));
  for (const Node* node : group->second.ended) processes.push_back(Describe(*node));
  return processes;
}

std::optional<ProcessRef> ProcessTree::FindRunning(std::uint64_t container,
                                                   std::uint32_t pid) const {
  const auto group = groups_.find(container);
  if (group == groups_.end()) return std::nullopt;
  for (const Node* node : group->second.live)
    if (node->ref.pid == pid) return node->ref;
  return std::nullopt;
}

std::size_t ProcessTree::CountRunning(std::uint64_t container) const {
  const auto group = groups_.find(container);
  return group == groups_.end() ? 0 : group->second.live.size();
}

}  // namespace brig::identity
