// SPDX-License-Identifier: Apache-2.0
#include "agent/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <iterator>

#include "agent/births.h"
#include "agent/confine.h"
#include "agent/contents.h"
#include "agent/doors.h"
#include "agent/gathering.h"
#include "agent/handles.h"
#include "agent/integrity.h"
#include "agent/listed.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "sensor/decoder.h"
#include "sensor/maps.h"
#include "sensor/ring.h"

namespace brig::agent {
namespace {

// Reads files and directories, connects to engines' sockets, writes the maps it holds.
constexpr std::string_view kCalls[] = {
    "openat",    "newfstatat", "stat",       "getdents64", "socket",  "connect",  "bpf",
    "ftruncate", "readlink",   "readlinkat", "fstatfs",    "mincore", "fadvise64"};

// To look into directories of other users. Nothing else is needed of root's rights.
constexpr std::uint64_t kCapabilities = CapabilityBit(CAP_DAC_READ_SEARCH);

constexpr std::size_t kMaxGatherings = 32;  // at a time
constexpr std::size_t kMaxWaiting = 4096;   // containers whose turn comes later
constexpr std::size_t kMaxEngineQueue = 2 << 20;
constexpr std::size_t kMaxNotices = 1000;  // that wait for the engine
constexpr std::int64_t kRefreshInterval = 2 * kSecond;
constexpr std::int64_t kRevisitInterval = 2 * kSecond;
constexpr std::int64_t kTick = 100 * kMillisecond;
// The containers found running are settled when nothing was to be gathered for so long: the engine
// has answered by then. On a host with no quiet moment, after the longest time.
constexpr int kQuietTicks = 10;
constexpr int kLongestTicks = 100;
constexpr int kMostSteps =
    1024;  // of reading contents before all else: someone may be writing them

bool IsAttached(const std::vector<Program>& programs, std::string_view name) {
  const auto found = std::ranges::find(programs, name, &Program::name);
  return found != programs.end() && found->attached;
}

class Reader : public Child {
 public:
  Reader(Start& start, Loop& loop, sensor::Handles handles, sensor::Ring announcements)
      : Child(start, loop),
        handles_(std::move(handles)),
        announcements_(std::move(announcements)),
        births_(start.HandleFor(HandleUse::kMemory)),
        integrity_(loop, handles_, IsAttached(start.setup.programs, "sysctl_write"),
                   [this](Notice notice) { Warn(std::move(notice)); }) {
    loop.Every(kRefreshInterval, [this] { Refresh(); });
    loop.Every(kRevisitInterval, [this] { Revisit(); });
    loop.Every(kTick, [this] {
      StartGatherings();
      Settle();
      LookAtRuntimes();
    });
  }

  Result<> Begin() {
    BRIG_TRY(sensor::WriteOwnProcess(handles_, static_cast<std::uint32_t>(::getpid()), true));
    ReadNamedContents();
    Refresh();
    for (const auto& [key, birth] : births_.all()) waiting_.push_back(key);
    return loop().Add(handles_.map(sensor::MapId::kAnnouncements), EPOLLIN,
                      [this](std::uint32_t) { TakeAnnouncements(); });
  }

 private:
  void TakeAnnouncements() {
    for (;;) {
      const ByteView record = announcements_.Next();
      if (record.empty()) break;
      const auto event = sensor::Decode(record, SystemClock().WallNs() - SystemClock().BootNs());
      if (!event || event->operation != Operation::kContainerStart) continue;
      births_.Add(*event);
      if (waiting_.size() < kMaxWaiting) waiting_.push_back(event->actor.process.container);
    }
    announcements_.Release();
    StartGatherings();
  }

  // What an exploit or an insider may have changed.
  void Warn(Notice notice) {
    LogWarn("{}: {}", notice.what, notice.text);
    Keep(std::move(notice));
  }

  // For the ledger. It waits for an engine.
  void Keep(Notice notice) {
    notice.wall_ns = SystemClock().WallNs();
    if (notices_.size() < kMaxNotices) notices_.push_back(std::move(notice));
    SendNotices();
  }

  void SendNotices() {
    Channel* engine = peer(Role::kEngine);
    while (engine != nullptr && !notices_.empty() &&
           engine->Send(Message::kReaderNotice, notices_.front()))
      notices_.pop_front();
  }

  void StartGatherings() {
    Channel* engine = peer(Role::kEngine);
    while (engine != nullptr && !waiting_.empty() && gatherings_.size() < kMaxGatherings &&
           engine->queued() < kMaxEngineQueue) {
      const std::uint64_t key = waiting_.front();
      waiting_.pop_front();
      const auto birth = births_.all().find(key);
      if (birth == births_.all().end() || gatherings_.contains(key)) continue;
      gatherings_[key] = std::make_unique<Gathering>(
          loop(), start().setup.options, key, birth->second.first_process, cgroups_[key],
          [this, key](const Facts& facts) { SendFacts(key, facts); });
    }
  }

  // Who a container is, is asked again and again, one at a time: an engine that was not there may
  // have come, one that vouched for it may deny it now.
  void Revisit() {
    if (!settled_ || !waiting_.empty() || births_.all().empty()) return;
    auto next = births_.all().upper_bound(revisited_);
    if (next == births_.all().end()) next = births_.all().begin();
    revisited_ = next->first;
    waiting_.push_back(revisited_);
    StartGatherings();
  }

  void Settle() {
    if (settled_) return;
    ++ticks_;
    const bool engine_knows =
        peer(Role::kEngine) != nullptr && waiting_.empty() && gatherings_.empty();
    quiet_ticks_ = engine_knows ? quiet_ticks_ + 1 : 0;
    if (quiet_ticks_ < kQuietTicks && ticks_ < kLongestTicks) return;
    settled_ = true;
    Report(sensor::WriteSettling(handles_, sensor::Settling::kSettled));
    Tell(Message::kSettled, Ready{});
  }

  void SendFacts(std::uint64_t key, const Facts& facts) {
    Channel* engine = peer(Role::kEngine);
    if (engine != nullptr && !engine->Send(Message::kFacts, facts))
      LogWarn("the engine does not keep up, facts of container {:x} are dropped", key);
    if (!facts.complete) return;
    // Not at once: the gathering is still in the call.
    const Gathering* done = gatherings_.at(key).get();
    loop().After(0, [this, key, done] {
      const auto found = gatherings_.find(key);
      if (found == gatherings_.end() || found->second.get() != done) return;
      if (births_.all().contains(key)) cgroups_[key] = done->cgroup();
      gatherings_.erase(found);
    });
  }

  bool OnMessage(Role, Message message, ByteView body) override {
    return message == Message::kWant ? TakeWant(body) : TakeAllowance(body);
  }

  // What nobody keeps or looks at does not leave the kernel.
  bool TakeWant(ByteView body) {
    const auto follow = DecodeBody<Follow>(body);
    if (!follow) return false;
    const bool all = follow->all || start().setup.options.keep == Keep::kAll;
    Report(sensor::WriteWanted(handles_, all ? kAllTelemetry : kKeptTelemetry));
    return true;
  }

  bool TakeAllowance(ByteView body) {
    const auto allowance = DecodeBody<Allowance>(body);
    if (!allowance) return false;
    Report(sensor::WriteAllowance(handles_, *allowance));
    const auto old = allowances_.find(allowance->container);
    if (old != allowances_.end())
      Report(sensor::RemoveStaleDevices(handles_, old->second, *allowance));
    allowances_[allowance->container] = *allowance;
    return true;
  }

  void Refresh() {
    notes_.clear();
    const Options& options = start().setup.options;
    Report(sensor::WriteUnixDoors(handles_, FindUnixDoors(options)));
    Report(sensor::WriteGuarded(handles_, FindGuarded(options)));
    RefreshListed();
    const auto living = sensor::LivingContainers(handles_);
    if (living) {
      for (const std::uint64_t key : births_.Retain(*living)) Forget(key);
    } else {
      Report(std::unexpected(living.error()));
    }
    MakeUpForMisses();
    SendUsers();
    SendNotices();
    std::ranges::move(integrity_.Notes(), std::back_inserter(notes_));
    if (peer(Role::kEngine) != nullptr && notes_ != told_notes_) {
      peer(Role::kEngine)->Send(Message::kReaderNotes, Notes{notes_});
      told_notes_ = notes_;
    }
  }

  // The loader has read the contents that the policy names, too: no moment without them.
  void ReadNamedContents() {
    std::vector<std::string> named;
    for (const ProgramFile& runtime : start().setup.options.runtimes)
      if (!runtime.sha256.empty()) named.push_back(runtime.path);
    contents_.Watch(std::move(named));
    for (int step = 0; step < kMostSteps && !contents_.complete(); ++step) (void)contents_.Step();
  }

  void RefreshListed() {
    Listed listed = FindListed(start().setup.options,
                               [this](const std::string& path) { return contents_.HashOf(path); });
    Report(sensor::WriteListedFiles(handles_, listed.files));
    for (const std::string& path : listed.unlike) {
      if (contents_.HashOf(path).empty()) continue;  // not read yet
      notes_.push_back(fmt::format(
          "{} is not what the policy says (its SHA-256 is {}): what it starts counts as started "
          "by no runtime",
          Printable(path), contents_.HashOf(path)));
    }
    contents_.Watch(std::move(listed.runtimes));
  }

  // Which programs may start containers is kept, and so is each change of one.
  void LookAtRuntimes() {
    const auto change = contents_.Step();
    if (change) RefreshListed();
    if (change && (runtimes_told_ || !change->before.empty()))
      Warn({0, "runtime_changed",
            fmt::format("{} {} SHA-256 {}", Printable(change->path),
                        change->before.empty()
                            ? "is new among the programs that may start containers:"
                            : fmt::format("had SHA-256 {} and has", change->before),
                        change->now)});
    if (!runtimes_told_ && contents_.complete()) TellRuntimes();
  }

  void TellRuntimes() {
    std::string text;
    for (const std::string& path : contents_.paths())
      text += fmt::format("{}{} (SHA-256 {})", text.empty() ? "" : ", ", Printable(path),
                          contents_.HashOf(path));
    runtimes_told_ = true;
    if (!text.empty()) Keep({0, "runtimes", "containers may be started by " + text});
  }

  // Once a program's run was skipped, a task may have missed its label: from then on the kernel
  // looks for it.
  void MakeUpForMisses() {
    const auto counters = sensor::ReadCounters(handles_);
    if (!counters) return Report(std::unexpected(counters.error()));
    for (const RecordCounters& counter : *counters)
      if (counter.missed > 0) Report(sensor::WriteInheritLate(handles_, true));
  }

  void Forget(std::uint64_t key) {
    cgroups_.erase(key);
    const auto allowance = allowances_.find(key);
    if (allowance == allowances_.end()) return;
    Report(sensor::RemoveAllowance(handles_, allowance->second));
    allowances_.erase(allowance);
  }

  void Report(const Result<>& result) {
    if (result) return;
    const std::string note =
        fmt::format("the reader could not {}: restart brigd", result.error().message);
    if (std::ranges::find(told_notes_, note) == told_notes_.end()) LogError("{}", note);
    notes_.push_back(note);
  }

  // Who the user ids are, when that has changed.
  void SendUsers() {
    struct stat info{};
    if (peer(Role::kEngine) == nullptr || ::stat("/etc/passwd", &info) != 0) return;
    const std::int64_t changed = info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec;
    if (changed == std::exchange(users_changed_ns_, changed)) return;
    auto content = ReadFile("/etc/passwd", Document::kMaxBytes);
    if (!content) return;
    Facts facts;
    facts.documents.push_back({DocumentKind::kUsers, "/etc/passwd", *std::move(content)});
    peer(Role::kEngine)->Send(Message::kFacts, facts);
  }

  // A new engine knows nothing: it is told of every container that lives, then gets its facts.
  void OnPeer(Role) override {
    users_changed_ns_ = 0;
    told_notes_.clear();
    gatherings_.clear();
    cgroups_.clear();
    waiting_.clear();
    for (const auto& [key, birth] : births_.all()) {
      peer(Role::kEngine)->SendBytes(Message::kBirth, birth.event);
      waiting_.push_back(key);
    }
    SendUsers();
    StartGatherings();
  }

  void OnStop(const std::string&) override { Exit(0); }

  sensor::Handles handles_;
  sensor::Ring announcements_;
  Births births_;
  std::deque<std::uint64_t> waiting_;
  std::map<std::uint64_t, std::unique_ptr<Gathering>> gatherings_;
  std::map<std::uint64_t, std::string> cgroups_;  // of those that were asked for already
  std::uint64_t revisited_ = 0;                   // the last one
  std::map<std::uint64_t, Allowance> allowances_;
  std::vector<std::string> notes_, told_notes_;
  std::deque<Notice> notices_;  // not yet sent
  std::int64_t users_changed_ns_ = 0;
  Contents contents_;  // of the runtimes
  bool runtimes_told_ = false;
  bool settled_ = false;
  int ticks_ = 0, quiet_ticks_ = 0;
  Integrity integrity_;
};

}  // namespace

int RunReader(Start start) {
  auto step = DropPrivileges({.capabilities = kCapabilities});
  if (step) step = CloseOtherHandles(start.AllHandles());
  sensor::Handles handles = TakeHandles(start);
  auto ring = sensor::Ring::Open(handles.map(sensor::MapId::kAnnouncements),
                                 sensor::kAnnouncementRingBytes);
  auto loop = Loop::Make();
  LogDebug("starts");
  if (step) step = AllowSystemCalls(kCalls);
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  if (!ring) return Refuse(start, Trouble::kFatal, ring.error());
  if (!loop) return Refuse(start, Trouble::kFatal, loop.error());
  Reader reader(start, *loop, std::move(handles), *std::move(ring));
  step = reader.Begin();
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  return reader.Run();
}

}  // namespace brig::agent
