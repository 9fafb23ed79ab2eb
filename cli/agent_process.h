// SPDX-License-Identifier: Apache-2.0
// brigd as our child: found, started, its log read, stopped in order. If we die, it is asked to
// stop by the kernel. Not thread safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::cli {

// Beside this program, in ../agent or ../sbin, /usr/lib/brig or PATH.
[[nodiscard]] Result<std::string> FindAgent();

class AgentProcess {
 public:
  [[nodiscard]] static Result<AgentProcess> Start(const std::string& program,
                                                  const std::vector<std::string>& arguments);
  AgentProcess(AgentProcess&& other) noexcept;
  AgentProcess& operator=(AgentProcess&&) = delete;
  // Stops it.
  ~AgentProcess();

  // Reads what it logged; readable at `log_fd`. False once it has closed its log.
  bool ReadLog();
  [[nodiscard]] int log_fd() const { return log_.get(); }
  // The newest lines, safe to print.
  [[nodiscard]] const std::deque<std::string>& log() const { return lines_; }
  // Takes the lines that were not taken before.
  std::deque<std::string> TakeNewLines();
  // How it ended, in words, or nothing while it runs.
  std::optional<std::string> Ended();
  // Asks it to stop and waits; kills it when it has not ended in time. Gives how it ended.
  std::string Stop(std::chrono::seconds patience = std::chrono::seconds(15));

 private:
  static constexpr std::size_t kMaxLogLines = 200;
  AgentProcess(pid_t pid, UniqueFd log) : pid_(pid), log_(std::move(log)) {}
  void Reap(bool wait);

  pid_t pid_;  // 0 once it has been reaped
  int status_ = 0;
  UniqueFd log_;
  std::string partial_;
  std::deque<std::string> lines_;
  std::deque<std::string> new_lines_;
};

}  // namespace brig::cli
