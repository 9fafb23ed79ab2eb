// SPDX-License-Identifier: Apache-2.0
// C2SP signed notes (https://c2sp.org/signed-note): text, and who signed it. Thread safe: no state.
//
//   note      = text "\n" 1*signature         text ends at the last empty line
//   text      = UTF-8 that ends in a newline, without any other control character
//   signature = "— " name " " base64(4-byte big-endian key id, signature bytes) "\n"
//   key id    = the first 4 bytes of SHA-256(name "\n" 0x01 public-key)
//   verifier  = name "+" 8 hex digits of the key id "+" base64(0x01 public-key)
//
// A name is not empty and holds neither white space nor "+".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"

namespace brig::ledger {

constexpr std::size_t kMaxNoteBytes = 16384;
constexpr std::size_t kMaxNoteSignatures = 32;

struct VerifierKey {
  std::string name;
  PublicKey key{};
  bool operator==(const VerifierKey&) const = default;
};

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;
};

struct Note {
  std::string text;
  std::vector<NoteSignature> signatures;
};

[[nodiscard]] bool IsKeyName(std::string_view name);
// The key id for a use of the key, its signature type: 0x01 signs notes, 0x04 cosigns
// (ledger/cosignature.h).
std::uint32_t KeyIdOfType(std::string_view name, std::byte type, const PublicKey& key);
std::uint32_t KeyId(const VerifierKey& key);
// One line without its newline.
std::string FormatVerifierKey(const VerifierKey& key);
// kInvalid also when the key id is not that of the name and key.
[[nodiscard]] Result<VerifierKey> ParseVerifierKey(std::string_view text);

// Checks form only: nothing in the answer is to be believed before a signature has been verified.
[[nodiscard]] Result<Note> ParseNote(std::string_view bytes);
std::string FormatNote(const Note& note);
// One signature line, without and with its newline.
[[nodiscard]] Result<NoteSignature> ParseSignature(std::string_view line);
std::string FormatSignature(const NoteSignature& signature);

// kInvalid when `name` or `text` cannot stand in a note.
[[nodiscard]] Result<std::string> SignNote(const SigningKey& key, const std::string& name,
                                           std::string_view text);
// The note's text, when `key` signed it. kDenied when it did not, or when its signature is wrong.
[[nodiscard]] Result<std::string> OpenNote(const VerifierKey& key, std::string_view note);

}  // namespace brig::ledger
