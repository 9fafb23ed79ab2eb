// SPDX-License-Identifier: Apache-2.0
// A program that the drill has started: its input is a pipe of ours, so that it ends when the drill
// does; its output goes to a file. Not thread safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::drill {

using Milliseconds = std::chrono::milliseconds;

class Child {
 public:
  struct Options {
    std::vector<std::string> words;
    std::string output;          // file for stdout and stderr, made new
    std::string directory = {};  // where it works; empty: where we do
    int keep = -1;               // a descriptor that becomes its number 3
  };

  [[nodiscard]] static Result<Child> Start(const Options& options);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Kills and waits.
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string Output() const;
  // Waits until the output has that word, or the program has ended.
  [[nodiscard]] Result<> WaitForOutput(std::string_view word, Milliseconds patience);
  // A line to its input; whether it still takes one.
  bool Say(std::string_view line);
  void CloseInput() { input_.Reset(); }
  // Its status once it has ended: 0..255, 128 and the signal's number when killed.
  [[nodiscard]] std::optional<int> Ended();
  // The same, awaited; nothing when it still runs.
  [[nodiscard]] std::optional<int> Wait(Milliseconds patience);

 private:
  Child(pid_t pid, UniqueFd input, std::string output)
      : pid_(pid), input_(std::move(input)), output_(std::move(output)) {}

  pid_t pid_ = -1;
  UniqueFd input_;
  std::string output_;
  std::optional<int> status_;
};

// Between two looks at something that is to happen.
void Pause();

}  // namespace brig::drill
