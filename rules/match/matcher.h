// SPDX-License-Identifier: Apache-2.0
// Runs a program over events. All memory is there beforehand: an event costs none, but where a
// field builds a text longer than any before, and in patterns with `!(...)`. Not thread safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rules/match/program.h"

namespace brig::rules {

class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const Program> program);

  // The rules that hold for the event, as indexes into Program::rules, in their order; only the
  // first of them when `first_only`, as Falco does unless told otherwise. Good until the next call.
  std::span<const std::uint32_t> Match(const View& view, bool first_only = false);

  [[nodiscard]] const Program& program() const { return *program_; }

 private:
  struct Slot {
    Values values;
    std::uint64_t hash = 0;
    std::uint32_t taken = 0, hashed = 0;  // in which turn
  };
  // Answers of this turn: turn * 2 + answer.
  using Memory = std::vector<std::uint32_t>;

  void NextTurn();
  void Try(const Program::Kind& kind, std::uint32_t entry);
  bool Run(std::uint32_t start);
  bool Answer(std::uint32_t test);
  bool Ask(const Test& test);
  const Values& Take(std::uint32_t slot);
  std::uint64_t HashOfSlot(std::uint32_t slot);
  bool CellHolds(const Test& test, const Cell& cell, std::uint32_t slot, bool alone);
  bool PairHolds(const Test& test, const Cell& left, const Cell& right);

  std::shared_ptr<const Program> program_;
  const View* view_ = nullptr;
  std::uint32_t turn_ = 0;
  std::vector<Slot> slots_;
  Memory tests_, parts_;
  std::vector<std::uint32_t> tried_;  // by rule: in which turn
  std::vector<std::uint32_t> found_;
  std::vector<const Values*> inputs_;
};

}  // namespace brig::rules
