// SPDX-License-Identifier: Apache-2.0
// `brig rules list`: what these rule files look for.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/rule_files.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

class RulesList final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "rules list",
            .summary = "the rules of rule files, and how grave each is",
            .details =
                "Lists every rule in the order in which they are judged: priority, whether "
                "it is enabled, the MITRE ATT&CK technique of its tags, its name.",
            .examples = {{"brig rules list /etc/brig/rules", "all rules of a directory"},
                         {"brig rules list --tag T1611 falco_rules.yaml", "those about escapes"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "FILE",
                    .help = "rule files, or directories of such",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &paths_});
    flags.Option({.name = "--tag",
                  .value_name = "TAG",
                  .help = "only rules with that tag",
                  .target = &tag_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::vector<std::string> paths_;
  std::string tag_;
};

Result<Exit> RulesList::Run(const Session& session) {
  BRIG_ASSIGN(const rules::RuleBook book, ReadSoundRules(paths_));
  Table table({{.title = "PRIORITY", .width_min = 8},
               {.title = "", .width_min = 3},
               {.title = "TECHNIQUE", .width_min = 9},
               {.title = "RULE", .wrap = true, .width_min = 24}});
  for (const rules::Rule& rule : book.rules) {
    if (!tag_.empty() && std::ranges::find(rule.tags, tag_) == rule.tags.end()) continue;
    if (session.globals.json) {
      const nlohmann::ordered_json json = {{"rule", Safe(rule.name)},
                                           {"priority", rules::NameOf(rule.priority)},
                                           {"enabled", rule.enabled},
                                           {"tags", rule.tags},
                                           {"description", Safe(rule.description)},
                                           {"place", book.set.sources.Words(rule.place)}};
      fmt::print(session.out, "{}\n",
                 json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      continue;
    }
    table.Add({{std::string(rules::NameOf(rule.priority)), StyleOf(rule.severity)},
               {rule.enabled ? "on" : "off", rule.enabled ? Style::kPlain : Style::kDim},
               {Safe(rule.technique)},
               {Safe(rule.name), Style::kBold}});
  }
  if (!table.empty()) fmt::print(session.out, "{}", table.Render(session.width, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeRulesList() { return std::make_unique<RulesList>(); }

}  // namespace brig::cli
