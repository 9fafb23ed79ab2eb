// SPDX-License-Identifier: Apache-2.0
#include "identity/containers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>

#include "base/bytes.h"
#include "identity/allowance.h"
#include "identity/ghosts.h"
#include "identity/naming.h"
#include "identity/proc_text.h"
#include "identity/risks.h"

namespace brig::identity {
namespace {

constexpr std::size_t kMaxTroubles = 4;

void AddTrouble(std::vector<std::string>& troubles, std::string trouble) {
  if (std::find(troubles.begin(), troubles.end(), trouble) != troubles.end()) return;
  if (troubles.size() < kMaxTroubles) troubles.push_back(std::move(trouble));
}

void Append(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += "; ";
  text += more;
}

std::optional<std::uint64_t> KeyOf(std::string_view text) {
  constexpr std::string_view kPrefix = "unidentified-";
  const bool display = text.starts_with(kPrefix);
  if (display) text.remove_prefix(kPrefix.size());
  std::uint64_t key = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, key, display ? 16 : 10);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return key;
}

// A volume may be a bind of any directory under a volume's name: the kernel's own table tells.
void ResolveVolumes(std::vector<MountInfo>& mounts, const std::vector<MountInfo>& kernels) {
  for (MountInfo& mount : mounts) {
    if (!mount.source.ends_with("/_data")) continue;
    const auto real = std::find_if(kernels.begin(), kernels.end(), [&](const MountInfo& other) {
      return other.destination == mount.destination && other.source.starts_with('/');
    });
    if (real != kernels.end() && !real->source.ends_with("/_data")) mount.source = real->source;
  }
}

// The container as it is known without anybody's word.
Container Unnamed(const Container& known) {
  Container container;
  container.key = known.key;
  container.first_process = known.first_process;
  container.started_by = known.started_by;
  container.started_wall_ns = known.started_wall_ns;
  container.ended_wall_ns = known.ended_wall_ns;
  return container;
}

}  // namespace

bool Containers::Observe(const Event& event) {
  if (event.actor.process.container == 0) return false;
  const auto* birth = std::get_if<BirthDetails>(&event.details);
  if (event.operation == Operation::kContainerStart && birth) return Start(event, *birth);
  if (event.operation == Operation::kContainerEnd) return End(event);
  return false;
}

bool Containers::Start(const Event& event, const BirthDetails& birth) {
  Entry& entry = At(event.actor.process.container);
  if (entry.birth) return false;
  ++ever_;
  entry.birth = birth;
  entry.birth_boot_ns = event.boot_ns;
  Container& container = entry.container;
  container.first_process = event.actor.process;
  // One found running began when its first process did.
  const std::int64_t age = event.boot_ns - static_cast<std::int64_t>(event.actor.process.start_ns);
  container.started_wall_ns = birth.found_running ? event.wall_ns - age : event.wall_ns;
  Settle(entry);
  return true;
}

bool Containers::End(const Event& event) {
  const auto found = entries_.find(event.actor.process.container);
  if (found == entries_.end() || found->second.container.ended_wall_ns != 0) return false;
  found->second.container.ended_wall_ns = std::max<std::int64_t>(event.wall_ns, 1);
  ended_.push_back(found->first);
  return true;
}

Containers::Entry& Containers::At(std::uint64_t key) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second;
  MakeRoom();
  Entry& entry = entries_[key];
  entry.container.key = key;
  entry.allowance.container = key;
  entry.container.note = "brig did not see it start";
  return entry;
}

void Containers::MakeRoom() {
  while (!ended_.empty() && (ended_.size() > kMaxEnded || entries_.size() >= kMaxContainers)) {
    entries_.erase(ended_.front());
    ended_.pop_front();
  }
  if (entries_.size() < kMaxContainers) return;
  // Facts about what never began go before anything that runs. Keys grow with time: the first is
  // the oldest.
  const auto unborn = std::find_if(entries_.begin(), entries_.end(),
                                   [](const auto& entry) { return !entry.second.birth; });
  entries_.erase(unborn == entries_.end() ? entries_.begin() : unborn);
}

Changes Containers::Apply(const Facts& facts) {
  Changes changes;
  if (facts.container == 0) return changes;
  Entry& entry = At(facts.container);
  // Whose facts these are is told by the process they were fetched for, once the kernel named it.
  if (entry.birth && facts.first_process.pid != 0 &&
      !facts.first_process.SameBirth(entry.container.first_process))
    return changes;
  entry.revisited = entry.complete;
  for (const Document& document : facts.documents) Read(entry, document, facts);
  entry.complete = entry.complete || facts.complete;
  if (!entry.birth) return changes;
  const Allowance before = entry.allowance;
  Settle(entry);
  changes.containers.push_back(entry.container);
  if (before != entry.allowance) changes.allowances.push_back(entry.allowance);
  return changes;
}

void Containers::Read(Entry& entry, const Document& document, const Facts& facts) {
  if (document.content.size() > Document::kMaxBytes)
    return AddTrouble(entry.troubles,
                      fmt::format("{} is larger than 1 MiB", Printable(document.source, 256)));
  Result<> read;
  switch (document.kind) {
    case DocumentKind::kCgroup: entry.cgroup = ParseCgroup(document.content); break;
    case DocumentKind::kMountInfo: entry.mounts = ParseMountInfo(document.content); break;
    case DocumentKind::kUserMap: entry.offers.SetUsers(ParseUserMap(document.content)); break;
    case DocumentKind::kRuntimeState: read = entry.offers.AddState(document, facts); break;
    case DocumentKind::kStorage: read = entry.offers.AddStorage(document); break;
    case DocumentKind::kDockerInspect: read = ReadDocker(entry, document); break;
    case DocumentKind::kDockerImage:
      if (auto image = ParseDockerImage(document.content)) entry.image = *std::move(image);
      break;
    case DocumentKind::kFailure:
      AddTrouble(entry.troubles, Printable(document.content, 512));
      break;
    case DocumentKind::kSpec:  // read with the state beside it
    case DocumentKind::kStatus:
    case DocumentKind::kUsers: break;
  }
  if (!read)
    AddTrouble(entry.troubles,
               fmt::format("{}: {}", Printable(document.source, 256), read.error().message));
}

Result<> Containers::ReadDocker(Entry& entry, const Document& document) {
  auto docker = ParseDockerInspect(document.content);
  entry.docker_denies = !docker && docker.error().code == ErrorCode::kNotFound;
  if (entry.docker_denies) entry.docker.reset();
  if (!docker) return std::unexpected(std::move(docker).error());
  entry.docker = *std::move(docker);
  return {};
}

void Containers::Settle(Entry& entry) const {
  Container& container = entry.container;
  container = Unnamed(container);
  container.privileged = IsPrivileged(*entry.birth, host_);
  entry.allowance = Allowance{.container = container.key, .devices = {}};
  entry.posture = Posture();
  const Offers::Offer* believed = entry.offers.Believed(NamesFirstProcessOf(entry));
  if (believed) {
    Name(entry, *believed);
  } else {
    container.mounts = entry.mounts;
    container.note = WhyUnidentified(entry);
  }
  if (container.mounts.size() > kMaxMounts) container.mounts.resize(kMaxMounts);
  container.risks = FindRisks(container, *entry.birth, host_);
  std::ranges::move(RisksOf(entry.posture), std::back_inserter(container.risks));
  if (believed) AddGhosts(entry, *believed);
  std::ranges::stable_sort(container.risks, std::greater(), &Risk::severity);
  if (believed && entry.complete) entry.offers.Keep(*believed);
}

// Told aloud, not only among the risks: it is somebody's doing.
void Containers::AddGhosts(Entry& entry, const Offers::Offer& offer) const {
  const Surroundings around{.docker_denies = entry.docker_denies, .runs = [&](std::string_view id) {
                              return !entry.revisited || Runs(id);
                            }};
  for (Risk& risk : FindGhosts(offer, around)) {
    if (risk.what == "ghost") Append(entry.container.note, "it " + risk.text);
    entry.container.risks.push_back(std::move(risk));
  }
}

bool Containers::Runs(std::string_view id) const {
  return std::ranges::any_of(entries_, [&](const auto& each) {
    return each.second.container.id == id && each.second.container.ended_wall_ns == 0;
  });
}

// The process met first need not be the one it began with, where the container was found running or
// restored from a checkpoint: any that the kernel counts among its own will do.
Offers::NamesIt Containers::NamesFirstProcessOf(const Entry& entry) const {
  return [this, &entry](const RuntimeState& state) {
    if (SameProcess(state, entry.container.first_process)) return true;
    if (!find_member_) return false;
    const auto member =
        find_member_(entry.container.key, static_cast<std::uint32_t>(state.init_pid));
    return member && SameProcess(state, *member);
  };
}

void Containers::Name(Entry& entry, const Offers::Offer& offer) const {
  Container& container = entry.container;
  const RuntimeState& state = offer.state;
  container.mounts = state.mounts;
  ResolveVolumes(container.mounts, entry.mounts);
  const std::string claimed = IdInCgroup(entry.birth->cgroup);
  if (!claimed.empty() && state.id.size() == claimed.size() && claimed != state.id)
    Append(container.note,
           fmt::format("its cgroup path claims to be container {}", claimed.substr(0, 12)));
  EngineWords words;
  if (entry.image) words.docker_image = &*entry.image;
  if (offer.stored) words.stored = &*offer.stored;
  if (entry.docker && entry.docker->id == state.id && state.owner == 0) {
    if (entry.docker->pid == 0 || entry.docker->pid == state.init_pid)
      words.docker = &*entry.docker;
    else
      Append(container.note,
             fmt::format("docker says that its first process is {}", entry.docker->pid));
  }
  NameContainer(container, state, words);
  Admission admission = ComputeAllowance(container, state, words.docker, policy_);
  entry.allowance = std::move(admission.allowance);
  entry.posture = std::move(admission.posture);
  container.devices = DevicesOf(entry.posture);
}

std::string Containers::WhyUnidentified(const Entry& entry) const {
  const std::string& path = entry.birth->cgroup.empty() ? entry.cgroup : entry.birth->cgroup;
  std::string note =
      entry.offers.WhyNot(NamesFirstProcessOf(entry), path, entry.container.first_process.pid);
  if (const std::string claimed = IdInCgroup(path); !claimed.empty())
    Append(note, fmt::format("its cgroup path claims to be container {}, which no runtime confirms",
                             claimed.substr(0, 12)));
  for (const std::string& trouble : entry.troubles) Append(note, trouble);
  if (note.empty())
    note = entry.complete ? "no runtime's state names its first process"
                          : "no runtime or engine has been heard about it yet";
  return note;
}

std::optional<Allowance> Containers::AllowanceOf(std::uint64_t key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const Allowance& allowance = found->second.allowance;
  if (allowance == Allowance{.container = key, .devices = {}}) return std::nullopt;
  return allowance;
}

const Container* Containers::Find(std::uint64_t key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.container;
}

const Posture* Containers::PostureOf(std::uint64_t key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.posture;
}

const BirthDetails* Containers::BirthOf(std::uint64_t key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() || !found->second.birth ? nullptr : &*found->second.birth;
}

std::int64_t Containers::BirthTimeOf(std::uint64_t key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? 0 : found->second.birth_boot_ns;
}

void Containers::SetStarter(std::uint64_t key, const Person& person) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.container.started_by = person;
}

Result<Container> Containers::Find(std::string_view name) const {
  const Container* best = nullptr;
  bool several = false;
  const auto key = KeyOf(name);
  for (const auto& [number, entry] : entries_) {
    const Container& container = entry.container;
    const bool fits = container.name == name || (key && number == *key) ||
                      (name.size() >= 2 && container.id.starts_with(name));
    if (!fits || name.empty()) continue;
    // The latest wins among the ended, a running one over all of them.
    const bool runs = container.ended_wall_ns == 0;
    if (best && best->ended_wall_ns == 0 && !runs) continue;
    several = best && best->ended_wall_ns == 0 && runs;
    best = &container;
    if (container.name == name && runs) return container;
  }
  if (!best)
    return Fail(ErrorCode::kNotFound,
                fmt::format("no container is called {}", Printable(name, 128)));
  if (several)
    return Fail(ErrorCode::kInvalid,
                fmt::format("several containers begin with {}", Printable(name, 128)));
  return *best;
}

std::vector<Container> Containers::List(bool all) const {
  std::vector<Container> list;
  for (const auto& [key, entry] : entries_)
    if (entry.birth && (all || entry.container.ended_wall_ns == 0)) list.push_back(entry.container);
  return list;
}

std::uint64_t Containers::running() const {
  return static_cast<std::uint64_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
        return entry.second.birth && entry.second.container.ended_wall_ns == 0;
      }));
}

}  // namespace brig::identity
