// SPDX-License-Identifier: Apache-2.0
// `brig rules coverage`: MITRE ATT&CK for Containers, and what covers each technique.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/rule_files.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

struct Technique {
  std::string_view tactic, id, name;
  std::string_view invariants;  // those that keep it from succeeding, or see it
};

// The Containers matrix of MITRE ATT&CK Enterprise, version 15. Which invariants:
// docs/techniques.md.
constexpr Technique kMatrix[] = {
    {"Initial Access", "T1190", "Exploit Public-Facing Application", ""},
    {"Initial Access", "T1133", "External Remote Services", ""},
    {"Initial Access", "T1078", "Valid Accounts", ""},
    {"Execution", "T1609", "Container Administration Command", "I7"},
    {"Execution", "T1610", "Deploy Container", "I7 I11"},
    {"Execution", "T1053", "Scheduled Task/Job", "I1"},
    {"Execution", "T1204", "User Execution", ""},
    {"Persistence", "T1098", "Account Manipulation", "I1"},
    {"Persistence", "T1136", "Create Account", "I1"},
    {"Persistence", "T1543", "Create or Modify System Process", "I1"},
    {"Persistence", "T1525", "Implant Internal Image", "I7"},
    {"Privilege Escalation", "T1611", "Escape to Host", "I1 I2 I3 I4 I5 I6 I7"},
    {"Privilege Escalation", "T1068", "Exploitation for Privilege Escalation", "I4"},
    {"Defense Evasion", "T1612", "Build Image on Host", "I7"},
    {"Defense Evasion", "T1562", "Impair Defenses", "I6 I12"},
    {"Defense Evasion", "T1070", "Indicator Removal", "I1"},
    {"Defense Evasion", "T1036", "Masquerading", ""},
    {"Defense Evasion", "T1550", "Use Alternate Authentication Material", ""},
    {"Credential Access", "T1110", "Brute Force", ""},
    {"Credential Access", "T1552", "Unsecured Credentials", "I1 I7"},
    {"Credential Access", "T1528", "Steal Application Access Token", ""},
    {"Discovery", "T1613", "Container and Resource Discovery", "I7"},
    {"Discovery", "T1046", "Network Service Discovery", ""},
    {"Discovery", "T1069", "Permission Groups Discovery", ""},
    {"Impact", "T1485", "Data Destruction", "I1"},
    {"Impact", "T1499", "Endpoint Denial of Service", ""},
    {"Impact", "T1490", "Inhibit System Recovery", "I1"},
    {"Impact", "T1498", "Network Denial of Service", ""},
    {"Impact", "T1496", "Resource Hijacking", ""}};

class RulesCoverage final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "rules coverage",
            .summary = "MITRE ATT&CK for Containers, and what covers each technique",
            .details =
                "Shows each technique of the Containers matrix with the invariants that keep it "
                "from reaching the host and the enabled rules whose tags name it (sub-techniques "
                "count). What nothing covers is said so.",
            .examples = {{"brig rules coverage /etc/brig/rules", "with the rules of this host"},
                         {"brig rules coverage --json falco_rules.yaml", "for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "FILE",
                    .help = "rule files, or directories of such",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &paths_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::vector<std::string> paths_;
};

// T1059 covers T1059.004; a rule may carry several.
bool Names(const rules::Rule& rule, std::string_view technique) {
  return std::ranges::any_of(rule.tags, [&](const std::string& tag) {
    return tag == technique || (tag.starts_with(technique) && tag.size() > technique.size() &&
                                tag[technique.size()] == '.');
  });
}

Result<Exit> RulesCoverage::Run(const Session& session) {
  BRIG_ASSIGN(const rules::RuleBook book, ReadSoundRules(paths_));
  Table table({{.title = "TACTIC", .width_min = 12},
               {.title = "TECHNIQUE", .wrap = true, .width_min = 24},
               {.title = "INVARIANTS", .width_min = 10},
               {.title = "RULES", .wrap = true, .width_min = 24}});
  for (const Technique& technique : kMatrix) {
    std::vector<std::string> names;
    for (const rules::Rule& rule : book.rules)
      if (rule.enabled && Names(rule, technique.id)) names.push_back(Safe(rule.name));
    if (session.globals.json) {
      const nlohmann::ordered_json json = {{"tactic", technique.tactic},
                                           {"technique", technique.id},
                                           {"name", technique.name},
                                           {"invariants", technique.invariants},
                                           {"rules", names}};
      fmt::print(session.out, "{}\n", json.dump());
      continue;
    }
    const bool covered = !names.empty() || !technique.invariants.empty();
    table.Add({{std::string(technique.tactic), Style::kDim},
               {fmt::format("{} {}", technique.id, technique.name)},
               {std::string(technique.invariants), Style::kGood},
               {covered ? fmt::format("{}", fmt::join(names, "; ")) : std::string("nothing"),
                covered ? Style::kPlain : Style::kWarning}});
  }
  if (!table.empty()) fmt::print(session.out, "{}", table.Render(session.width, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeRulesCoverage() { return std::make_unique<RulesCoverage>(); }

}  // namespace brig::cli
