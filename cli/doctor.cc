// SPDX-License-Identifier: Apache-2.0
// `brig doctor`: what this host offers, what is missing, how to get it.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/host.h"
#include "cli/json_reader.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

class Doctor final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "doctor",
        .summary = "what this host offers to brig, what is missing, how to get it",
        .details =
            "Looks at the kernel, tries which kernel programs it accepts (and lets them go at "
            "once), and "
            "finds container engines. Changes nothing. Exit 1 when something is missing that brigd "
            "cannot do without.",
        .examples = {{"brig doctor", "before the first `brig up`"},
                     {"brig doctor --json | jq 'select(.health != \"ok\")'",
                      "what is not well, for a program"}}};
  }
  Result<Exit> Run(const Session& session) override;
};

Cell SymbolFor(Health health) {
  switch (health) {
    case Health::kOk: return {"●", Style::kGood};
    case Health::kDegraded: return {"◐", Style::kWarning};
    case Health::kMissing: break;
  }
  return {"○", Style::kCritical};
}

void Print(const Session& session, std::string_view title, const std::vector<Check>& checks) {
  if (session.globals.json) {
    for (const Check& check : checks)
      fmt::print(session.out, "{{\"check\":{},\"health\":{},\"found\":{},\"advice\":{}}}\n",
                 JsonQuoted(check.name), JsonQuoted(NameOf(check.health)), JsonQuoted(check.found),
                 JsonQuoted(check.advice));
    return;
  }
  fmt::print(session.out, "{}\n", Paint(title, Style::kBold, session.color));
  Table table({{.title = "", .width_min = 1},
               {.title = "", .width_min = 19},
               {.title = "", .wrap = true, .width_min = 20}});
  for (const Check& check : checks) {
    const Cell symbol = SymbolFor(check.health);
    table.Add({{"  " + symbol.text, symbol.style}, {check.name}, {check.found}});
    if (!check.advice.empty()) table.Add({{""}, {""}, {"→ " + check.advice, symbol.style}});
  }
  fmt::print(session.out, "{}\n", table.Render(session.width, session.color));
}

Result<Exit> Doctor::Run(const Session& session) {
  const HostPlaces places{"", session.globals.state, session.globals.run};
  std::vector<Check> all;
  const auto show = [&](std::string_view title, std::vector<Check> checks) {
    Print(session, title, checks);
    all.insert(all.end(), checks.begin(), checks.end());
  };
  show("Kernel", CheckKernel(places));
  show("Kernel programs, tried", CheckPrograms());
  show("Containers", CheckContainers(places));
  show("brig", CheckSelf(places));
  const auto count = [&](Health health) {
    return std::count_if(all.begin(), all.end(),
                         [&](const Check& c) { return c.health == health; });
  };
  const auto missing = count(Health::kMissing);
  if (!session.globals.json) {
    if (missing > 0)
      fmt::print(session.out, "{}\n",
                 Paint(fmt::format("brigd cannot work here yet: {} missing", missing),
                       Style::kCritical, session.color));
    else
      fmt::print(
          session.out, "{}\n",
          Paint(fmt::format("brigd can work here{}",
                            count(Health::kDegraded) > 0 ? ", with what ◐ says left out" : ""),
                Style::kGood, session.color));
  }
  return missing > 0 ? Exit::kNo : Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeDoctor() { return std::make_unique<Doctor>(); }

}  // namespace brig::cli
