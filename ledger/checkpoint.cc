// SPDX-License-Identifier: Apache-2.0
#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ledger/tree.h"

namespace brig::ledger {

std::string FormatBody(const CheckpointBody& body) {
  std::string text = fmt::format("{}\n{}\n{}\n", body.origin, body.size, ToBase64(body.root));
  for (const std::string& line : body.extensions) text += line + "\n";
  return text;
}

Result<std::uint64_t> ParseTreeSize(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool whole = failure == std::errc{} && end == text.data() + text.size();
  if (!whole || (text.size() > 1 && text.front() == '0') || size >> 63 != 0)
    return Fail(ErrorCode::kInvalid, "a tree size is a decimal number below 2^63");
  return size;
}

Result<CheckpointBody> ParseBody(std::string_view text) {
  if (!text.ends_with('\n')) return Fail(ErrorCode::kInvalid, "a checkpoint ends in a newline");
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == 0) return Fail(ErrorCode::kInvalid, "an empty line in a checkpoint");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return Fail(ErrorCode::kInvalid, "a checkpoint has three lines or more");
  CheckpointBody body;
  body.origin = lines[0];
  BRIG_ASSIGN(body.size, ParseTreeSize(lines[1]));
  BRIG_ASSIGN(const Bytes root, FromBase64(lines[2]));
  if (root.size() != body.root.size()) return Fail(ErrorCode::kInvalid, "a root hash has 32 bytes");
  std::ranges::copy(root, body.root.begin());
  for (std::size_t i = 3; i < lines.size(); ++i) body.extensions.emplace_back(lines[i]);
  return body;
}

Result<std::string> SignCheckpoint(const SigningKey& key, const std::string& key_name,
                                   const CheckpointBody& body) {
  const std::string text = FormatBody(body);
  // What cannot be read back as the same head is not signed: a line break inside a line, an empty
  // line.
  const auto again = ParseBody(text);
  if (!again || *again != body) return Fail(ErrorCode::kInvalid, "sign what is no checkpoint");
  return SignNote(key, key_name, text);
}

Result<CheckpointBody> OpenCheckpoint(const VerifierKey& key, std::string_view note) {
  BRIG_ASSIGN(const std::string text, OpenNote(key, note));
  BRIG_ASSIGN(CheckpointBody body, ParseBody(text));
  if (body.origin != key.name)
    return Fail(ErrorCode::kDenied, fmt::format("a checkpoint of another log than {}", key.name));
  return body;
}

Result<CheckpointBody> ReadCheckpoint(std::string_view note) {
  BRIG_ASSIGN(const Note parsed, ParseNote(note));
  return ParseBody(parsed.text);
}

CheckpointSigner::CheckpointSigner(SigningKey key, std::string key_name,
                                   std::optional<CheckpointBody> last)
    : key_(std::move(key)), key_name_(std::move(key_name)), last_(std::move(last)) {}

VerifierKey CheckpointSigner::verifier() const { return {key_name_, key_.public_key()}; }

Result<std::string> CheckpointSigner::Sign(const CheckpointBody& body) {
  if (body.origin != key_name_)
    return Fail(ErrorCode::kDenied, fmt::format("sign for another log than {}", key_name_));
  if (last_ && body.size < last_->size)
    return Fail(ErrorCode::kDenied,
                fmt::format("sign a log shrunk from {} to {} entries", last_->size, body.size));
  if (last_ && body.size == last_->size && body.root != last_->root)
    return Fail(ErrorCode::kDenied,
                fmt::format("sign a second history of the first {} entries", body.size));
  if (body.size == 0 && body.root != EmptyRoot())
    return Fail(ErrorCode::kDenied, "sign a root for no entries");
  BRIG_ASSIGN(std::string note, SignCheckpoint(key_, key_name_, body));
  last_ = body;
  return note;
}

}  // namespace brig::ledger
