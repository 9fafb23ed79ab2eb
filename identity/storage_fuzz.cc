// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a list is refused, or has the container or not.
#include "identity/storage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = brig::identity::FindStored(
      text, "cbd70f6ea82948be7bdc768663f0a55438d44b284a779e5308e0b0c9f28cec52");
  if (found && *found) BRIG_CHECK(text.find("cbd70f6e") != std::string_view::npos);
  const std::string storage = brig::identity::StorageOf(text, "abc");
  BRIG_CHECK(storage.empty() || text.starts_with(storage));
  return 0;
}
