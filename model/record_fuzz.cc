// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: DecodeRecord answers, and what it accepts has exactly one meaning.
#include "model/record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = brig::DecodeRecord({reinterpret_cast<const std::byte*>(data), size});
  if (record) {
    const auto again = brig::DecodeRecord(brig::EncodeRecord(*record));
    BRIG_CHECK(again && brig::ToJson(*again) == brig::ToJson(*record));
  }
  return 0;
}
