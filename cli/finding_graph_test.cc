// SPDX-License-Identifier: Apache-2.0
#include "cli/finding_graph.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

Process Make(std::uint32_t pid, std::uint64_t container, const std::string& path) {
  Process process;
  process.ref = {
      .start_ns = pid * 1000ULL, .pid = pid, .uid = 0, .container = container, .comm = "c"};
  process.path = path;
  process.arguments = {path, "-x"};
  return process;
}

Finding Example() {
  Finding finding;
  finding.id = "aa11";
  finding.invariant = Invariant::kFiles;
  finding.road = "open";
  finding.object = "/etc/shadow";
  finding.sentence = "Container web opened the host's /etc/shadow";
  finding.count = 3;
  finding.subject.container.key = 7;
  finding.subject.container.name = "web";
  finding.subject.chain = {Make(30, 7, "/bin/cat"), Make(20, 7, "/bin/sh"),
                           Make(10, 0, "/usr/bin/runc")};
  finding.subject.person.basis = PersonBasis::kLogin;
  finding.subject.person.name = "alice";
  return finding;
}

Event Opened(const Process& process, const std::string& path) {
  Event event;
  event.operation = Operation::kOpen;
  event.actor.process = process.ref;
  FileDetails details;
  details.path = path;
  event.details = details;
  return event;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(FindingGraph, ShowsWhoStartedWhomAndWhatWasReached) {
  const std::string dot = DotOf(Example(), {});
  EXPECT_TRUE(Has(dot, "p0 [label=\"/bin/cat -x (30, uid 0)\"")) << dot;
  EXPECT_TRUE(Has(dot, "p1 -> p0 [label=\"started\"]")) << dot;
  EXPECT_TRUE(Has(dot, "p2 -> p1 [label=\"started\"]")) << dot;
  EXPECT_TRUE(Has(dot, "p0 -> object [color=red, label=\"I1 open")) << dot;
  EXPECT_TRUE(Has(dot, "3 times")) << dot;
  EXPECT_TRUE(Has(dot, "person -> p2")) << dot;
  // The runtime stands outside of the container.
  EXPECT_LT(dot.find("runc"), dot.find("cluster_container")) << dot;
  EXPECT_GT(dot.find("/bin/sh"), dot.find("cluster_container")) << dot;
}

TEST(FindingGraph, CountsEqualActsAndLeavesOthersOut) {
  const Finding finding = Example();
  const std::string dot = DotOf(
      finding, {Opened(finding.subject.chain[1], "/a"), Opened(finding.subject.chain[1], "/a"),
                Opened(Make(99, 7, "/bin/other"), "/b")});
  EXPECT_TRUE(Has(dot, "p1 -> t0 [label=\"2 times\"]")) << dot;
  EXPECT_FALSE(Has(dot, "t1")) << dot;
  EXPECT_FALSE(Has(dot, "/b\"")) << dot;
}

TEST(FindingGraph, IsBounded) {
  const Finding finding = Example();
  std::vector<Event> events;
  for (std::size_t i = 0; i < kMaxGraphObjects + 5; ++i)
    events.push_back(Opened(finding.subject.chain[0], std::to_string(i)));
  EXPECT_TRUE(Has(DotOf(finding, events), "label=\"5 more\""));
}

// A container chooses its names: they stay within their quotes and lines.
TEST(FindingGraph, WhatAContainerWroteStaysALabel) {
  Finding finding = Example();
  finding.object = "x\"];\n evil [label=\"\\";
  finding.subject.chain[0].arguments = {"\"]; } digraph {", "\\", "\x1b[31m"};
  const std::string dot = DotOf(finding, {});
  for (std::size_t at = 0, begin = 0; at < dot.size(); begin = at + 1) {
    at = std::min(dot.find('\n', begin), dot.size());
    bool quoted = false;
    std::string outside;
    for (std::size_t i = begin; i < at; ++i) {
      if (quoted && dot[i] == '\\')
        ++i;
      else if (dot[i] == '"')
        quoted = !quoted;
      else if (!quoted)
        outside += dot[i];
    }
    EXPECT_FALSE(quoted) << dot.substr(begin, at - begin);
    EXPECT_FALSE(Has(outside, "evil") || Has(outside, "} digraph")) << outside;
  }
  EXPECT_FALSE(Has(dot, "\x1b"));
}

TEST(FindingGraph, WithoutAChainTheContainerActs) {
  Finding finding = Example();
  finding.subject.chain.clear();
  const std::string dot = DotOf(finding, {});
  EXPECT_TRUE(Has(dot, "p0 [label=\"web\"]")) << dot;
  EXPECT_TRUE(Has(dot, "person -> p0")) << dot;
}

}  // namespace
}  // namespace brig::cli
