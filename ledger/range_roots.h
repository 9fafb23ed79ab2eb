// SPDX-License-Identifier: Apache-2.0
// The hashes that proofs are made of, taken while the leaves go by once, in order: any number of
// proofs at the cost of one tree, and memory that does not grow with the log. Leaves before a known
// tree need not go by. Not thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ledger/tree.h"

namespace brig::ledger {

class RangeRoots {
 public:
  // The first leaf to go by is the one at before.size(). The ranges may be those of many proofs.
  // kInvalid when one is not made of whole subtrees, or of such that `before` has swallowed: those
  // of a proof fit every `before` that is not larger than what the proof is about (the entry's
  // index, the old size).
  [[nodiscard]] static Result<RangeRoots> Make(const Tree& before,
                                               const std::vector<Range>& ranges);
  void Add(const Digest& leaf);
  // One for each range, in the order in which they were given. kInvalid when leaves are missing.
  [[nodiscard]] Result<std::vector<Digest>> Roots() const;

 private:
  [[nodiscard]] Result<Digest> RootOf(const Range& range) const;
  void Note(unsigned height, const Digest& hash);

  std::vector<Range> ranges_;
  // The subtrees wanted: by begin and height.
  std::map<std::pair<std::uint64_t, unsigned>, std::optional<Digest>> nodes_;
  // The tree so far, as in Tree.
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

}  // namespace brig::ledger
