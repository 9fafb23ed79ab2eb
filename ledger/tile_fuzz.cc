// SPDX-License-Identifier: Apache-2.0
// A tile or bundle from anywhere; the first byte is its width. What is accepted has one spelling.
#include "ledger/tile.h"

#include <algorithm>

using namespace brig;
using namespace brig::ledger;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint64_t width = data[0];
  const ByteView bytes = std::as_bytes(std::span(data, size)).subspan(1);
  if (const auto hashes = DecodeTile(bytes, width)) {
    const Bytes again = EncodeTile(*hashes);
    BRIG_CHECK(std::ranges::equal(again, bytes));
  }
  if (const auto entries = DecodeBundle(bytes, width)) {
    Bytes again;
    for (const ByteView entry : *entries) AppendToBundle(again, entry);
    BRIG_CHECK(std::ranges::equal(again, bytes));
  }
  return 0;
}
