// SPDX-License-Identifier: Apache-2.0
// The oracles say yes only when something happened to their object, and a drill leaves nothing.
#include "drill/host_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/unique_fd.h"
#include "drill/child.h"
#include "drill/place.h"
#include "drill/runner.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

class HostState : public testing::Test {
 protected:
  HostState() {
    char name[] = "/tmp/brig-state-XXXXXX";
    directory_ = ::mkdtemp(name);
    file_ = directory_ + "/canary";
    std::ofstream(file_) << "secret\n";
    before_ = StateOfFile(file_);
  }
  ~HostState() override { fs::remove_all(directory_); }
  std::string directory_, file_, before_;
};

TEST_F(HostState, AFileThatIsReadIsAsItWas) {
  std::ifstream in(file_);
  std::string line;
  std::getline(in, line);
  std::ofstream(directory_ + "/other") << "x";
  EXPECT_EQ(StateOfFile(file_), before_);
}

TEST_F(HostState, AChangeByAnyRoadIsSeen) {
  const std::pair<const char*, std::function<void()>> roads[] = {
      {"content", [&] { std::ofstream(file_) << "changed"; }},
      {"mode", [&] { ::chmod(file_.c_str(), 0600); }},
      {"times",
       [&] {
         const timespec times[2] = {{1, 0}, {1, 0}};
         ::utimensat(AT_FDCWD, file_.c_str(), times, 0);
       }},
      {"link", [&] { fs::create_hard_link(file_, file_ + ".x"); }},
      {"beside", [&] { fs::create_directory(file_ + ".y"); }},
      {"removal", [&] { fs::remove(file_); }}};
  for (const auto& [name, change] : roads) {
    const std::string before = StateOfFile(file_);
    change();
    EXPECT_NE(StateOfFile(file_), before) << name;
  }
}

TEST_F(HostState, WhatIsLeftIsOnlyWhatTheProofSays) {
  EXPECT_FALSE(IsLeft("setuid=" + file_));
  ::chmod(file_.c_str(), 04755);
  EXPECT_TRUE(IsLeft("setuid=" + file_));
  EXPECT_FALSE(IsLeft("setgid=" + file_));
  EXPECT_FALSE(IsLeft("link=" + file_));
  fs::create_symlink("/etc/shadow", directory_ + "/link");
  EXPECT_TRUE(IsLeft("link=" + directory_ + "/link"));
  EXPECT_FALSE(IsLeft("device=" + directory_ + "/absent"));
  EXPECT_TRUE(IsLeft("device=/dev/null"));
}

TEST_F(HostState, AHolderHoldsForWritingOnlyWhatItMayWrite) {
  const UniqueFd reading(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(Holds(::getpid(), "file=/canary"));
  EXPECT_FALSE(Holds(::getpid(), "write=/canary"));
  const UniqueFd writing(::open(file_.c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_TRUE(Holds(::getpid(), "write=/canary"));
  EXPECT_FALSE(Holds(::getpid(), "write=/other"));
  EXPECT_FALSE(Holds(::getpid(), "out=uts"));
  EXPECT_FALSE(Holds(::getpid(), "in=uts:self")) << "it has executed no holder";
}

TEST_F(HostState, AProcessThatIsLeftAloneIsAsItWas) {
  auto child = Child::Start({.words = {"cat"}, .output = directory_ + "/output"});
  ASSERT_TRUE(child.has_value());
  const std::string before = StateOfProcess(child->pid());
  EXPECT_EQ(StateOfProcess(child->pid()), before);
  ASSERT_EQ(::setpriority(PRIO_PROCESS, static_cast<id_t>(child->pid()), 5), 0);
  EXPECT_NE(StateOfProcess(child->pid()), before);
  const std::string nicer = StateOfProcess(child->pid());
  ::kill(child->pid(), SIGSTOP);
  for (int i = 0; i < 400 && StateOfProcess(child->pid()) == nicer; ++i) Pause();
  EXPECT_NE(StateOfProcess(child->pid()), nicer);
}

TEST_F(HostState, AProgramEndsWithItsInput) {
  auto child = Child::Start({.words = {"cat"}, .output = directory_ + "/output"});
  ASSERT_TRUE(child.has_value());
  EXPECT_TRUE(child->Say("hello"));
  EXPECT_TRUE(child->WaitForOutput("hello", Milliseconds(5000)).has_value());
  child->CloseInput();
  EXPECT_EQ(child->Wait(Milliseconds(5000)), 0);
  EXPECT_FALSE(child->Say("again"));
}

class Leftovers : public HostState {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "a drill needs root";
  }
  std::size_t Places() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(directory_))
      count += entry.path().filename().string().starts_with(Place::kPrefix) ? 1 : 0;
    return count;
  }
};

TEST_F(Leftovers, OfAKilledDrillAreSweptByTheNext) {
  const pid_t killed = ::fork();
  if (killed == 0) {
    auto place = Place::Make("/bin/true", "", directory_);
    if (!place) ::_exit(2);
    const std::string elsewhere = fmt::format("{}/{}{}", directory_, Place::kPrefix, place->id());
    (void)place->Remember("file=" + elsewhere + ".canary");
    std::ofstream(elsewhere + ".canary.x") << "changed";
    std::ofstream(directory_ + "/mine") << "not the drill's";
    (void)place->Remember("file=" + directory_ + "/mine");
    ::_exit(0);  // as if killed: nothing is cleaned up
  }
  int status = -1;
  ::waitpid(killed, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(Places(), 2U);
  EXPECT_EQ(Place::Sweep("", directory_), 1);
  EXPECT_EQ(Places(), 0U);
  EXPECT_TRUE(fs::exists(directory_ + "/mine")) << "only what bears its name is removed";
}

TEST_F(Leftovers, OfADrillThatGoesOnStay) {
  const auto place = Place::Make("/bin/true", "", directory_);
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(Place::Sweep("", directory_), 0);
  EXPECT_TRUE(fs::exists(place->program()));
}

TEST(Expectation, IsWhatTheActiveLayersCanDo) {
  const Technique technique{.name = "x",
                            .family = Family::kMounts,
                            .mitre = "T1",
                            .sentence = "s",
                            .invariants = "I1",
                            .act = "hold"};
  Status status;
  EXPECT_EQ(ExpectationOf(technique, status).seen, Seen::kRecorded);
  status.modes = {{.invariant = Invariant::kFiles, .mode = Mode::kKill}};
  EXPECT_EQ(ExpectationOf(technique, status).seen, Seen::kKilled);
  EXPECT_EQ(ExpectationOf(technique, status).layer, Layer::kLeash);
  status.modes[0].mode = Mode::kRefuse;
  EXPECT_EQ(ExpectationOf(technique, status).seen, Seen::kRecorded) << "there is no guard";
  status.meter = {{.invariant = Invariant::kFiles,
                   .layer = Layer::kGuard,
                   .state = LayerState::kActive,
                   .reason = ""}};
  EXPECT_EQ(ExpectationOf(technique, status).seen, Seen::kRefused);
  EXPECT_EQ(ExpectationOf(technique, status).layer, Layer::kGuard);
  status.meter[0].invariant = Invariant::kDoors;
  EXPECT_EQ(ExpectationOf(technique, status).seen, Seen::kRecorded) << "another one's guard";
}

}  // namespace
}  // namespace brig::drill
