// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

namespace brig::cli {

std::vector<std::unique_ptr<Command>> AllCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(MakeUp());
  commands.push_back(MakeTop());
  commands.push_back(MakeStatus());
  commands.push_back(MakeContainers());
  commands.push_back(MakePs());
  commands.push_back(MakeEvents());
  commands.push_back(MakeFindings());
  commands.push_back(MakeExplain());
  commands.push_back(MakeGraph());
  commands.push_back(MakeEvidence());
  commands.push_back(MakeSessions());
  commands.push_back(MakeSession());
  commands.push_back(MakeWho());
  commands.push_back(MakePolicyCheck());
  commands.push_back(MakePolicyExplain());
  commands.push_back(MakeRulesCheck());
  commands.push_back(MakeRulesList());
  commands.push_back(MakeRulesFields());
  commands.push_back(MakeRulesExplain());
  commands.push_back(MakeRulesTest());
  commands.push_back(MakeRulesCoverage());
  commands.push_back(MakeLedgerVerify());
  commands.push_back(MakeLedgerShow());
  commands.push_back(MakeLedgerProve());
  commands.push_back(MakeLedgerConsistency());
  commands.push_back(MakeLedgerCheck());
  commands.push_back(MakeLedgerTiles());
  commands.push_back(MakeLedgerWitness());
  commands.push_back(MakeWitness());
  commands.push_back(MakeDrill());
  commands.push_back(MakeDoctor());
  commands.push_back(MakeCompletion());
  commands.push_back(MakeHelp());
  commands.push_back(MakeVersion());
  commands.push_back(MakeMan());
  return commands;
}

}  // namespace brig::cli
