// SPDX-License-Identifier: Apache-2.0
// Whatever the kernel's bytes: Decode answers, and what it accepts can be stored and read back.
#include "model/record.h"
#include "sensor/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = brig::sensor::Decode({reinterpret_cast<const std::byte*>(data), size});
  if (event) BRIG_CHECK(brig::DecodeRecord(brig::EncodeRecord(*event)).has_value());
  return 0;
}
