// SPDX-License-Identifier: Apache-2.0
// `brig rules explain`: how a rule is decided.
#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/rule_files.h"
#include "cli/text.h"
#include "rules/match/program.h"

namespace brig::cli {
namespace {

class RulesExplain final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "rules explain",
            .summary = "how a rule is decided: which events, which checks, in which order",
            .details =
                "Shows a rule as the engine runs it: the kinds of events that it can hold for, and "
                "for each the checks, with where the answer yes and the answer no lead. Macros and "
                "lists are filled in; what cannot be is folded away.",
            .examples = {{"brig rules explain \"Clear Log Activities\" falco_rules.yaml",
                          "one rule of a file"},
                         {"brig rules explain \"My rule\" falco_rules.yaml local.yaml",
                          "with what a local file changes"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "RULE", .help = "its name", .required = true, .target = &rule_});
    flags.Argument({.name = "FILE",
                    .help = "rule files, or directories of such",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &paths_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string rule_;
  std::vector<std::string> paths_;
};

Result<Exit> RulesExplain::Run(const Session& session) {
  BRIG_ASSIGN(rules::RuleBook book, ReadSoundRules(paths_));
  const auto found = std::ranges::find(book.rules, rule_, &rules::Rule::name);
  if (found == book.rules.end()) {
    std::vector<std::string_view> names;
    for (const rules::Rule& rule : book.rules) names.push_back(rule.name);
    const std::string_view nearest = Nearest(rule_, names);
    return Fail(ErrorCode::kNotFound,
                fmt::format("no rule \"{}\": {}", rule_,
                            nearest.empty() ? std::string("`brig rules list` has them all")
                                            : fmt::format("did you mean \"{}\"?", nearest)));
  }
  rules::Rule rule = *found;
  rule.enabled = true;
  fmt::print(session.out, "{}\n{}, {}, {}\n\n{}\n\n",
             Paint(Safe(rule.name), Style::kTitle, session.color),
             book.set.sources.Words(rule.place), rules::NameOf(rule.priority),
             found->enabled ? "enabled" : "not enabled", Safe(rule.description));
  BRIG_ASSIGN(const auto program, rules::Program::Compile({std::move(rule)}));
  fmt::print(session.out, "{}", program->Explain(0));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeRulesExplain() { return std::make_unique<RulesExplain>(); }

}  // namespace brig::cli
