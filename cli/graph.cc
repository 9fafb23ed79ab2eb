// SPDX-License-Identifier: Apache-2.0
// `brig graph`: a finding as a picture.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/finding_graph.h"
#include "cli/finding_search.h"

namespace brig::cli {
namespace {

constexpr std::size_t kMaxEvents = 10'000;

class Graph final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "graph",
            .summary = "a finding as a picture: who started whom, and what they touched",
            .details =
                "Prints the finding's processes, from the one that acted back to whoever started "
                "it, the container around them, the person behind them, and what they touched "
                "before, in the language of Graphviz' dot (Debian's package graphviz draws it).",
            .examples = {{"brig graph 3f9a | dot -Tsvg > 3f9a.svg", "for a browser"},
                         {"brig graph 3f9a | dot -Tpng > 3f9a.png", "for a report"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "ID",
                    .help = "the finding's id, or its start, as `brig findings` shows it",
                    .required = true,
                    .target = &id_});
  }
  Result<Exit> Run(const Session& session) override {
    const std::string ledger = session.ledger_directory();
    BRIG_ASSIGN(const FoundFinding found, FindFinding(ledger, id_));
    BRIG_ASSIGN(const auto events, EventsBefore(ledger, found.finding, kMaxEvents));
    fmt::print(session.out, "{}", DotOf(found.finding, events));
    return Exit::kFine;
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<Command> MakeGraph() { return std::make_unique<Graph>(); }

}  // namespace brig::cli
