// SPDX-License-Identifier: Apache-2.0
#include "drill/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/bytes.h"
#include "base/clock.h"
#include "drill/words.h"

namespace brig::drill {
namespace {

constexpr auto kKnowing = Milliseconds(5'000);  // until brig has the container's name
constexpr auto kTwinQuiet = Milliseconds(300);  // in which a finding about a twin would come

Seen SeenOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kRefused: return Seen::kRefused;
    case Verdict::kKilled: return Seen::kKilled;
    case Verdict::kSeen: break;
  }
  return Seen::kRecorded;
}

std::string OneLine(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return Printable(text, 200);
}

class Drill {
 public:
  Drill(Place& place, const Brig& brig, const DrillOptions& options)
      : place_(place), brig_(brig), options_(options) {
    run_options_ = options.run;
    if (brig.present())
      run_options_.before_act = [this](const std::string& container) { WaitUntilKnown(container); };
  }

  Outcome Do(const Technique& technique);

 private:
  void WaitUntilKnown(const std::string& container);
  std::vector<Finding> FindingsOf(const RunResult& run);
  void JudgeUnprotected(Outcome& outcome, const RunResult& attack);
  void JudgeProtected(Outcome& outcome, const RunResult& attack);
  void JudgeTwin(Outcome& outcome);

  Place& place_;
  const Brig& brig_;
  const DrillOptions& options_;
  RunOptions run_options_;
  std::mutex asking_;
};

void Drill::WaitUntilKnown(const std::string& container) {
  const auto deadline = std::chrono::steady_clock::now() + kKnowing;
  while (std::chrono::steady_clock::now() < deadline) {
    {
      const std::lock_guard guard(asking_);
      if (brig_.knows(container)) return;
    }
    Pause();
  }
}

// An act on the host is in no container: what is about its process, or one that it has started.
std::vector<Finding> Drill::FindingsOf(const RunResult& run) {
  const std::lock_guard guard(asking_);
  if (run.pid < 0) return brig_.findings(run.container);
  std::vector<Finding> findings = brig_.findings("");
  std::erase_if(findings, [&](const Finding& finding) {
    return std::ranges::none_of(finding.subject.chain, [&](const Process& process) {
      return process.ref.pid == static_cast<std::uint32_t>(run.pid);
    });
  });
  return findings;
}

Outcome Drill::Do(const Technique& technique) {
  Outcome outcome;
  outcome.technique = &technique;
  if (brig_.present())
    outcome.expected = ExpectationOf(technique, brig_.status);
  else
    outcome.expected.seen = Seen::kWorked;
  const auto attack = RunTechnique(place_, technique, /*twin=*/false, run_options_);
  if (!attack) {
    const bool skipped = attack.error().code == ErrorCode::kUnsupported;
    outcome.seen = skipped ? Seen::kSkipped : Seen::kUnstarted;
    outcome.passed = skipped;
    outcome.why = OneLine(attack.error().message);
    return outcome;
  }
  outcome.container = attack->container;
  outcome.attack_worked = attack->worked;
  if (brig_.present())
    JudgeProtected(outcome, *attack);
  else
    JudgeUnprotected(outcome, *attack);
  JudgeTwin(outcome);
  return outcome;
}

void Drill::JudgeUnprotected(Outcome& outcome, const RunResult& attack) {
  outcome.seen = attack.worked ? Seen::kWorked : Seen::kMissed;
  outcome.passed = attack.worked;
  if (!attack.worked)
    outcome.why =
        fmt::format("without protection it does not work here: {}", OneLine(attack.output));
}

void Drill::JudgeProtected(Outcome& outcome, const RunResult& attack) {
  const std::vector<std::string> right = WordsOf(outcome.technique->invariants);
  const auto deadline = std::chrono::steady_clock::now() + options_.record_patience;
  std::string others;
  outcome.seen = Seen::kMissed;
  while (outcome.seen == Seen::kMissed && std::chrono::steady_clock::now() < deadline) {
    others.clear();
    for (const Finding& finding : FindingsOf(attack)) {
      const std::string invariant(NameOf(finding.invariant));
      if (std::ranges::find(right, invariant) == right.end()) {
        others += fmt::format("{} {}: {}; ", invariant, NameOf(finding.cause), finding.road);
        continue;
      }
      const Seen seen = SeenOf(finding.verdict);
      if (outcome.seen != Seen::kMissed && outcome.seen <= seen) continue;
      outcome.seen = seen;
      outcome.invariant = invariant;
      outcome.record_ns = SystemClock().WallNs() - finding.wall_ns;
    }
    if (outcome.seen == Seen::kMissed) Pause();
  }
  outcome.passed = outcome.seen <= outcome.expected.seen;
  if (outcome.passed && outcome.seen == Seen::kMissed) {
    outcome.why = outcome.technique->why;
    return;
  }
  if (outcome.seen == Seen::kRefused && attack.worked) {
    outcome.passed = false;
    outcome.seen = Seen::kMissed;
    outcome.why = "something was refused, and yet it worked";
  } else if (outcome.seen == Seen::kMissed) {
    const char* told = others.empty() ? "nothing about it was recorded"
                                      : "what was recorded is about something else: ";
    outcome.why = attack.worked ? fmt::format("it worked, and {}{}", told, others)
                                : fmt::format("it did not work ({}), and {}{}",
                                              OneLine(attack.output), told, others);
  } else if (!outcome.passed) {
    outcome.why =
        fmt::format("it was {}, not {}", NameOf(outcome.seen), NameOf(outcome.expected.seen));
  }
}

void Drill::JudgeTwin(Outcome& outcome) {
  const auto twin = RunTechnique(place_, *outcome.technique, /*twin=*/true, run_options_);
  outcome.twin_worked = twin && twin->done &&
                        (outcome.technique->oracle != Oracle::kSecret ||
                         !outcome.technique->twin.empty() || twin->worked);
  std::string found;
  if (twin && brig_.present()) {
    std::this_thread::sleep_for(kTwinQuiet);
    for (const Finding& finding : FindingsOf(*twin))
      found += fmt::format("{} {}; ", NameOf(finding.invariant), finding.road);
  }
  if (outcome.twin_worked && found.empty()) return;
  outcome.passed = false;
  if (!outcome.why.empty()) outcome.why += "; ";
  if (!outcome.twin_worked)
    outcome.why += fmt::format("its harmless twin does not work: {}",
                               OneLine(twin ? twin->output : twin.error().message));
  else
    outcome.why += "about its harmless twin was recorded: " + found;
}

}  // namespace

std::string_view NameOf(Seen seen) {
  switch (seen) {
    case Seen::kSkipped: return "skipped";
    case Seen::kWorked: return "worked";
    case Seen::kRefused: return "refused";
    case Seen::kKilled: return "killed";
    case Seen::kRecorded: return "recorded";
    case Seen::kUnstarted: return "unstarted";
    case Seen::kMissed: break;
  }
  return "missed";
}

Expectation ExpectationOf(const Technique& technique, const Status& status) {
  const std::vector<std::string> invariants = WordsOf(technique.invariants);
  const auto concerns = [&](Invariant invariant) {
    return std::ranges::find(invariants, NameOf(invariant)) != invariants.end();
  };
  const auto guarded = std::ranges::any_of(status.meter, [&](const Protection& each) {
    return each.layer == Layer::kGuard && each.state != LayerState::kAbsent &&
           concerns(each.invariant);
  });
  Expectation expected;
  for (const InvariantMode& each : status.modes) {
    if (!concerns(each.invariant)) continue;
    if (each.mode == Mode::kKill)
      expected = {guarded ? Layer::kGuard : Layer::kLeash, Seen::kKilled};
    if (each.mode == Mode::kRefuse && guarded)
      expected = {Layer::kGuard, technique.best == Best::kRefused ? Seen::kRefused : Seen::kKilled};
    if (technique.best == Best::kRecorded) expected.seen = Seen::kRecorded;
  }
  return expected;
}

std::vector<Outcome> RunDrill(Place& place, const std::vector<const Technique*>& techniques,
                              const Brig& brig, const DrillOptions& options,
                              const std::function<void(const Outcome&)>& done) {
  Drill drill(place, brig, options);
  std::vector<Outcome> outcomes(techniques.size());
  std::atomic<std::size_t> next{0};
  std::mutex alone, telling;
  const auto work = [&] {
    for (std::size_t i = next++; i < techniques.size(); i = next++) {
      // A port, a setting or the engine's door exists once.
      const bool once = techniques[i]->stage.find("serve=tcp") != std::string_view::npos ||
                        techniques[i]->stage.find(":door") != std::string_view::npos ||
                        techniques[i]->oracle == Oracle::kSetting;
      std::unique_lock<std::mutex> guard(alone, std::defer_lock);
      if (once) guard.lock();
      outcomes[i] = drill.Do(*techniques[i]);
      const std::lock_guard telling_guard(telling);
      done(outcomes[i]);
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(1U, options.jobs); ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  return outcomes;
}

}  // namespace brig::drill
