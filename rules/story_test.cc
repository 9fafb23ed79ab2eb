// SPDX-License-Identifier: Apache-2.0
#include "rules/story.h"

#include <gtest/gtest.h>

#include <sstream>

namespace brig::rules {
namespace {

Finding ShadowFinding() {
  Finding finding;
  finding.id = "0123456789ab";
  finding.wall_ns = 1'795'460'400'000'000'000;
  finding.invariant = Invariant::kFiles;
  finding.cause = Cause::kHostDirectory;
  finding.operation = Operation::kOpen;
  finding.severity = Severity::kCritical;
  finding.road = "open";
  finding.object = "/host/etc/shadow";
  finding.technique = "T1136.001";
  finding.sentence = "Container web opened /host/etc/shadow for writing.";
  finding.count = 3;
  Container& container = finding.subject.container;
  container.key = 1;
  container.naming = Naming::kEngine;
  container.engine = "docker";
  container.id = "4415f1e46cfdad8601b0a7783cb2d786cdc21673d8088695b917aca124e89461";
  container.name = "web";
  container.image = "shop/web:1.4";
  container.started_wall_ns = finding.wall_ns - 60'000'000'000;
  container.started_by = {.basis = PersonBasis::kCaller,
                          .name = "alice",
                          .login_uid = 1000,
                          .session = 4,
                          .command = "docker run -v /:/host shop/web"};
  container.risks = {{Severity::kCritical, "mount", "sees the host's whole file system"}};
  finding.subject.person = {.basis = PersonBasis::kCaller,
                            .name = "bob",
                            .login_uid = 1001,
                            .session = 5,
                            .command = "docker exec web sh"};
  for (const char* comm : {"cat", "sh", "containerd-shim"}) {
    Process process;
    process.ref.comm = comm;
    process.ref.pid = 10;
    process.ref.container = 1;
    process.arguments = {comm, "-x"};
    finding.subject.chain.push_back(process);
  }
  finding.subject.chain.back().ref.container = 0;
  return finding;
}

TEST(Story, TellsWhoWhereHowWhyAndWhatToDo) {
  const std::string story = Tell(ShadowFinding(), {});
  for (const std::string_view part :
       {"Container web opened /host/etc/shadow for writing.", "It happened 3 times.", "I1 (files)",
        "critical", "T1136.001", "from the image shop/web:1.4", "started by alice",
        "docker run -v /:/host", "that of bob", "whole file system",
        "containerd-shim -x (user 0), on the host", "cat -x", "Why it matters", "What brig did",
        "stopped nothing", "What to do next"}) {
    std::string flat;  // lines may break anywhere between words
    std::istringstream words(story);
    for (std::string word; words >> word;) flat += (flat.empty() ? "" : " ") + word;
    EXPECT_NE(flat.find(part), std::string::npos) << part << " in\n" << story;
  }
}

TEST(Story, KeepsToTheWidth) {
  for (const std::size_t width : {60U, 80U, 120U}) {
    std::istringstream lines(Tell(ShadowFinding(), {}, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), width) << line;
  }
}

TEST(Story, SaysOpenlyWhatIsNotKnown) {
  Finding finding = ShadowFinding();
  finding.subject.container = Container();
  finding.subject.container.key = 0x3f;
  finding.subject.container.note = "no runtime's state names its first process";
  finding.subject.person = Person();
  finding.subject.chain.clear();
  const std::string story = Tell(finding, {});
  EXPECT_NE(story.find("unidentified-3f"), std::string::npos);
  EXPECT_NE(story.find("No engine vouches"), std::string::npos);
  EXPECT_NE(story.find("nobody whom brig could name"), std::string::npos);
}

TEST(Story, SaysWhatBrigDid) {
  Finding finding = ShadowFinding();
  finding.verdict = Verdict::kKilled;
  EXPECT_NE(Tell(finding, {}).find("brig killed the process"), std::string::npos);
  finding.verdict = Verdict::kSeen;
  finding.result = -13;
  EXPECT_NE(Tell(finding, {}).find("The kernel refused"), std::string::npos);
}

TEST(Story, RelatedEventsComeInTheirOrderAndWithinBounds) {
  std::vector<Event> related;
  for (int i = 100; i > 0; --i) {
    Event event;
    event.boot_ns = i;
    event.wall_ns = i;
    event.operation = Operation::kExec;
    ExecDetails exec;
    exec.path = "/bin/tool" + std::to_string(i) + "x";
    event.details = exec;
    related.push_back(event);
  }
  related.emplace_back();  // says nothing
  const std::string story = Tell(ShadowFinding(), related);
  EXPECT_LT(story.find("/bin/tool1x"), story.find("/bin/tool2x"));
  EXPECT_EQ(story.find("/bin/tool21x"), std::string::npos);
  EXPECT_NE(story.find("And 80 more"), std::string::npos);
}

TEST(Story, HostileTextCannotDriveTheTerminal) {
  Finding finding = ShadowFinding();
  finding.subject.container.name = "\x1b[2Jweb\r\n";
  finding.subject.container.image = "\x07image";
  finding.subject.chain[0].arguments = {"cat", "\x1b]0;title\x07", std::string(5000, 'a')};
  finding.subject.person.name = "bob\x1b";
  finding.sentence = "\x1bsentence";
  const std::string story = Tell(finding, {});
  EXPECT_EQ(story.find_first_of("\x1b\x07\r"), std::string::npos);
  EXPECT_LT(story.size(), 6000U);
}

TEST(Story, EveryCauseHasOne) {
  for (std::uint16_t c = 0; c < kCauseCount; ++c) {
    Finding finding = ShadowFinding();
    finding.cause = static_cast<Cause>(c);
    EXPECT_GT(Tell(finding, {}).size(), 500U) << c;
  }
}

}  // namespace
}  // namespace brig::rules
