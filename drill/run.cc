// SPDX-License-Identifier: Apache-2.0
#include "drill/run.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "drill/container.h"
#include "drill/host_state.h"
#include "drill/spec.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

// A refused act ends at once; one that holds something is looked at for so long.
constexpr auto kHolding = Milliseconds(10'000);

// What the act said, and how it ended where that is not told by it.
std::string Told(const std::string& said, std::optional<int> status) {
  if (!status) return said + "(it does not end)";
  if (said.empty() || *status > 2) return fmt::format("{}(it ended with {})", said, *status);
  return said;
}

class Run {
 public:
  Run(Place& place, const Technique& technique, bool twin, const RunOptions& options)
      : place_(place), technique_(technique), twin_(twin), options_(options) {}
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<RunResult> Do();

 private:
  Result<> Prepare();
  Result<std::string> ActWords() const;
  Result<> StartContainer(const std::vector<std::string>& act);
  Result<> StartAct();
  Result<> Enter(const std::vector<std::string>& act);
  void Watch();
  bool Judge(const std::string& output);

  Place& place_;
  const Technique& technique_;
  bool twin_;
  const RunOptions& options_;
  RunResult result_;
  std::string directory_, proof_;
  Weakness weakness_;
  std::unique_ptr<Stage> stage_;
  std::unique_ptr<Container> container_;
  std::optional<Child> entering_, host_act_;
  Child* acting_ = nullptr;  // whose end is the act's
  pid_t pid_ = -1;           // of the act
  bool held_ = false;
};

Result<RunResult> Run::Do() {
  BRIG_TRY(Prepare());
  BRIG_TRY(StartAct());
  Watch();
  const std::optional<int> status = acting_->Wait(Milliseconds(0));
  const std::string said = acting_->Output();
  result_.done = status == 0;
  result_.pid = weakness_.host_act ? pid_ : -1;
  result_.worked = Judge(said);
  result_.output = Told(said, status);
  if (technique_.oracle == Oracle::kSetting) stage_->Restore();
  return result_;
}

Result<> Run::Prepare() {
  static std::atomic<unsigned> runs{0};
  const unsigned number = ++runs;
  result_.container = fmt::format("brig-drill-{}.{}", place_.id(), number);
  directory_ = fmt::format("{}/containers/{}", place_.path(), result_.container);
  BRIG_TRY(MakeDirectories(directory_, 0711));
  BRIG_TRY(MakeDirectories(directory_ + "/volume"));
  BRIG_ASSIGN(stage_, Stage::Put(place_, directory_, technique_, twin_));
  BRIG_ASSIGN(const std::string weakness, FillIn(technique_.weakness, stage_->names()));
  BRIG_ASSIGN(weakness_, ReadWeakness(weakness));
  BRIG_ASSIGN(proof_, FillIn(technique_.proof, stage_->names()));
  for (const Weakness::Bind& bind : weakness_.binds)
    if (!fs::exists(bind.source))
      return Fail(ErrorCode::kUnsupported, fmt::format("this host has no {}", bind.source));
  return {};
}

Result<std::string> Run::ActWords() const {
  const std::string_view act = twin_ && !technique_.twin.empty() ? technique_.twin : technique_.act;
  BRIG_ASSIGN(const std::string words, FillIn(act, stage_->names()));
  return stage_->before_act().empty() ? words : stage_->before_act() + " " + words;
}

Result<> Run::StartContainer(const std::vector<std::string>& act) {
  BRIG_ASSIGN(container_,
              Container::Start(place_, result_.container, weakness_, act, options_.patience));
  pid_ = container_->pid();
  if (options_.before_act) options_.before_act(result_.container);
  return {};
}

Result<> Run::StartAct() {
  BRIG_ASSIGN(const std::string words, ActWords());
  std::vector<std::string> act = WordsOf(words);
  if (weakness_.host_act) {
    act.insert(act.begin(), place_.program());
    auto child = Child::Start({.words = act, .output = directory_ + "/output"});
    if (!child) return std::unexpected(std::move(child).error());
    host_act_.emplace(*std::move(child));
    acting_ = &*host_act_;
    pid_ = acting_->pid();
    return {};
  }
  if (weakness_.enters) return Enter(act);
  act.insert(act.begin(), {"/bin/attack", "await", "+"});
  BRIG_TRY(StartContainer(act));
  acting_ = &container_->child();
  acting_->Say("go");
  return {};
}

Result<> Run::Enter(const std::vector<std::string>& act) {
  BRIG_TRY(StartContainer({"/bin/attack", "hold"}));
  std::vector<std::string> words = {place_.runtime(), "exec", "--pid-file",
                                    directory_ + "/pid.act"};
  // The twin enters with no more than the container has.
  UniqueFd leaked;
  if (!twin_)
    for (const std::string& capability : weakness_.entering_capabilities)
      words.insert(words.end(), {"--cap", capability});
  if (!twin_ && !weakness_.leaked.empty()) {
    BRIG_ASSIGN(leaked, OpenFile(weakness_.leaked, O_RDONLY | O_DIRECTORY));
    words.insert(words.end(), {"--preserve-fds", "1"});
  }
  words.push_back(result_.container);
  words.emplace_back("/bin/attack");
  words.insert(words.end(), act.begin(), act.end());
  auto child = Child::Start(
      {.words = words, .output = directory_ + "/output.act", .keep = leaked ? leaked.get() : -1});
  if (!child) return std::unexpected(std::move(child).error());
  entering_.emplace(*std::move(child));
  acting_ = &*entering_;
  if (technique_.oracle == Oracle::kHolds) {
    const auto pid = ReadPidFile(directory_ + "/pid.act", kHolding);
    if (pid) pid_ = *pid;  // else it was refused
  }
  return {};
}

// Looks what a holder holds until the proof is there, and lets it go.
void Run::Watch() {
  const auto start = std::chrono::steady_clock::now();
  if (technique_.oracle == Oracle::kHolds) {
    // A twin holds something else: it only needs the time to get there.
    while (!acting_->Ended() && !held_) {
      held_ = !twin_ && Holds(pid_, proof_);
      const auto patience = twin_ ? Milliseconds(300) : kHolding;
      if (std::chrono::steady_clock::now() > start + patience) break;
      Pause();
    }
  }
  acting_->CloseInput();
  (void)acting_->Wait(options_.patience);
}

bool Run::Judge(const std::string& output) {
  switch (technique_.oracle) {
    case Oracle::kSecret: return stage_->HasSecret(output);
    case Oracle::kChanged: return stage_->FileChanged();
    case Oracle::kVictim: return stage_->VictimChanged();
    case Oracle::kServed: return stage_->Served();
    case Oracle::kHolds: return held_;
    case Oracle::kLeft: return IsLeft(proof_);
    case Oracle::kSetting: return stage_->SettingChanged();
  }
  return false;
}

Run::~Run() {
  entering_.reset();
  container_.reset();
  host_act_.reset();
  stage_.reset();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

}  // namespace

Result<RunResult> RunTechnique(Place& place, const Technique& technique, bool twin,
                               const RunOptions& options) {
  return Run(place, technique, twin, options).Do();
}

}  // namespace brig::drill
