// SPDX-License-Identifier: Apache-2.0
// `brig help`: the list of commands, or one command's help.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/manual.h"

namespace brig::cli {
namespace {

class Help final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "help",
        .summary = "show this list, or the help of a command",
        .details = "The same as --help behind the command.",
        .examples = {{"brig help", "all commands"}, {"brig help ledger verify", "one of them"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "COMMAND", .help = "the command's words", .target = &words_});
  }
  Result<Exit> Run(const Session& session) override {
    const Commands commands = AllCommands();
    const std::string name = fmt::format("{}", fmt::join(words_, " "));
    if (name.empty()) {
      fmt::print(session.out, "{}", Overview(commands, session.color));
      return Exit::kFine;
    }
    bool found = false;
    for (const auto& command : commands) {
      const std::string each = command->about().name;
      if (each != name && !each.starts_with(name + " ")) continue;
      fmt::print(session.out, "{}{}", found ? "\n" : "",
                 HelpOf(*command, session.width, session.color));
      found = true;
    }
    if (found) return Exit::kFine;
    return Fail(ErrorCode::kNotFound, fmt::format("no command `{}`: see `brig help`", name));
  }

 private:
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> MakeHelp() { return std::make_unique<Help>(); }

}  // namespace brig::cli
