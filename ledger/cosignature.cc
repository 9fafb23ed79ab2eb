// SPDX-License-Identifier: Apache-2.0
#include "ledger/cosignature.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace brig::ledger {
namespace {

constexpr std::byte kCosignature{4};
constexpr std::size_t kTimeBytes = 8;

std::string Message(std::uint64_t seconds, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", seconds, text);
}

bool IsBy(const NoteSignature& signature, const CosignerKey& key) {
  return signature.name == key.name && signature.key_id == KeyId(key);
}

}  // namespace

std::uint32_t KeyId(const CosignerKey& key) { return KeyIdOfType(key.name, kCosignature, key.key); }

std::string FormatCosignerKey(const CosignerKey& key) {
  Bytes typed = {kCosignature};
  typed.insert(typed.end(), key.key.begin(), key.key.end());
  return fmt::format("{}+{:08x}+{}", key.name, KeyId(key), ToBase64(typed));
}

Result<CosignerKey> ParseCosignerKey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || second - first != 9)
    return Fail(ErrorCode::kInvalid, "a witness key is name+8 hex digits+base64");
  CosignerKey key;
  key.name = text.substr(0, first);
  if (!IsKeyName(key.name)) return Fail(ErrorCode::kInvalid, "not a key name");
  BRIG_ASSIGN(const Bytes typed, FromBase64(text.substr(second + 1)));
  if (typed.size() != 1 + key.key.size() || typed[0] != kCosignature)
    return Fail(ErrorCode::kUnsupported, "not the key of a witness (Ed25519, type 4)");
  std::copy(typed.begin() + 1, typed.end(), key.key.begin());
  if (FormatCosignerKey(key) != text)
    return Fail(ErrorCode::kInvalid, "the key id is not that of this name and key");
  return key;
}

NoteSignature Cosign(const SigningKey& key, const std::string& name, std::string_view text,
                     std::uint64_t seconds) {
  BRIG_CHECK(seconds >> 63 == 0);
  NoteSignature made{name, KeyId(CosignerKey{name, key.public_key()}), {}};
  for (std::size_t i = kTimeBytes; i-- > 0;)
    made.signature.push_back(static_cast<std::byte>(seconds >> (8 * i)));
  const Signature signature = key.Sign(AsBytes(Message(seconds, text)));
  made.signature.insert(made.signature.end(), signature.begin(), signature.end());
  return made;
}

Result<std::uint64_t> CosignedAt(const CosignerKey& key, const Note& note) {
  std::optional<std::uint64_t> latest;
  for (const NoteSignature& signature : note.signatures) {
    if (!IsBy(signature, key)) continue;
    const ByteView bytes = signature.signature;
    std::uint64_t seconds = 0;
    if (bytes.size() == kTimeBytes + sizeof(Signature))
      for (const std::byte byte : bytes.first(kTimeBytes))
        seconds = seconds << 8 | std::to_integer<std::uint64_t>(byte);
    const bool good =
        bytes.size() == kTimeBytes + sizeof(Signature) && seconds >> 63 == 0 &&
        VerifySignature(key.key, AsBytes(Message(seconds, note.text)), bytes.subspan(kTimeBytes));
    if (!good)
      return Fail(ErrorCode::kDenied, fmt::format("the cosignature by {} is wrong", key.name));
    latest = std::max(latest.value_or(0), seconds);
  }
  if (!latest) return Fail(ErrorCode::kNotFound, fmt::format("not cosigned by {}", key.name));
  return *latest;
}

Result<std::string> WithCosignature(std::string_view note, std::string_view lines,
                                    const CosignerKey& key) {
  BRIG_ASSIGN(Note known, ParseNote(note));
  Note answered{known.text, {}};
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos)
      return Fail(ErrorCode::kInvalid, "a signature line cut short");
    if (answered.signatures.size() == kMaxNoteSignatures)
      return Fail(ErrorCode::kLimit, "too many signature lines");
    BRIG_ASSIGN(NoteSignature signature, ParseSignature(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
    if (IsBy(signature, key)) answered.signatures.push_back(std::move(signature));
  }
  BRIG_TRY(CosignedAt(key, answered));
  std::erase_if(known.signatures, [&](const NoteSignature& old) { return IsBy(old, key); });
  known.signatures.push_back(answered.signatures.back());
  std::string text = FormatNote(known);
  if (text.size() > kMaxNoteBytes || known.signatures.size() > kMaxNoteSignatures)
    return Fail(ErrorCode::kLimit, "a note of too many signatures");
  return text;
}

}  // namespace brig::ledger
