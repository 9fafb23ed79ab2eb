// SPDX-License-Identifier: Apache-2.0
// `brig completion`: a script that teaches a shell brig's words.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/shell.h"

namespace brig::cli {
namespace {

class Completion final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "completion",
            .summary = "print a completion script for a shell",
            .details = "Prints a script that completes brig's commands, flags and values.",
            .examples = {
                {"brig completion bash > /etc/bash_completion.d/brig", "for every user of bash"},
                {"brig completion fish > ~/.config/fish/completions/brig.fish",
                 "for oneself, with fish"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "SHELL",
                    .help = "which shell",
                    .choices = {"bash", "zsh", "fish"},
                    .required = true,
                    .target = &shell_});
  }
  Result<Exit> Run(const Session& session) override {
    const Commands commands = AllCommands();
    const std::string script = shell_ == "fish"  ? FishCompletion(commands)
                               : shell_ == "zsh" ? ZshCompletion(commands)
                                                 : BashCompletion(commands);
    fmt::print(session.out, "{}", script);
    return Exit::kFine;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletion() { return std::make_unique<Completion>(); }

}  // namespace brig::cli
