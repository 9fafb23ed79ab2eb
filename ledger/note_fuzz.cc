// SPDX-License-Identifier: Apache-2.0
// A note from anywhere: whatever is accepted has one spelling, and verifier keys likewise.
#include "ledger/note.h"

using namespace brig;
using namespace brig::ledger;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = ParseNote(text)) BRIG_CHECK(FormatNote(*note) == text);
  if (const auto key = ParseVerifierKey(text)) {
    BRIG_CHECK(FormatVerifierKey(*key) == text);
    BRIG_CHECK(IsKeyName(key->name));
  }
  static const VerifierKey kKey{"node-1.example/log", {}};
  (void)OpenNote(kKey, text);
  return 0;
}
