// SPDX-License-Identifier: Apache-2.0
// Proofs as text, to be kept and checked by whoever has the log's key and nothing else. Thread safe
// (no state).
//
//   tlog-proof = "c2sp.org/tlog-proof@v1\n" ["extra " base64 "\n"] "index " number "\n"
//                *(base64(hash) "\n") "\n" checkpoint          https://c2sp.org/tlog-proof
//   extension  = "old " number "\n" *(base64(hash) "\n") "\n" checkpoint
//                                the request of add-checkpoint, https://c2sp.org/tlog-witness
//
//   evidence   = "brig evidence v1\n" *(word line) *("=== entry " number " ===\n" tlog-proof)
//                "=== end of " number " entries ===\n"      word lines do not begin with "==="
//
// brig puts the entry's bytes into `extra`. Numbers are decimal, without leading zeros, below 2^63.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"
#include "ledger/checkpoint.h"

namespace brig::ledger {

constexpr std::size_t kMaxProofHashes = 63;  // of a tree of 2^63 - 1 leaves, and of the format
constexpr std::size_t kMaxExtraBytes = 65535;
constexpr std::size_t kMaxProofBytes = 128 << 10;  // of the text

// An entry stands in a log.
struct TlogProof {
  Bytes extra;  // empty: none
  std::uint64_t index = 0;
  std::vector<Digest> hashes;
  std::string checkpoint;  // the note, as it was signed
};
std::string FormatTlogProof(const TlogProof& proof);
// Form only: nothing is to be believed before CheckEntry. What is accepted has one spelling.
[[nodiscard]] Result<TlogProof> ParseTlogProof(std::string_view text);

// A log goes on where an earlier state of it ended.
struct Extension {
  std::uint64_t old_size = 0;
  std::vector<Digest> hashes;
  std::string checkpoint;
};
std::string FormatExtension(const Extension& extension);
[[nodiscard]] Result<Extension> ParseExtension(std::string_view text);

// Several entries, with words for people in front, which nothing vouches for.
struct Evidence {
  std::string words;  // lines
  std::vector<TlogProof> proofs;
};
inline constexpr std::string_view kEvidenceFirstLine = "brig evidence v1\n";
constexpr std::size_t kMaxEvidenceBytes = 16 << 20;
constexpr std::size_t kMaxEvidenceWords = 64 << 10;
std::string FormatEvidence(const Evidence& evidence);
// kInvalid also when it was cut short.
[[nodiscard]] Result<Evidence> ParseEvidence(std::string_view text);

// The head that holds `entry` at the proof's index, signed by `key`. kDenied when the proof does
// not show that.
[[nodiscard]] Result<CheckpointBody> CheckEntry(const TlogProof& proof, ByteView entry,
                                                const VerifierKey& key);
// The head that continues `old`, signed by `key`. kDenied when the extension does not show that.
[[nodiscard]] Result<CheckpointBody> CheckExtension(const Extension& extension,
                                                    const CheckpointBody& old,
                                                    const VerifierKey& key);

}  // namespace brig::ledger
