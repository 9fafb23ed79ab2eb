// SPDX-License-Identifier: Apache-2.0
#include "cli/filter.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

constexpr std::int64_t kNow = 1'795'460'424'000'000'000;

Container Web() {
  Container container;
  container.key = 7;
  container.id = "3f9a5c0d1e2f";
  container.name = "web";
  container.started_by = {PersonBasis::kCaller, "alice", 1000, 1, "docker run"};
  return container;
}

Event Open(std::string path, std::uint64_t container) {
  Event event;
  event.wall_ns = kNow - 60'000'000'000;
  event.operation = Operation::kOpen;
  event.actor.process.container = container;
  FileDetails details;
  details.path = std::move(path);
  event.details = details;
  return event;
}

Finding Escape() {
  Finding finding;
  finding.wall_ns = kNow;
  finding.invariant = Invariant::kFiles;
  finding.operation = Operation::kOpen;
  finding.severity = Severity::kHigh;
  finding.object = "/etc/shadow";
  finding.subject.container = Web();
  return finding;
}

bool Wants(const FilterFlags& flags, const Record& record) {
  ContainerNames names;
  names.Learn(Record(Web()));
  const auto filter = Filter::From(flags, kNow);
  EXPECT_TRUE(filter) << filter.error().message;
  return filter && filter->Wants(record, names);
}

TEST(Filter, WantsEverythingWhenNothingIsAsked) {
  EXPECT_TRUE(Wants({}, Open("/etc/passwd", 7)));
  EXPECT_TRUE(Wants({}, Escape()));
  EXPECT_TRUE(Wants({}, Notice{kNow, "start", "brigd starts"}));
}

TEST(Filter, KnowsAContainerByNameIdKeyAndHost) {
  for (const char* name : {"web", "3f9a", "7"}) {
    FilterFlags flags;
    flags.containers = {name};
    EXPECT_TRUE(Wants(flags, Open("/a", 7))) << name;
    EXPECT_TRUE(Wants(flags, Escape())) << name;
    EXPECT_FALSE(Wants(flags, Open("/a", 8))) << name;
  }
  FilterFlags host;
  host.containers = {"host"};
  EXPECT_TRUE(Wants(host, Open("/a", 0)));
  EXPECT_FALSE(Wants(host, Open("/a", 7)));
}

TEST(Filter, AnyOfSeveralContainersWillDo) {
  FilterFlags flags;
  flags.containers = {"db", "web"};
  EXPECT_TRUE(Wants(flags, Open("/a", 7)));
}

TEST(Filter, KeepsToOperationsAndInvariants) {
  FilterFlags flags;
  flags.operations = {"mount"};
  EXPECT_FALSE(Wants(flags, Open("/a", 7)));
  flags.operations = {"mount", "open"};
  EXPECT_TRUE(Wants(flags, Open("/a", 7)));
  flags.invariants = {"files"};
  EXPECT_FALSE(Wants(flags, Open("/a", 7)));
  EXPECT_TRUE(Wants(flags, Escape()));
  EXPECT_FALSE(Wants(flags, Notice{kNow, "start", ""}));
}

TEST(Filter, KeepsToATime) {
  FilterFlags flags;
  flags.since = "30s";
  EXPECT_FALSE(Wants(flags, Open("/a", 7)));
  EXPECT_TRUE(Wants(flags, Escape()));
  flags = {};
  flags.until = "30s";
  EXPECT_TRUE(Wants(flags, Open("/a", 7)));
  EXPECT_FALSE(Wants(flags, Escape()));
}

TEST(Filter, FindsThePersonBehindTheContainer) {
  FilterFlags flags;
  flags.person = "alice";
  EXPECT_TRUE(Wants(flags, Escape()));
  EXPECT_TRUE(Wants(flags, Open("/a", 7)));
  flags.person = "bob";
  EXPECT_FALSE(Wants(flags, Escape()));
  EXPECT_FALSE(Wants(flags, Open("/a", 7)));
}

TEST(Filter, FindsThePersonByTheirLogin) {
  Event event = Open("/a", 0);
  event.actor.login_uid = 1234;
  FilterFlags flags;
  flags.person = "1234";
  EXPECT_TRUE(Wants(flags, event));
}

TEST(Filter, KeepsToPathsWithThisInThem) {
  FilterFlags flags;
  flags.path = "shadow";
  EXPECT_TRUE(Wants(flags, Open("/etc/shadow", 7)));
  EXPECT_FALSE(Wants(flags, Open("/etc/passwd", 7)));
  EXPECT_TRUE(Wants(flags, Escape()));
}

TEST(Filter, TakesTheSeverityAndWhatIsWorse) {
  FilterFlags flags;
  flags.severity = "warning";
  EXPECT_TRUE(Wants(flags, Escape()));
  flags.severity = "critical";
  EXPECT_FALSE(Wants(flags, Escape()));
}

TEST(Filter, RefusesTimesThatNothingCanMatch) {
  FilterFlags flags;
  flags.since = "1m";
  flags.until = "2m";
  EXPECT_FALSE(Filter::From(flags, kNow));
  flags.until = "whenever";
  const auto filter = Filter::From(flags, kNow);
  ASSERT_FALSE(filter);
  EXPECT_TRUE(filter.error().message.starts_with("--until")) << filter.error().message;
}

}  // namespace
}  // namespace brig::cli
