// SPDX-License-Identifier: Apache-2.0
// A checkpoint and a record of the file `checkpoints`: whatever is accepted has one spelling.
#include "ledger/checkpoint.h"
#include "ledger/checkpoint_store.h"

using namespace brig;
using namespace brig::ledger;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto body = ParseBody(text)) BRIG_CHECK(FormatBody(*body) == text);
  (void)ReadCheckpoint(text);
  if (const auto record = ParseRecord(text)) {
    BRIG_CHECK(record->bytes <= size);
    BRIG_CHECK(FormatRecord(record->stored) == text.substr(0, record->bytes));
  }
  return 0;
}
