// SPDX-License-Identifier: Apache-2.0
#include "rules/invariants.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <map>

namespace brig::rules {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class JudgeTest : public testing::Test {
 protected:
  Event Open(const std::string& path, std::int64_t boot_ns, std::uint64_t container = 1) {
    Event event;
    event.sequence = ++sequence_;
    event.record_class = RecordClass::kCritical;
    event.boot_ns = boot_ns;
    event.wall_ns = 1000 * kSecond + boot_ns;
    event.operation = Operation::kOpen;
    event.invariant = Invariant::kFiles;
    event.cause = Cause::kForeignMount;
    event.result = 3;
    event.actor.process.container = container;
    FileDetails file;
    file.path = path;
    event.details = file;
    return event;
  }
  Judgement Evaluate(const Event& event) {
    return judge_.Evaluate(event, [this] {
      ++asked_;
      Subject subject;
      subject.container.name = "web";
      return subject;
    });
  }
  static bool IsNew(const Judgement& judgement) {
    return std::holds_alternative<Finding>(judgement);
  }

  Judge judge_{"boot"};
  std::uint64_t sequence_ = 0;
  int asked_ = 0;
};

TEST_F(JudgeTest, AnEventThatBreaksNothingIsNoFinding) {
  Event event = Open("/x", 1);
  event.invariant = Invariant::kNone;
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Evaluate(event)));
  EXPECT_EQ(asked_, 0);
}

TEST_F(JudgeTest, TheFirstIsAFindingAtOnceWithEverythingInIt) {
  const Judgement judgement = Evaluate(Open("/proc/1/root/x", 5));
  ASSERT_TRUE(IsNew(judgement));
  const auto& finding = std::get<Finding>(judgement);
  EXPECT_EQ(finding.id.size(), 12U);
  EXPECT_EQ(finding.invariant, Invariant::kFiles);
  EXPECT_EQ(finding.object, "/proc/1/root/x");
  EXPECT_EQ(finding.road, "open through /proc/1/root");
  EXPECT_EQ(finding.severity, Severity::kHigh);
  EXPECT_EQ(finding.technique, "T1611");
  EXPECT_EQ(finding.count, 1U);
  EXPECT_EQ(finding.result, 3);
  EXPECT_EQ(finding.boot_ns, 5);
  EXPECT_EQ(finding.subject.container.name, "web");
  EXPECT_FALSE(finding.sentence.empty());
  EXPECT_EQ(judge_.CountOf(Invariant::kFiles), 1U);
}

TEST_F(JudgeTest, RepeatsAreCountedExactlyAndToldOnceASecond) {
  const std::string id = std::get<Finding>(Evaluate(Open("/x", 0))).id;
  std::uint64_t told = 0;
  int tellings = 0;
  for (int i = 1; i <= 1000; ++i) {  // over 2.5 seconds
    const Judgement judgement = Evaluate(Open("/x", i * kSecond / 400));
    if (const auto* repeat = std::get_if<FindingRepeat>(&judgement)) {
      EXPECT_EQ(repeat->id, id);
      told = repeat->count;
      ++tellings;
    }
  }
  EXPECT_EQ(tellings, 2);
  EXPECT_EQ(told, 801U);
  EXPECT_TRUE(judge_.Flush(2 * kSecond + kSecond / 2).empty()) << "not a second yet";
  const auto owed = judge_.Flush(3 * kSecond);
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_EQ(owed[0].count, 1001U);
  EXPECT_TRUE(judge_.Flush(9 * kSecond, true).empty()) << "nothing is told twice";
  EXPECT_EQ(asked_, 1) << "repeats need no subject";
}

TEST_F(JudgeTest, AtTheEndEverythingOwedIsTold) {
  Evaluate(Open("/x", 0));
  Evaluate(Open("/x", 1));
  ASSERT_EQ(judge_.Flush(2, true).size(), 1U);
}

TEST_F(JudgeTest, AnotherContainerObjectOrCauseIsAnotherFinding) {
  EXPECT_TRUE(IsNew(Evaluate(Open("/x", 0))));
  EXPECT_TRUE(IsNew(Evaluate(Open("/x", 0, 2))));
  EXPECT_TRUE(IsNew(Evaluate(Open("/y", 0))));
  Event event = Open("/x", 0);
  event.cause = Cause::kHostDirectory;
  EXPECT_TRUE(IsNew(Evaluate(event)));
  EXPECT_FALSE(IsNew(Evaluate(Open("/x", 0))));
}

TEST_F(JudgeTest, ASuccessDoesNotHideBehindFailedTries) {
  Event refused = Open("/x", 0);
  refused.result = -13;
  EXPECT_EQ(std::get<Finding>(Evaluate(refused)).severity, Severity::kWarning);
  EXPECT_TRUE(IsNew(Evaluate(Open("/x", 1))));
  Event write = Open("/x", 2);
  std::get<FileDetails>(write.details).flags = O_WRONLY;
  EXPECT_TRUE(IsNew(Evaluate(write)));
  Event killed = Open("/x", 3);
  killed.verdict = Verdict::kKilled;
  EXPECT_TRUE(IsNew(Evaluate(killed)));
  EXPECT_FALSE(IsNew(Evaluate(killed)));
}

TEST_F(JudgeTest, AContainerThatReachesEverythingGetsOneFindingForTheRest) {
  std::uint64_t counted = 0;
  std::map<std::string, std::uint64_t> counts;
  for (int i = 0; i < 10'000; ++i) {
    const Judgement judgement = Evaluate(Open("/file" + std::to_string(i), i));
    if (const auto* finding = std::get_if<Finding>(&judgement)) counts[finding->id] = 1;
  }
  EXPECT_EQ(counts.size(), Judge::kMaxObjects + 1);
  for (const FindingRepeat& repeat : judge_.Flush(0, true)) counts[repeat.id] = repeat.count;
  for (const auto& [id, count] : counts) counted += count;
  EXPECT_EQ(counted, 10'000U);
  EXPECT_TRUE(IsNew(Evaluate(Open("/file", 1, 2)))) << "another container is told as ever";
}

TEST_F(JudgeTest, MemoryIsBoundedAndNoCountIsLostWithWhatIsForgotten) {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t sent = 0;
  const auto note = [&](const Judgement& judgement) {
    ++sent;
    if (const auto* finding = std::get_if<Finding>(&judgement)) counts[finding->id] = 1;
  };
  for (std::uint64_t container = 1; container <= 6'000; ++container) {
    note(Evaluate(Open("/x", 0, container)));
    note(Evaluate(Open("/x", 0, container)));
  }
  EXPECT_EQ(judge_.size(), Judge::kMaxFindings);
  for (const FindingRepeat& repeat : judge_.Flush(0, true)) counts[repeat.id] = repeat.count;
  std::uint64_t counted = 0;
  for (const auto& [id, count] : counts) counted += count;
  EXPECT_EQ(counted, sent);
}

TEST(FindingId, IsOfTheRecordAndTheBoot) {
  Event event;
  event.sequence = 1;
  event.boot_ns = 2;
  const std::string id = FindingId("boot", event);
  EXPECT_EQ(id, FindingId("boot", event));
  EXPECT_EQ(id.size(), 12U);
  EXPECT_NE(id, FindingId("other boot", event));
  for (int change = 0; change < 4; ++change) {
    Event other = event;
    if (change == 0) other.sequence = 9;
    if (change == 1) other.cpu = 1;
    if (change == 2) other.record_class = RecordClass::kCritical;
    if (change == 3) other.boot_ns = 3;
    EXPECT_NE(id, FindingId("boot", other)) << change;
  }
}

}  // namespace
}  // namespace brig::rules
