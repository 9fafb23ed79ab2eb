// SPDX-License-Identifier: Apache-2.0
// `brig rules test`: do the rules fire for the events that they are meant for?
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/rule_files.h"
#include "cli/text.h"
#include "rules/language/yaml.h"
#include "rules/match/matcher.h"
#include "rules/rule_test_file.h"

namespace brig::cli {
namespace {

class RulesTest final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "rules test",
            .summary = "run example events against rules: which must fire, which must not",
            .details =
                "Reads a file of examples, each an event and the names of the rules that must fire "
                "for it, and says where rules and examples disagree. Exit 1 when they do. brigd "
                "need not run. docs/rule-language.md has the format.",
            .examples = {{"brig rules test tests.yaml /etc/brig/rules", "all examples of a file"},
                         {"brig rules test local_test.yaml falco_rules.yaml local.yaml",
                          "with what a local file changes"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "TESTS",
                    .help = "the file of examples",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &tests_});
    flags.Argument({.name = "FILE",
                    .help = "rule files, or directories of such",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &paths_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string tests_;
  std::vector<std::string> paths_;
};

std::string Names(const std::vector<std::string>& names) {
  return names.empty() ? "none" : Safe(fmt::format("{}", fmt::join(names, ", ")));
}

Result<Exit> RulesTest::Run(const Session& session) {
  BRIG_ASSIGN(rules::RuleBook book, ReadSoundRules(paths_));
  BRIG_ASSIGN(std::string text, ReadFile(tests_, rules::kMaxFileBytes));
  rules::Sources sources;
  const std::uint32_t file = sources.Add(tests_, std::move(text));
  auto read = rules::ReadRuleTests(sources, file);
  if (const auto* error = std::get_if<rules::Remark>(&read))
    return Fail(ErrorCode::kInvalid,
                fmt::format("{}: {}", sources.Words(error->place), error->text));
  BRIG_ASSIGN(const auto program, rules::Program::Compile(std::move(book.rules)));
  rules::Matcher matcher(program);
  std::size_t failed = 0;
  const auto& tests = std::get<std::vector<rules::RuleTest>>(read);
  for (const rules::RuleTest& test : tests) {
    std::vector<std::string> fired;
    for (const std::uint32_t rule : matcher.Match(rules::View(test.event, test.subject)))
      fired.push_back(program->rules()[rule].name);
    std::vector<std::string> wanted = test.fires;
    std::ranges::sort(wanted);
    std::ranges::sort(fired);
    if (fired == wanted) continue;
    ++failed;
    fmt::print(session.out, "{}: {}: {} fired, {} should\n", sources.Words(test.place),
               Paint(Safe(test.name), Style::kCritical, session.color), Names(fired),
               Names(wanted));
  }
  fmt::print(session.out, "{}  {}, {} failed\n",
             Paint(failed == 0 ? "passed" : "failed", failed == 0 ? Style::kGood : Style::kCritical,
                   session.color),
             Counted(tests.size(), "test"), failed);
  return failed == 0 ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeRulesTest() { return std::make_unique<RulesTest>(); }

}  // namespace brig::cli
