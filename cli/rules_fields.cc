// SPDX-License-Identifier: Apache-2.0
// `brig rules fields`: what rules can ask, and how true it is here.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/table.h"
#include "rules/fields/field.h"

namespace brig::cli {
namespace {

class RulesFields final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "rules fields",
            .summary = "the fields that rules can ask, and how true each is here",
            .details =
                "Lists every field: its type, what it is, an example, and whether brig knows it "
                "exactly, where it can (best effort) or never (unsupported), with the reason. "
                "Fields of brig's own begin with brig.",
            .examples = {{"brig rules fields proc.", "those that begin so"},
                         {"brig rules fields --json", "all, for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "PREFIX", .help = "only fields that begin so", .target = &prefix_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string prefix_;
};

Style StyleOf(rules::Fidelity fidelity) {
  switch (fidelity) {
    case rules::Fidelity::kExact: return Style::kGood;
    case rules::Fidelity::kBestEffort: return Style::kWarning;
    case rules::Fidelity::kUnsupported: break;
  }
  return Style::kDim;
}

std::string NameWords(const rules::Field& field) {
  std::string name(field.name);
  if (field.argument == rules::ArgumentUse::kRequired) name += "[X]";
  if (field.argument == rules::ArgumentUse::kOptional) name += "[[X]]";
  return name;
}

Result<Exit> RulesFields::Run(const Session& session) {
  Table table({{.title = "FIELD", .width_min = 20},
               {.title = "TYPE", .width_min = 6},
               {.title = "HERE", .width_min = 11},
               {.title = "WHAT", .wrap = true, .width_min = 24},
               {.title = "EXAMPLE", .wrap = true, .width_min = 16}});
  for (const rules::Field& field : rules::AllFields()) {
    if (!field.name.starts_with(prefix_)) continue;
    if (session.globals.json) {
      const nlohmann::ordered_json json = {
          {"name", field.name},
          {"argument", field.argument != rules::ArgumentUse::kNone},
          {"type", rules::NameOf(field.type)},
          {"here", rules::NameOf(field.fidelity)},
          {"description", field.description},
          {"reason", field.reason},
          {"example", field.example}};
      fmt::print(session.out, "{}\n", json.dump());
      continue;
    }
    std::string what(field.description);
    if (!field.reason.empty()) what += fmt::format(" ({})", field.reason);
    table.Add({{NameWords(field), Style::kBold},
               {std::string(rules::NameOf(field.type))},
               {std::string(rules::NameOf(field.fidelity)), StyleOf(field.fidelity)},
               {std::move(what)},
               {std::string(field.example)}});
  }
  if (!table.empty()) fmt::print(session.out, "{}", table.Render(session.width, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeRulesFields() { return std::make_unique<RulesFields>(); }

}  // namespace brig::cli
