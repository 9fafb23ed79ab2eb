// SPDX-License-Identifier: Apache-2.0
// A proof from anywhere: whatever is accepted has one spelling, and is judged without trouble.
#include "ledger/proof.h"

using namespace brig;
using namespace brig::ledger;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const VerifierKey key{"node-1.example/log",
                        SigningKey::FromSeed(Bytes(32, std::byte{7}))->public_key()};
  if (const auto proof = ParseTlogProof(text)) {
    BRIG_CHECK(FormatTlogProof(*proof) == text);
    (void)CheckEntry(*proof, proof->extra, key);
  }
  if (const auto extension = ParseExtension(text)) {
    BRIG_CHECK(FormatExtension(*extension) == text);
    (void)CheckExtension(*extension, {key.name, extension->old_size, {}, {}}, key);
  }
  if (const auto evidence = ParseEvidence(text)) BRIG_CHECK(FormatEvidence(*evidence) == text);
  return 0;
}
