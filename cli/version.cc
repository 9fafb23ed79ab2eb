// SPDX-License-Identifier: Apache-2.0
// `brig version`.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/json_reader.h"

namespace brig::cli {
namespace {

class VersionCommand final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "version",
            .summary = "print brig's version",
            .details = "The version of this command. That of the agent is in `brig status`.",
            .examples = {{"brig version", "for people"}, {"brig version --json", "for programs"}}};
  }
  Result<Exit> Run(const Session& session) override {
    if (session.globals.json)
      fmt::print(session.out, "{{\"version\":{}}}\n", JsonQuoted(Version()));
    else
      fmt::print(session.out, "brig {}\n", Version());
    return Exit::kFine;
  }
};

}  // namespace

std::string_view Version() { return BRIG_VERSION; }

std::unique_ptr<Command> MakeVersion() { return std::make_unique<VersionCommand>(); }

}  // namespace brig::cli
