// SPDX-License-Identifier: Apache-2.0
// The list of brig's commands: each is made in the file that is named after it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace brig::cli {

// In the order in which help shows them.
std::vector<std::unique_ptr<Command>> AllCommands();

std::unique_ptr<Command> MakeUp();
std::unique_ptr<Command> MakeTop();
std::unique_ptr<Command> MakeStatus();
std::unique_ptr<Command> MakeContainers();
std::unique_ptr<Command> MakePs();
std::unique_ptr<Command> MakeEvents();
std::unique_ptr<Command> MakeFindings();
std::unique_ptr<Command> MakeExplain();
std::unique_ptr<Command> MakeGraph();
std::unique_ptr<Command> MakeEvidence();
std::unique_ptr<Command> MakeSessions();
std::unique_ptr<Command> MakeSession();
std::unique_ptr<Command> MakeWho();
std::unique_ptr<Command> MakePolicyCheck();
std::unique_ptr<Command> MakePolicyExplain();
std::unique_ptr<Command> MakeRulesCheck();
std::unique_ptr<Command> MakeRulesList();
std::unique_ptr<Command> MakeRulesFields();
std::unique_ptr<Command> MakeRulesExplain();
std::unique_ptr<Command> MakeRulesTest();
std::unique_ptr<Command> MakeRulesCoverage();
std::unique_ptr<Command> MakeLedgerVerify();
std::unique_ptr<Command> MakeLedgerShow();
std::unique_ptr<Command> MakeLedgerProve();
std::unique_ptr<Command> MakeLedgerConsistency();
std::unique_ptr<Command> MakeLedgerCheck();
std::unique_ptr<Command> MakeLedgerTiles();
std::unique_ptr<Command> MakeLedgerWitness();
std::unique_ptr<Command> MakeWitness();
std::unique_ptr<Command> MakeDrill();
std::unique_ptr<Command> MakeDoctor();
std::unique_ptr<Command> MakeCompletion();
std::unique_ptr<Command> MakeHelp();
std::unique_ptr<Command> MakeVersion();
std::unique_ptr<Command> MakeMan();

// "0.1.0"
std::string_view Version();

}  // namespace brig::cli
