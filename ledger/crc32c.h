// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, reflected, as in RFC 3720 appendix B.4), by the processor's instruction
// where there is one. Finds accidents, not attackers: those meet the tree. Thread safe (no state).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace brig::ledger {

// Continues `crc`, the CRC of what came before (0 at the start).
std::uint32_t Crc32c(ByteView bytes, std::uint32_t crc = 0);

// The same without the instruction; for processors that lack it, and to test against.
std::uint32_t Crc32cPortable(ByteView bytes, std::uint32_t crc = 0);

}  // namespace brig::ledger
