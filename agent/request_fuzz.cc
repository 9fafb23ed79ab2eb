// SPDX-License-Identifier: Apache-2.0
// Whatever a client may send as its one line.
#include "agent/request.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)brig::agent::ParseRequest({reinterpret_cast<const char*>(data), size});
  return 0;
}
