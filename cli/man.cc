// SPDX-License-Identifier: Apache-2.0
// `brig man`: the manual page in roff, for the build that installs it.
#include <fmt/format.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/manual.h"

namespace brig::cli {
namespace {

class Man final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "man",
            .summary = "print the manual page in roff",
            .details = "Prints brig(1), for packages.",
            .examples = {{"brig man > brig.1", "what the build does"},
                         {"brig man | man -l -", "read it"}},
            .hidden = true};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--date",
                  .value_name = "YYYY-MM-DD",
                  .help = "the date of the page (default today)",
                  .target = &date_});
  }
  Result<Exit> Run(const Session& session) override {
    if (date_.empty()) date_ = FormatTime(SystemClock().WallNs()).substr(0, 10);
    fmt::print(session.out, "{}", ManualPage(AllCommands(), std::string(Version()), date_));
    return Exit::kFine;
  }

 private:
  std::string date_;
};

}  // namespace

std::unique_ptr<Command> MakeMan() { return std::make_unique<Man>(); }

}  // namespace brig::cli
