// SPDX-License-Identifier: Apache-2.0
#include "ledger/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace brig::ledger {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash, space
constexpr std::byte kEd25519{1};

// Well-formed UTF-8 without control characters other than newline.
bool IsNoteText(std::string_view text) {
  return std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }) &&
         IsUtf8(text);
}

std::array<std::byte, 4> BigEndian(std::uint32_t value) {
  return {static_cast<std::byte>(value >> 24), static_cast<std::byte>(value >> 16),
          static_cast<std::byte>(value >> 8), static_cast<std::byte>(value)};
}

std::uint32_t FromBigEndian(ByteView bytes) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes.first(4)) value = value << 8 | static_cast<std::uint32_t>(byte);
  return value;
}

}  // namespace

bool IsKeyName(std::string_view name) {
  if (name.empty() || name.size() > 256 || !IsUtf8(name)) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '+') return false;
  }
  // The white space of Unicode beyond ASCII.
  for (const std::string_view space :
       {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
        "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"}) {
    if (name.find(space) != std::string_view::npos) return false;
  }
  return true;
}

std::uint32_t KeyIdOfType(std::string_view name, std::byte type, const PublicKey& key) {
  const std::byte middle[] = {std::byte{'\n'}, type};
  return FromBigEndian(Sha256({AsBytes(name), middle, key}));
}

std::uint32_t KeyId(const VerifierKey& key) { return KeyIdOfType(key.name, kEd25519, key.key); }

std::string FormatVerifierKey(const VerifierKey& key) {
  Bytes typed = {kEd25519};
  typed.insert(typed.end(), key.key.begin(), key.key.end());
  return fmt::format("{}+{:08x}+{}", key.name, KeyId(key), ToBase64(typed));
}

Result<VerifierKey> ParseVerifierKey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || second - first != 9)
    return Fail(ErrorCode::kInvalid, "a verifier key is name+8 hex digits+base64");
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!IsKeyName(key.name)) return Fail(ErrorCode::kInvalid, "not a key name");
  BRIG_ASSIGN(const Bytes typed, FromBase64(text.substr(second + 1)));
  if (typed.size() != 1 + key.key.size() || typed[0] != kEd25519)
    return Fail(ErrorCode::kUnsupported, "not an Ed25519 verifier key");
  std::copy(typed.begin() + 1, typed.end(), key.key.begin());
  // Compared as text, so that a key has one spelling only.
  if (FormatVerifierKey(key) != text)
    return Fail(ErrorCode::kInvalid, "the key id is not that of this name and key");
  return key;
}

Result<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kDash)) return Fail(ErrorCode::kInvalid, "signature line without dash");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos)
    return Fail(ErrorCode::kInvalid, "signature line without name");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!IsKeyName(signature.name)) return Fail(ErrorCode::kInvalid, "not a key name");
  BRIG_ASSIGN(const Bytes bytes, FromBase64(line.substr(space + 1)));
  if (bytes.size() < 5) return Fail(ErrorCode::kInvalid, "signature of too few bytes");
  signature.key_id = FromBigEndian(bytes);
  signature.signature.assign(bytes.begin() + 4, bytes.end());
  return signature;
}

std::string FormatSignature(const NoteSignature& signature) {
  const auto id = BigEndian(signature.key_id);
  Bytes bytes(id.begin(), id.end());
  bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
  return fmt::format("{}{} {}\n", kDash, signature.name, ToBase64(bytes));
}

Result<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes)
    return Fail(ErrorCode::kLimit, fmt::format("a note of {} bytes", bytes.size()));
  if (!IsNoteText(bytes)) return Fail(ErrorCode::kInvalid, "a note is plain UTF-8 text");
  const std::size_t gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos) return Fail(ErrorCode::kInvalid, "a note without signatures");
  if (bytes.back() != '\n') return Fail(ErrorCode::kInvalid, "a note without final newline");
  Note note;
  note.text = bytes.substr(0, gap + 1);
  std::string_view lines = bytes.substr(gap + 2);
  if (lines.empty()) return Fail(ErrorCode::kInvalid, "a note without signatures");
  while (!lines.empty()) {
    if (note.signatures.size() == kMaxNoteSignatures)
      return Fail(ErrorCode::kLimit, "a note of too many signatures");
    const std::size_t end = lines.find('\n');
    BRIG_ASSIGN(auto signature, ParseSignature(lines.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string FormatNote(const Note& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) text += FormatSignature(signature);
  return text;
}

Result<std::string> SignNote(const SigningKey& key, const std::string& name,
                             std::string_view text) {
  if (!IsKeyName(name)) return Fail(ErrorCode::kInvalid, "not a key name");
  if (!text.ends_with('\n') || !IsNoteText(text))
    return Fail(ErrorCode::kInvalid, "a note's text is plain UTF-8 ending in a newline");
  const Signature signature = key.Sign(AsBytes(text));
  Note note;
  note.text = text;
  note.signatures.push_back(
      {name, KeyId({name, key.public_key()}), Bytes(signature.begin(), signature.end())});
  std::string signed_note = FormatNote(note);
  if (signed_note.size() > kMaxNoteBytes)
    return Fail(ErrorCode::kLimit, fmt::format("a note of {} bytes", signed_note.size()));
  return signed_note;
}

Result<std::string> OpenNote(const VerifierKey& key, std::string_view note) {
  BRIG_ASSIGN(Note parsed, ParseNote(note));
  const std::uint32_t id = KeyId(key);
  bool verified = false;
  for (const NoteSignature& signature : parsed.signatures) {
    if (signature.name != key.name || signature.key_id != id) continue;
    if (!VerifySignature(key.key, AsBytes(parsed.text), signature.signature))
      return Fail(ErrorCode::kDenied, fmt::format("the signature by {} is wrong", key.name));
    verified = true;
  }
  if (!verified)
    return Fail(ErrorCode::kDenied, fmt::format("not signed by {} ({:08x})", key.name, id));
  return std::move(parsed.text);
}

}  // namespace brig::ledger
