// SPDX-License-Identifier: Apache-2.0
#include "cli/shell.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/file.h"
#include "base/unique_fd.h"
#include "cli/commands.h"

namespace brig::cli {
namespace {

// What bash prints when it runs `script`, or "no bash".
std::string Bash(const std::string& script) {
  std::array<int, 2> ends{};
  BRIG_CHECK(::pipe(ends.data()) == 0);
  const UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(write.get(), STDOUT_FILENO);
    ::execlp("bash", "bash", "--norc", "-c", script.c_str(), nullptr);
    ::_exit(127);
  }
  write.Reset();
  const auto output = ReadFd(read.get());
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return "no bash";
  return output.value_or("");
}

// The words that bash offers for the last of `words`.
std::string Offered(const std::string& words, int at) {
  return Bash(BashCompletion(AllCommands()) + "\nCOMP_WORDS=(" + words +
              ")\nCOMP_CWORD=" + std::to_string(at) + "\n_brig\necho \"${COMPREPLY[*]}\"\n");
}

class BashCompletionTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Bash("echo yes") != "yes\n") GTEST_SKIP() << "bash is not installed";
  }
};

TEST_F(BashCompletionTest, OffersCommands) {
  EXPECT_EQ(Offered("brig sta", 1), "status\n");
  EXPECT_EQ(Offered("brig ledger v", 2), "verify\n");
}

TEST_F(BashCompletionTest, OffersTheFlagsOfTheCommandAndTheGlobalOnes) {
  EXPECT_EQ(Offered("brig findings --s", 2), "--severity --since --state\n");
}

TEST_F(BashCompletionTest, OffersTheValuesOfAFlag) {
  EXPECT_EQ(Offered("brig findings --severity ''", 3), "notice warning high critical\n");
  EXPECT_EQ(Offered("brig events --operation pivot", 3), "pivot_root\n");
  EXPECT_EQ(Offered("brig --color ''", 2), "auto always never\n");
}

TEST_F(BashCompletionTest, OffersTheChoicesOfAnArgument) {
  EXPECT_EQ(Offered("brig completion z", 2), "zsh\n");
}

TEST_F(BashCompletionTest, OffersTheNamesOfContainers) {
  EXPECT_EQ(Bash("brig() { echo web; echo database; }\n" + BashCompletion(AllCommands()) +
                 "\nCOMP_WORDS=(brig ps w)\nCOMP_CWORD=2\n_brig\necho \"${COMPREPLY[*]}\"\n"),
            "web\n");
}

TEST(Completion, HidesHiddenCommands) {
  const Commands commands = AllCommands();
  for (const std::string& script :
       {BashCompletion(commands), ZshCompletion(commands), FishCompletion(commands)}) {
    EXPECT_EQ(script.find("--date"), std::string::npos);
    EXPECT_NE(script.find("containers"), std::string::npos);
  }
}

}  // namespace
}  // namespace brig::cli
