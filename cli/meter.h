// SPDX-License-Identifier: Apache-2.0
// The protection meter, invariant by layer, as `brig status` and the live view show it. Thread safe
// (no state).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/table.h"
#include "model/status.h"

namespace brig::cli {

inline constexpr std::array kLayers = {Layer::kGuard, Layer::kCage, Layer::kLeash, Layer::kEye};
// "refuses in the kernel" ...: what a layer gives, for people.
std::string_view MeaningOf(Layer layer);

// The cell for an invariant and a layer; absent when the status has none.
Protection CellOf(const Status& status, Invariant invariant, Layer layer);
InvariantMode ModeOfInvariant(const Status& status, Invariant invariant);
// "● ", "◐", "○" in its colour.
Cell SymbolOf(LayerState state);
Cell CellFor(Mode mode);

// A reason why something is not fully held, with all the places it holds for.
struct Gap {
  Layer layer = Layer::kGuard;
  std::string invariants;  // "I1-I7", "I2, I4"
  LayerState state = LayerState::kAbsent;
  std::string reason;
};
std::vector<Gap> GapsOf(const Status& status);
// {1,2,3,5} as "I1-I3, I5".
std::string RangesOf(const std::vector<Invariant>& invariants);

// "12s ago": when the guard was last seen to refuse an act that breaks the invariant. "no" when it
// let the last one pass, "-" where none is tried.
Cell ProofCell(const Status& status, Invariant invariant, std::int64_t wall_ns);

// `wall_ns` is now. Where the guard proves itself there is a column for it.
Table MeterTable(const Status& status, std::int64_t wall_ns);

}  // namespace brig::cli
