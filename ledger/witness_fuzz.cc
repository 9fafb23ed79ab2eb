// SPDX-License-Identifier: Apache-2.0
// A policy, and the answer of a witness, from anywhere. (What a witness is sent: proof_fuzz.cc.)
#include "ledger/cosignature.h"
#include "ledger/witness_policy.h"

using namespace brig;
using namespace brig::ledger;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const SigningKey signing = *SigningKey::FromSeed(Bytes(32, std::byte{7}));
  static const std::string note = *SignNote(signing, "node-1.example/log", "a\n1\nAAAA\n");
  if (const auto policy = WitnessPolicy::Parse(text)) {
    (void)policy->Open(note);
    for (const auto& witness : policy->witnesses())
      BRIG_CHECK(ParseCosignerKey(FormatCosignerKey(witness.key)) == witness.key);
  }
  const CosignerKey key{"node-1.example/log", signing.public_key()};
  if (const auto merged = WithCosignature(note, text, key))
    BRIG_CHECK(CosignedAt(key, *ParseNote(*merged)).has_value());
  if (const auto cosigner = ParseCosignerKey(text))
    BRIG_CHECK(FormatCosignerKey(*cosigner) == text);
  return 0;
}
