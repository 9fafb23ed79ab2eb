// SPDX-License-Identifier: Apache-2.0
// C2SP cosignatures (https://c2sp.org/tlog-cosignature): a witness says, with the time, that this
// is the largest head of a log that it has seen, and that it continues all heads before. A further
// signature line of the checkpoint. Ed25519 only. Thread safe (no state).
//
//   signature = timestamp:8, big-endian, seconds since 1970; Ed25519 of the message:64
//   message   = "cosignature/v1\n" "time " timestamp "\n" text of the checkpoint
//   key id    = the first 4 bytes of SHA-256(name "\n" 0x04 public-key)
//   verifier  = name "+" 8 hex digits of the key id "+" base64(0x04 public-key)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "ledger/note.h"

namespace brig::ledger {

// A type of its own: what signs a log must never pass for what vouches for it.
struct CosignerKey {
  std::string name;
  PublicKey key{};
  bool operator==(const CosignerKey&) const = default;
};
std::uint32_t KeyId(const CosignerKey& key);
std::string FormatCosignerKey(const CosignerKey& key);
[[nodiscard]] Result<CosignerKey> ParseCosignerKey(std::string_view text);

// The signature of `name` over a checkpoint's text; seconds below 2^63.
NoteSignature Cosign(const SigningKey& key, const std::string& name, std::string_view text,
                     std::uint64_t seconds);

// When `key` cosigned the note: the latest time, should it have done so repeatedly. kNotFound when
// it did not; kDenied when a signature in its name is wrong, or its time is none (2^63 or more).
[[nodiscard]] Result<std::uint64_t> CosignedAt(const CosignerKey& key, const Note& note);

// The note with the cosignature by `key` that `lines` hold (the answer of a witness), in place of
// an earlier one by it. Lines of others are left out. Errors as above, and kInvalid, kLimit for
// what is no note.
[[nodiscard]] Result<std::string> WithCosignature(std::string_view note, std::string_view lines,
                                                  const CosignerKey& key);

}  // namespace brig::ledger
