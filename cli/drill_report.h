// SPDX-License-Identifier: Apache-2.0
// What `brig drill` shows: the catalogue, how far it is, what came of it. Not thread safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "drill/runner.h"

namespace brig::cli {

void PrintCatalogue(const Session& session, const std::vector<const drill::Technique*>& techniques);

// A line for each technique; then what was missed, and why; then the sum. Nothing with --json.
void PrintOutcomes(const Session& session, const std::vector<drill::Outcome>& outcomes);

// "97 techniques: 90 refused, 3 recorded, 4 missed (mounts.root-read, ...)"
std::string SumOf(const std::vector<drill::Outcome>& outcomes);

std::string ToJson(const drill::Outcome& outcome);

// A line at the bottom of a terminal; with --json an object a line, as soon as it is known.
class ProgressBar {
 public:
  ProgressBar(const Session& session, std::size_t total) : session_(session), total_(total) {}
  void Add(const drill::Outcome& outcome);
  void Clear();

 private:
  const Session& session_;
  std::size_t total_, done_ = 0, missed_ = 0;
};

}  // namespace brig::cli
