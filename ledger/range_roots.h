// SPDX-License-Identifier: Apache-2.0
// The hashes that a proof is made of, taken while the leaves go by once, in order: memory does not
// grow with the log. Leaves before a known tree need not go by. Not thread safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ledger/tree.h"

namespace brig::ledger {

class RangeRoots {
 public:
  // The first leaf to go by is the one at before.size(). kInvalid when `ranges` overlap, or one
  // begins where no peak of `before` does: those of a proof fit every `before` that is not larger
  // than what the proof is about (the entry's index, the old size).
  [[nodiscard]] static Result<RangeRoots> Make(const Tree& before,
                                               const std::vector<Range>& ranges);
  void Add(const Digest& leaf);
  // One for each range, in the order in which they were given. kInvalid when leaves are missing.
  [[nodiscard]] Result<std::vector<Digest>> Roots() const;

 private:
  struct Part {
    Range range;
    std::size_t place = 0;  // in the order given
    Tree tree;              // of its leaves so far
  };
  std::vector<Part> parts_;  // ascending
  std::size_t current_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace brig::ledger
