// SPDX-License-Identifier: Apache-2.0
// C2SP checkpoints (https://c2sp.org/tlog-checkpoint): a signed note whose text is a tree head.
//
//   body = origin "\n" size "\n" base64(root) "\n" *(extension "\n")     no line is empty
//
// brig's origin is the name of the log key. Thread safe, all but CheckpointSigner.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ledger/note.h"

namespace brig::ledger {

struct CheckpointBody {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  std::vector<std::string> extensions;
  bool operator==(const CheckpointBody&) const = default;
};

// A number as these formats write it: decimal, no leading zero, below 2^63 (where others stop).
[[nodiscard]] Result<std::uint64_t> ParseTreeSize(std::string_view text);

std::string FormatBody(const CheckpointBody& body);
[[nodiscard]] Result<CheckpointBody> ParseBody(std::string_view text);

// The note for this body. Signs whatever it is given: a process that holds the key uses
// CheckpointSigner.
[[nodiscard]] Result<std::string> SignCheckpoint(const SigningKey& key, const std::string& key_name,
                                                 const CheckpointBody& body);
// The body, when `key` signed the note and the origin is the key's name.
[[nodiscard]] Result<CheckpointBody> OpenCheckpoint(const VerifierKey& key, std::string_view note);
// The body without any check of who signed: for what is compared with signed data afterwards.
[[nodiscard]] Result<CheckpointBody> ReadCheckpoint(std::string_view note);

// The one who holds the key. It remembers the last head it signed and refuses a smaller one,
// another root for the same size, and another origin: kDenied. The caller stores `last()` durably
// *before* it hands the note out, and gives it back after a restart.
class CheckpointSigner {
 public:
  CheckpointSigner(SigningKey key, std::string key_name, std::optional<CheckpointBody> last);
  [[nodiscard]] Result<std::string> Sign(const CheckpointBody& body);
  [[nodiscard]] const std::optional<CheckpointBody>& last() const { return last_; }
  [[nodiscard]] VerifierKey verifier() const;

 private:
  SigningKey key_;
  std::string key_name_;
  std::optional<CheckpointBody> last_;
};

}  // namespace brig::ledger
