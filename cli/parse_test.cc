// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <gtest/gtest.h>

#include <set>

#include "cli/commands.h"
#include "cli/manual.h"

namespace brig::cli {
namespace {

std::string CommandOf(std::vector<std::string> arguments, Globals& globals) {
  static const Commands commands = AllCommands();
  const auto parsed = Parse(commands, globals, std::move(arguments));
  if (!parsed) return "error: " + parsed.error().message;
  return parsed->command == nullptr ? "" : parsed->command->about().name;
}

TEST(Parse, FindsCommandsOfOneAndTwoWords) {
  Globals globals;
  EXPECT_EQ(CommandOf({"status"}, globals), "status");
  EXPECT_EQ(CommandOf({"ledger", "verify"}, globals), "ledger verify");
}

TEST(Parse, TakesGlobalFlagsBeforeAndBehindTheCommand) {
  Globals globals;
  EXPECT_EQ(CommandOf({"--json", "ledger", "show", "7", "--state", "/srv"}, globals),
            "ledger show");
  EXPECT_TRUE(globals.json);
  EXPECT_EQ(globals.state, "/srv");
}

TEST(Parse, SuggestsTheCommandThatWasMeant) {
  Globals globals;
  EXPECT_NE(CommandOf({"findngs"}, globals).find("did you mean `brig findings`?"),
            std::string::npos);
}

TEST(Parse, SaysWhichWordIsNoCommandAndWhatIs) {
  Globals globals;
  EXPECT_EQ(CommandOf({"--json", "xyzzy"}, globals),
            "error: `xyzzy` is not a command: see `brig --help`");
  const std::string choice =
      "`brig ledger verify` or `brig ledger show` or `brig ledger prove` or `brig ledger "
      "consistency` or `brig ledger check` or `brig ledger tiles` or `brig ledger "
      "witness`";
  EXPECT_EQ(CommandOf({"--run", "/x", "xyzzy"}, globals),
            "error: `xyzzy` is not a command: see `brig --help`");
  EXPECT_EQ(CommandOf({"ledger", "dance"}, globals),
            "error: `ledger dance` is not a command: " + choice);
  EXPECT_EQ(CommandOf({"ledger"}, globals), "error: `ledger` is half a command: " + choice);
}

TEST(Parse, SaysWhereToLookAfterAMistake) {
  Globals globals;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"events", "--nonsense"},
        {"events", "--limit", "x"},
        {"explain"},
        {"completion", "tcsh"},
        {"events", "--operation", "dance"},
        {"up", "extra"}}) {
    const std::string answer = CommandOf(arguments, globals);
    EXPECT_TRUE(answer.starts_with("error:")) << arguments[0];
    EXPECT_NE(answer.find("--help`"), std::string::npos) << answer;
  }
}

TEST(Parse, AsksForHelpAlsoWhenSomethingRequiredIsMissing) {
  const Commands commands = AllCommands();
  Globals globals;
  const auto parsed = Parse(commands, globals, {"explain", "--help"});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->help);
  EXPECT_EQ(parsed->command->about().name, "explain");
}

TEST(Parse, WithNothingShowsTheOverview) {
  const Commands commands = AllCommands();
  Globals globals;
  const auto parsed = Parse(commands, globals, {});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->help);
  EXPECT_EQ(parsed->command, nullptr);
}

TEST(Commands, EachHasASummaryAndTwoExamplesOfItself) {
  for (const auto& command : AllCommands()) {
    const About about = command->about();
    EXPECT_FALSE(about.summary.empty()) << about.name;
    EXPECT_GE(about.examples.size(), 2U) << about.name;
    for (const Example& example : about.examples)
      EXPECT_TRUE(example.line.starts_with("brig " + about.name)) << example.line;
  }
}

TEST(Commands, DeclareEachFlagOnce) {
  for (const auto& command : AllCommands()) {
    Flags flags;
    Globals globals;
    globals.Declare(flags);
    command->Declare(flags);
    std::set<std::string> names;
    for (const Flag& flag : flags.options)
      EXPECT_TRUE(names.insert(flag.name).second) << command->about().name << " " << flag.name;
  }
}

TEST(Manual, HelpFitsTheTerminalAndShowsExamples) {
  for (const auto& command : AllCommands()) {
    const std::string help = HelpOf(*command, 60, false);
    EXPECT_NE(help.find(command->about().examples[0].line), std::string::npos);
    EXPECT_EQ(help.find('\x1b'), std::string::npos);
  }
}

TEST(Manual, PageNamesEveryCommandAndNoLineStartsWithAStrayDot) {
  const Commands commands = AllCommands();
  const std::string page = ManualPage(commands, "1.2.3", "2026-11-23");
  for (const auto& command : commands)
    if (const About about = command->about(); !about.hidden) {
      EXPECT_NE(page.find(".SS brig " + about.name), std::string::npos) << about.name;
    }
  for (std::size_t at = page.find("\n."); at != std::string::npos; at = page.find("\n.", at + 1)) {
    const std::string macro = page.substr(at + 2, 2);
    EXPECT_TRUE(macro == "TH" || macro == "SH" || macro == "SS" || macro == "TP" || macro == "PP" ||
                macro == "B " || macro == "I " || macro == "RI")
        << page.substr(at, 60);
  }
}

}  // namespace
}  // namespace brig::cli
