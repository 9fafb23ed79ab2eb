// SPDX-License-Identifier: Apache-2.0
#include "identity/process_tree.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(ProcessTree, AChainLeadsFromTheProcessToItsAncestors) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 1, "sh"), "/bin/sh", {"sh", "-c", "cat"}));
  tree.Observe(Fork(2, Ref(10, 1, "sh"), Ref(11, 1, "sh")));
  tree.Observe(Exec(3, Ref(11, 1, "cat"), "/bin/cat", {"cat", "/x"}));
  const auto chain = tree.Chain(Ref(11, 1));
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0].path, "/bin/cat");
  EXPECT_EQ(chain[0].ref.comm, "cat");
  EXPECT_EQ(chain[0].parent.pid, 10U);
  EXPECT_EQ(chain[1].arguments, (std::vector<std::string>{"sh", "-c", "cat"}));
}

TEST(ProcessTree, AForkedChildRunsWhatItsParentRuns) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 1), "/bin/sh", {"sh"}));
  tree.Observe(Fork(2, Ref(10, 1), Ref(11, 1)));
  EXPECT_EQ(tree.Chain(Ref(11, 1))[0].path, "/bin/sh");
}

TEST(ProcessTree, AFailedExecChangesNothing) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 1), "/bin/sh", {"sh"}));
  Event failed = Exec(2, Ref(10, 1), "/nowhere", {"x"});
  failed.result = -2;
  tree.Observe(failed);
  EXPECT_EQ(tree.Chain(Ref(10, 1))[0].path, "/bin/sh");
}

TEST(ProcessTree, AReusedPidIsAnotherProcess) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 1, "old", 100), "/bin/old", {"old"}));
  tree.Observe(Exit(2, Ref(10, 1, "old", 100), 3));
  tree.Observe(Exec(3, Ref(10, 1, "new", 200), "/bin/new", {"new"}));
  EXPECT_EQ(tree.Chain(Ref(10, 1, "", 100))[0].path, "/bin/old");
  EXPECT_EQ(tree.Chain(Ref(10, 1, "", 100))[0].exit_status, 3U);
  EXPECT_EQ(tree.Chain(Ref(10, 1, "", 200))[0].path, "/bin/new");
  EXPECT_EQ(tree.CountRunning(1), 1U);
}

TEST(ProcessTree, AnyEventTeachesItsActorAndItsAncestors) {
  ProcessTree tree;
  Event open = EventAt(9, Operation::kOpen, Ref(12, 1, "cat"));
  open.actor.pid_inside = 4;
  open.chain = {Ref(10, 1, "sh"), Ref(5, 0, "shim")};
  tree.Observe(open);
  const auto chain = tree.Chain(Ref(12, 1));
  ASSERT_EQ(chain.size(), 3U);
  EXPECT_EQ(chain[0].pid_inside, 4U);
  EXPECT_EQ(chain[2].ref.comm, "shim");
}

TEST(ProcessTree, ATargetWithoutAStartTimeIsNoProcess) {
  ProcessTree tree;
  Event event = EventAt(9, Operation::kPtrace, Ref(12, 1));
  event.details = TargetDetails{
      .target = {.start_ns = 0, .pid = 1, .uid = 0, .container = 0, .comm = ""}, .request = 16};
  tree.Observe(event);
  EXPECT_EQ(tree.size(), 1U);
}

TEST(ProcessTree, ParentsThatNameEachOtherDoNotHoldIt) {
  ProcessTree tree;
  Event event = EventAt(9, Operation::kOpen, Ref(1, 1));
  event.chain = {Ref(2, 1), Ref(1, 1)};
  tree.Observe(event);
  EXPECT_EQ(tree.Chain(Ref(1, 1)).size(), ProcessTree::kMaxChain);
}

TEST(ProcessTree, AProcessThatNobodyKnowsIsStillAnAnswer) {
  const ProcessTree tree;
  const auto chain = tree.Chain(Ref(12, 1, "ghost"));
  ASSERT_EQ(chain.size(), 1U);
  EXPECT_EQ(chain[0].ref.comm, "ghost");
}

TEST(ProcessTree, AForkBombCostsItsOwnContainersHistoryOnly) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(5, 2, "redis"), "/bin/redis", {"redis"}));
  tree.Observe(Fork(1, Ref(5, 2), Ref(6, 2)));
  tree.Observe(Exit(1, Ref(6, 2)));
  for (std::uint32_t pid = 100; pid < 60'000; ++pid)
    tree.Observe(Fork(pid, Ref(pid - 1, 1), Ref(pid, 1)));
  EXPECT_LE(tree.size(), ProcessTree::kMaxProcesses);
  EXPECT_LE(tree.CountRunning(1), ProcessTree::kMaxLivePerContainer);
  EXPECT_EQ(tree.ProcessesOf(2).size(), 2U);
}

TEST(ProcessTree, AContainerKeepsItsLatestEndedProcesses) {
  ProcessTree tree;
  for (std::uint32_t pid = 100; pid < 5'000; ++pid) {
    tree.Observe(Fork(pid, Ref(10, 1), Ref(pid, 1)));
    tree.Observe(Exit(pid, Ref(pid, 1)));
  }
  const auto processes = tree.ProcessesOf(1);
  EXPECT_EQ(processes.size(), ProcessTree::kMaxEndedPerContainer + 1);
  EXPECT_EQ(processes.front().ref.pid, 10U);
  EXPECT_EQ(processes.back().ref.pid, 4'999U);
}

TEST(ProcessTree, AThousandContainersStayWithinTheBound) {
  ProcessTree tree;
  for (std::uint64_t container = 1; container <= 1'000; ++container) {
    for (std::uint32_t i = 0; i < 50; ++i) {
      const auto pid = static_cast<std::uint32_t>(container * 100 + i);
      tree.Observe(Exec(1, Ref(pid, container), "/bin/x", {std::string(2000, 'a')}));
    }
    tree.EndContainer(container, 7);
    EXPECT_EQ(tree.CountRunning(container), 0U);
  }
  EXPECT_LE(tree.size(), ProcessTree::kMaxProcesses);
  EXPECT_EQ(tree.ProcessesOf(1'000).size(), 50U);
  EXPECT_TRUE(tree.ProcessesOf(1).empty());
}

TEST(ProcessTree, AJoinThatIsHeardOfLateIsFoundByThoseBelow) {
  ProcessTree tree;
  tree.Observe(Fork(1, Ref(20, 1), Ref(21, 1)));
  tree.Observe(Fork(2, Ref(21, 1), Ref(22, 1)));
  tree.MarkJoin(Ref(20, 1), 3);
  EXPECT_EQ(tree.JoinOf(Ref(22, 1)), 3U);
}

TEST(ProcessTree, AJoinIsInheritedByChildren) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 1), "/bin/sh", {"sh"}));
  tree.Observe(Exec(1, Ref(20, 1), "/bin/sh", {"sh"}));
  tree.MarkJoin(Ref(20, 1), 3);
  tree.Observe(Fork(2, Ref(20, 1), Ref(21, 1)));
  tree.Observe(Fork(2, Ref(10, 1), Ref(11, 1)));
  EXPECT_EQ(tree.JoinOf(Ref(21, 1)), 3U);
  EXPECT_EQ(tree.JoinOf(Ref(11, 1)), ProcessTree::kNoJoin);
}

TEST(ProcessTree, AHostProcessThatEntersAContainerBelongsToItThen) {
  ProcessTree tree;
  tree.Observe(Exec(1, Ref(10, 0, "runc:[2:INIT]"), "/usr/bin/runc", {"runc", "init"}));
  tree.Observe(Birth(2, Operation::kContainerStart, Ref(10, 1, "sleep")));
  EXPECT_EQ(tree.CountRunning(1), 1U);
  EXPECT_EQ(tree.ProcessesOf(1)[0].path, "/bin/sleep");
}

}  // namespace
}  // namespace brig::identity
