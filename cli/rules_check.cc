// SPDX-License-Identifier: Apache-2.0
// `brig rules check`: are these rule files understood, and can their rules fire here?
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/rule_files.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

class RulesCheck final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "rules check",
        .summary = "say whether rule files are understood, and where not",
        .details =
            "Reads Falco's rule files in the order given, those of a directory in the order of "
            "their names, and says what is wrong: file, line, column and what to write "
            "instead. Errors keep rules from loading; warnings are Falco's own; notes tell "
            "which rules can never fire here, and why. Exit 1 when there are errors.\n"
            "\n"
            "docs/rule-language.md tells what rules may say; `brig rules fields` lists the "
            "fields.",
        .examples = {
            {"brig rules check falco_rules.yaml local.yaml", "a file, and what is changed in it"},
            {"brig rules check --quiet /etc/brig/rules", "in a script: errors alone"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "FILE",
                    .help = "rule files, or directories of such",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &paths_});
    flags.Option({.name = "--quiet", .help = "errors alone", .target = &quiet_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::vector<std::string> paths_;
  bool quiet_ = false;
};

std::string AsJson(const rules::RuleBook& book) {
  nlohmann::ordered_json remarks = nlohmann::ordered_json::array();
  for (const rules::Remark& remark : book.remarks)
    remarks.push_back({{"kind", rules::NameOf(remark.kind)},
                       {"file", book.set.sources.NameOf(remark.place.file)},
                       {"line", remark.place.line},
                       {"column", remark.place.column},
                       {"text", Safe(remark.text)}});
  const nlohmann::ordered_json json = {{"valid", !book.failed()},
                                       {"rules", book.rules.size()},
                                       {"macros", book.set.macros.size()},
                                       {"lists", book.set.lists.size()},
                                       {"remarks", remarks}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Exit> RulesCheck::Run(const Session& session) {
  BRIG_ASSIGN(std::vector<rules::RuleFile> files, ReadRuleFiles(paths_));
  rules::RuleBook book = rules::ReadRules(std::move(files));
  const bool failed = book.failed();
  if (quiet_)
    std::erase_if(book.remarks, [](const rules::Remark& remark) {
      return remark.kind != rules::RemarkKind::kError;
    });
  if (session.globals.json) {
    fmt::print(session.out, "{}\n", AsJson(book));
    return failed ? Exit::kNo : Exit::kFine;
  }
  fmt::print(session.out, "{}", ShowRemarks(book, session.color));
  if (quiet_ && !failed) return Exit::kFine;
  const auto enabled = std::ranges::count_if(book.rules, &rules::Rule::enabled);
  fmt::print(
      session.out, "{}  {} ({} enabled), {}, {}\n",
      Paint(failed ? "invalid" : "valid", failed ? Style::kCritical : Style::kGood, session.color),
      Counted(book.rules.size(), "rule"), enabled, Counted(book.set.macros.size(), "macro"),
      Counted(book.set.lists.size(), "list"));
  return failed ? Exit::kNo : Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeRulesCheck() { return std::make_unique<RulesCheck>(); }

}  // namespace brig::cli
