// SPDX-License-Identifier: Apache-2.0
// The event loop of the live view: brigd's socket, its log when we started it, the keyboard,
// signals and a clock. With a terminal it draws, without one it prints lines. Not thread safe.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "base/unique_fd.h"
#include "cli/agent_process.h"
#include "cli/command.h"
#include "cli/filter.h"
#include "cli/live_model.h"
#include "cli/live_records.h"
#include "cli/screen.h"

namespace brig::cli {

class LiveLoop {
 public:
  // `agent` may be null: brigd belongs to somebody else. `plain`: lines, no screen. Both must
  // outlive the loop.
  LiveLoop(const Session& session, AgentProcess* agent, bool plain);
  // Until a person or a signal ends it, or brigd does. Stops `agent` in order.
  [[nodiscard]] Result<Exit> Run();

 private:
  [[nodiscard]] Result<> Prepare();
  void Wait();
  // What came from where Wait saw it. True: it is time to go.
  bool HandleSignals();
  bool HandleKeys();
  void HandleLog();
  void HandleRecords();
  // Once a second: connects again if need be, asks how brigd fares.
  void Refresh();
  void SetTrouble(const std::string& trouble);
  [[nodiscard]] Result<> Connect();
  void Draw();
  void PrintRecord(const Record& record);
  [[nodiscard]] Result<Exit> Leave(bool agent_ended);

  const Session& session_;
  AgentProcess* agent_;
  bool plain_;
  bool announced_ = false;  // plain: brigd's first answer has been printed
  bool log_open_;
  bool idle_ = false;  // nothing came for a while
  std::optional<Screen> screen_;
  UniqueFd signals_;
  std::optional<LiveRecords> live_;
  ContainerNames names_;
  LiveModel model_;
  std::int64_t refreshed_boot_ns_ = 0;
};

}  // namespace brig::cli
