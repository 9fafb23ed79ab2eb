// SPDX-License-Identifier: Apache-2.0
#include "cli/process_tree.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

Process Born(std::uint32_t pid, std::uint64_t start, std::uint32_t parent_pid,
             std::uint64_t parent_start) {
  Process process;
  process.ref.pid = pid;
  process.ref.start_ns = start;
  process.parent.pid = parent_pid;
  process.parent.start_ns = parent_start;
  return process;
}

std::string Drawn(const std::vector<Process>& processes) {
  std::string text;
  for (const TreeLine& line : TreeOf(processes))
    text += line.branch + std::to_string(processes[line.process].ref.pid) + "\n";
  return text;
}

TEST(ProcessTree, PutsChildrenUnderTheirParentsByBirth) {
  EXPECT_EQ(
      Drawn({Born(12, 30, 10, 10), Born(10, 10, 1, 1), Born(11, 20, 10, 10), Born(13, 40, 11, 20)}),
      "10\n"
      "├─ 11\n"
      "│  └─ 13\n"
      "└─ 12\n");
}

TEST(ProcessTree, TellsTwoProcessesWithOnePidApart) {
  EXPECT_EQ(Drawn({Born(10, 10, 1, 1), Born(10, 50, 10, 10), Born(11, 60, 10, 50)}),
            "10\n"
            "└─ 10\n"
            "   └─ 11\n");
}

TEST(ProcessTree, PutsUpWithCyclesAndStrays) {
  const std::vector<Process> odd = {Born(1, 10, 2, 20), Born(2, 20, 1, 10), Born(3, 30, 3, 30),
                                    Born(4, 40, 99, 99)};
  EXPECT_EQ(TreeOf(odd).size(), odd.size());
}

TEST(ProcessTree, StaysReadableWhenVeryDeep) {
  std::vector<Process> chain;
  for (std::uint32_t i = 1; i <= 2000; ++i) chain.push_back(Born(i, i, i - 1, i - 1));
  const auto lines = TreeOf(chain);
  ASSERT_EQ(lines.size(), 2000U);
  EXPECT_LT(lines.back().branch.size(), 200U);
}

}  // namespace
}  // namespace brig::cli
