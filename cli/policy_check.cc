// SPDX-License-Identifier: Apache-2.0
// `brig policy check`: is this policy file understood, and is it meant so?
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/text.h"
#include "policy/file.h"
#include "policy/parser.h"

namespace brig::cli {
namespace {

class PolicyCheck final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "policy check",
            .summary = "say whether a policy file is understood, and where not",
            .details =
                "Reads a policy file as brigd would and names the first thing that is wrong: file, "
                "line, column, what it is and what to write. Remarks tell of what is allowed but "
                "hardly meant. Exit 1 when the file is wrong, 2 when it cannot be read. brigd need "
                "not run, and the file need not be root's.\n"
                "\n"
                "docs/policy.md tells what a policy may say. A changed policy counts from brigd's "
                "next start on.",
            .examples = {{"brig policy check", "the file that brigd reads"},
                         {"brig policy check draft.yaml", "a draft"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "FILE",
                    .help = "default /etc/brig/brig.yaml",
                    .hint = Hint::kFile,
                    .target = &file_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string file_ = policy::kDefaultPath;
};

std::string AsLine(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Exit> PolicyCheck::Run(const Session& session) {
  const auto policy = policy::ReadPolicyFile(file_, policy::Trust::kAnybody);
  if (!policy) {
    const Error& error = policy.error();
    const bool wrong = error.code == ErrorCode::kInvalid || error.code == ErrorCode::kLimit;
    if (!wrong) return std::unexpected(error);
    if (session.globals.json)
      fmt::print(session.out, "{}\n",
                 AsLine({{"file", file_}, {"valid", false}, {"error", Safe(error.message)}}));
    else
      fmt::print(session.out, "{}\n", Paint(Safe(error.message), Style::kCritical, session.color));
    return Exit::kNo;
  }
  const std::vector<std::string> remarks = policy::RemarksOn(*policy);
  if (session.globals.json) {
    fmt::print(session.out, "{}\n",
               AsLine({{"file", file_},
                       {"valid", true},
                       {"digest", policy->digest},
                       {"clauses", policy->clauses.size()},
                       {"remarks", remarks}}));
    return Exit::kFine;
  }
  fmt::print(session.out, "{}  {}, SHA-256 {}\n", Paint("valid", Style::kGood, session.color),
             Counted(policy->clauses.size(), "clause"), policy->digest);
  for (const std::string& remark : remarks)
    fmt::print(session.out, "{}\n", Paint(Safe(remark), Style::kWarning, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakePolicyCheck() { return std::make_unique<PolicyCheck>(); }

}  // namespace brig::cli
