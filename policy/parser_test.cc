// SPDX-License-Identifier: Apache-2.0
#include "policy/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace brig::policy {
namespace {

std::string ErrorOf(std::string_view text) {
  const auto policy = ParsePolicy(text, "f");
  return policy ? "" : policy.error().message;
}

// A clause with a match, and `rest` below it from line 2 on.
std::string Clause(std::string_view rest) {
  return fmt::format("containers:\n  - match: {{name: x}}\n    {}\n", rest);
}

TEST(Parser, ARuntimeMayBeHeldToItsContent) {
  const std::string digits(64, 'b');
  EXPECT_EQ(ParseRuntime("/usr/bin/runc@sha256:" + digits), (ProgramFile{"/usr/bin/runc", digits}));
  EXPECT_EQ(ParseRuntime("/srv/a@b/runc"), (ProgramFile{"/srv/a@b/runc", ""}));
  EXPECT_FALSE(ParseRuntime("/usr/bin/runc@sha256:" + std::string(64, 'B')));
  EXPECT_FALSE(ParseRuntime("/usr/bin/runc@sha256:" + digits + "0"));
  EXPECT_FALSE(ParseRuntime("@sha256:" + digits));
  EXPECT_FALSE(ParseRuntime(""));
}

TEST(Parser, ReadsEverythingThatAPolicyCanSay) {
  const auto text = ReadFile(std::string(BRIG_TESTDATA) + "/parser_corpus/full.yaml");
  ASSERT_TRUE(text);
  const auto policy = ParsePolicy(*text, "f");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->modes, (std::vector<InvariantSetting>{{Invariant::kFiles, Mode::kRefuse},
                                                          {Invariant::kNamespaces, Mode::kKill},
                                                          {Invariant::kImage, Mode::kOff}}));
  EXPECT_EQ(policy->surface, (std::vector<SurfaceSetting>{{Surface::kIoUring, Mode::kWatch},
                                                          {Surface::kVsockSockets, Mode::kOff}}));
  EXPECT_EQ(policy->runtimes, (std::vector<ProgramFile>{{"/opt/kata/bin/kata-runtime", ""},
                                                        {"/usr/local/bin/runc", ""}}));
  EXPECT_EQ(policy->digest.size(), 64U);
  ASSERT_EQ(policy->clauses.size(), 2U);
  const brig::Clause& clock = policy->clauses[0];
  EXPECT_EQ(clock.line, 10U);
  EXPECT_EQ(clock.match.name, "ntp-*");
  EXPECT_EQ(clock.match.image_digest, "sha256:d098*");
  EXPECT_EQ(clock.match.engine, "docker");
  EXPECT_EQ(clock.reason, "the clock of the whole site");
  EXPECT_EQ(clock.rulings.size(), 12U);
  const brig::Clause& backup = policy->clauses[1];
  EXPECT_EQ(backup.match.image, "registry.example/*");
  ASSERT_EQ(backup.match.labels.size(), 1U);
  EXPECT_EQ(backup.match.labels[0].key, "com.example.tier");
  EXPECT_EQ(backup.match.labels[0].value, "back?nd");
  ASSERT_EQ(backup.rulings.size(), 3U);
  EXPECT_EQ(backup.rulings[0].kind, GrantKind::kPrivileged);
  EXPECT_EQ(backup.rulings[1].kind, GrantKind::kWaiver);
  EXPECT_EQ(backup.rulings[2].number, static_cast<std::uint32_t>(Invariant::kDoors));
}

TEST(Parser, DevicesAreWrittenAsLsShowsThem) {
  const auto policy =
      ParsePolicy(Clause("allow: {devices: [\"c 10:229\", \"b 8:*\", \"c 4095:1048575\"]}"), "f");
  ASSERT_TRUE(policy) << policy.error().message;
  const std::vector<Ruling>& rulings = policy->clauses[0].rulings;
  ASSERT_EQ(rulings.size(), 3U);
  EXPECT_EQ(rulings[0].device, (DeviceRule{'c', 10, 229, false}));
  EXPECT_EQ(rulings[1].device, (DeviceRule{'b', 8, 0, true}));
  EXPECT_EQ(rulings[2].device, (DeviceRule{'c', 4095, 1048575, false}));
  EXPECT_EQ(rulings[2].line, 3U);
  for (const std::string_view wrong : {"/dev/fuse", "c 10", "c 10:", "c 10:229x", "a 1:1", "c *:*",
                                       "c 4096:1", "c 1:1048576", "c -1:1", "c 1:-1", "C 1:1"})
    EXPECT_NE(ErrorOf(Clause(fmt::format("allow: {{devices: [\"{}\"]}}", wrong)))
                  .find("is no device: write type and number as `ls -l` shows them, \"c 10:229\""),
              std::string::npos)
        << wrong;
}

TEST(Parser, UnknownNamesGetTheNearest) {
  EXPECT_EQ(ErrorOf("mode: {I1: refuse}\n"),
            "f:1:1: \"mode\" is no key of the policy: did you mean modes?");
  EXPECT_EQ(ErrorOf("modes:\n  I1: refues\n"),
            "f:2:7: \"refues\" is no mode: did you mean refuse?");
  EXPECT_EQ(ErrorOf("modes: {files: refuse, namspaces: kill}\n"),
            "f:1:24: \"namspaces\" is no invariant: there are I1, I2, I3, I4, I5, I6, I7, I8, I9, "
            "I10, I11, I12");
  EXPECT_EQ(ErrorOf("modes: {surface: refuse}\n").substr(0, 37),
            "f:1:9: \"surface\" is no invariant: the");
  EXPECT_EQ(ErrorOf("modes: {I1: allow}\n"),
            "f:1:13: \"allow\" is no mode: there are off, watch, kill, refuse");
  EXPECT_EQ(ErrorOf("surface: {iouring: refuse}\n"),
            "f:1:11: \"iouring\" is no key of surface: did you mean io_uring?");
  EXPECT_EQ(ErrorOf("surface: {none: refuse}\n").substr(0, 40),
            "f:1:11: \"none\" is no key of surface: the");
  EXPECT_EQ(ErrorOf("surface: {io_uring: kill}\n"),
            "f:1:21: \"kill\" is no setting of a surface: there are allow, watch, refuse");
  EXPECT_EQ(ErrorOf(Clause("allow: {capabilities: [SYS_TIEM]}")),
            "f:3:28: \"SYS_TIEM\" is no capability: did you mean SYS_TIME?");
  EXPECT_EQ(ErrorOf(Clause("allow: {directories: [host_lgs]}")),
            "f:3:27: \"host_lgs\" is no guarded directory: did you mean host_logs?");
  EXPECT_EQ(ErrorOf(Clause("allow: {doors: [docker_sock]}")),
            "f:3:21: \"docker_sock\" is no door: did you mean docker_socket?");
  EXPECT_EQ(ErrorOf(Clause("allow: {device: [\"c 1:1\"]}")),
            "f:3:13: \"device\" is no key of allow: did you mean devices?");
  EXPECT_EQ(ErrorOf(Clause("wave: [I5]")),
            "f:3:5: \"wave\" is no key of a container's clause: did you mean waive?");
  EXPECT_EQ(ErrorOf("containers: [{match: {nam: x}, waive: [I5]}]"),
            "f:1:23: \"nam\" is no key of match: did you mean name?");
}

TEST(Parser, AnObjectOfTheOtherKindIsNone) {
  EXPECT_NE(ErrorOf(Clause("allow: {directories: [docker_socket]}")), "");
  EXPECT_NE(ErrorOf(Clause("allow: {doors: [host_logs]}")), "");
  EXPECT_NE(ErrorOf(Clause("allow: {directories: [ordinary]}")), "");
  EXPECT_EQ(ErrorOf(Clause("allow: {directories: [brig]}")),
            "f:3:27: brig's own files are given to no container");
}

TEST(Parser, WrongTypesSayWhatToWrite) {
  EXPECT_EQ(ErrorOf("refuse everything\n"),
            "f:1:1: the policy is a word: write `key: value` below it, with the keys modes, "
            "surface, runtimes, containers");
  EXPECT_EQ(ErrorOf("modes: refuse\n"), "f:1:8: modes is no map: write `modes: {I1: refuse}`");
  EXPECT_EQ(ErrorOf("modes: {I1: [refuse]}\n"),
            "f:1:13: I1 is a list: write one word, in quotes if need be");
  EXPECT_EQ(ErrorOf("surface: [io_uring]\n").substr(0, 26), "f:1:10: surface is a list:");
  EXPECT_EQ(ErrorOf("runtimes: /usr/bin/runc\n"),
            "f:1:11: runtimes is a word: write a list, `[a, b]` or a line `- a` for each");
  EXPECT_EQ(ErrorOf("runtimes: [runc]\n"),
            "f:1:12: the runtime runc is no absolute path: write it as /usr/bin/runc");
  EXPECT_EQ(ErrorOf("runtimes: [/a, /a]\n"), "f:1:16: the runtime /a is listed already");
  EXPECT_EQ(ErrorOf("runtimes: [/a@sha256:12]\n"),
            "f:1:12: 12 is no SHA-256: write its 64 digits in lower case, as sha256sum /a prints "
            "them");
  EXPECT_EQ(ErrorOf("runtimes: []\n"), "f:1:11: runtimes is empty: leave the key out");
  EXPECT_EQ(ErrorOf("containers:\n"),
            "f:1:1: containers is nothing: write a list, `[a, b]` or a line `- a` for each");
  EXPECT_EQ(ErrorOf("containers: [x]\n").substr(0, 41),
            "f:1:14: a container's clause is a word: w");
  EXPECT_EQ(ErrorOf(Clause("waive: I5")),
            "f:3:12: waive is a word: write a list, `[a, b]` or a line `- a` for each");
  EXPECT_EQ(ErrorOf(Clause("allow: {privileged: yes}")),
            "f:3:25: privileged is `true`, or the key is left out");
  EXPECT_EQ(ErrorOf(Clause("allow: {devices: [\"\"]}")),
            "f:3:23: a device is empty: write one word, in quotes if need be");
  EXPECT_EQ(ErrorOf("containers: [{match: {labels: [a]}, waive: [I5]}]"),
            "f:1:31: labels are no map: write `labels: {key: \"value\"}`");
}

TEST(Parser, AClauseSaysWhomAndWhat) {
  EXPECT_EQ(ErrorOf("containers:\n  - waive: [I5]\n"),
            "f:2:5: a clause without match: write `match: {name: web}` to say whom");
  EXPECT_NE(ErrorOf("containers: [{match: {}, waive: [I5]}]")
                .find("match is empty: what holds "
                      "for every container"),
            std::string::npos);
  EXPECT_EQ(ErrorOf("containers: [{match: {name: x}}]"),
            "f:1:14: a clause that says nothing: write modes, surface, allow or waive below its "
            "match");
  EXPECT_NE(ErrorOf("containers: [{match: {image_digest: d098}, surface: {bpf: watch}}]")
                .find("image_digest is no digest"),
            std::string::npos);
}

TEST(Parser, AnInvariantIsTakenAwayByNameAndWithAReason) {
  EXPECT_EQ(ErrorOf(Clause("modes: {I5: off}")),
            "f:3:17: I5 is not switched off for one container by a mode: write `waive: [I5]` with "
            "a reason");
  EXPECT_EQ(ErrorOf(Clause("modes: {I8: off}")), "");
  EXPECT_EQ(ErrorOf(Clause("waive: [I5]")),
            "f:2:5: waive and privileged need a reason: write `reason: why this container has to`");
  EXPECT_NE(ErrorOf(Clause("allow: {privileged: true}")), "");
  EXPECT_EQ(ErrorOf(Clause("waive: [I5]\n    reason: because")), "");
  EXPECT_EQ(ErrorOf(Clause("modes: {I5: watch}\n    waive: [I5]\n    reason: r")),
            "f:4:13: I5 has a mode in line 3: waive it or set its mode");
}

TEST(Parser, NothingIsSaidTwice) {
  EXPECT_EQ(ErrorOf("modes: {I1: refuse, files: watch}\n"), "f:1:21: files stands here already");
  EXPECT_EQ(ErrorOf(Clause("allow: {capabilities: [SYS_TIME, CAP_SYS_TIME]}")),
            "f:3:38: CAP_SYS_TIME stands here already");
  EXPECT_EQ(ErrorOf(Clause("allow: {devices: [\"c 1:1\", \"c 1:1\"]}")),
            "f:3:32: c 1:1 stands here already");
}

TEST(Parser, ThereAreLimits) {
  std::string clauses = "containers:\n";
  for (int i = 0; i < 300; ++i)
    clauses += fmt::format("  - {{match: {{name: n{}}}, surface: {{bpf: watch}}}}\n", i);
  EXPECT_EQ(ErrorOf(clauses), "f:258:5: containers has 300 items: at most 256");
  std::string devices;
  for (int i = 0; i < 100; ++i) devices += fmt::format("\"c 7:{0}\", \"c 8:{0}\", ", i);
  EXPECT_NE(ErrorOf(Clause(fmt::format("allow: {{devices: [{}]}}", devices))).find("at most 128"),
            std::string::npos);
  EXPECT_EQ(ErrorOf(fmt::format("runtimes: [/{}]", std::string(300, 'a'))),
            "f:1:12: a runtime has 301 bytes: at most 256");
  std::string large = "containers:\n";
  for (int i = 0; i < 250; ++i)
    large += fmt::format("  - {{match: {{name: n{}}}, surface: {{bpf: watch}}, reason: {}}}\n", i,
                         std::string(400, 'r'));
  EXPECT_NE(ErrorOf(large).find("the policy says more than fits"), std::string::npos);
}

TEST(Parser, RemarksTellWhatIsHardlyMeant) {
  const auto policy = ParsePolicy(
      "containers:\n"
      "  - match: {name: a}\n"
      "    allow: {doors: [etcd]}\n"
      "  - match: {name: a}\n"
      "    surface: {bpf: refuse}\n"
      "  - match: {name: b, image_digest: \"sha256:12*\"}\n"
      "    allow: {doors: [etcd]}\n",
      "f");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(RemarksOn(*policy),
            (std::vector<std::string>{
                "f:2: allows by names that whoever starts a container may choose: add "
                "image_digest to the match",
                "f:4: never counts: line 2 fits the same containers and stands before it"}));
}

}  // namespace
}  // namespace brig::policy
