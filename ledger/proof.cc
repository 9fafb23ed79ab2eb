// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/tree.h"

namespace brig::ledger {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::string_view kOld = "old ";

// Takes the first line off `text`, without its newline. Text without one is a line cut short.
Result<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos)
    return Fail(ErrorCode::kInvalid, "a proof that ends in the middle of a line");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// "index 17": the word, then the number.
Result<std::uint64_t> NumberBehind(std::string_view word, std::string_view line) {
  if (!line.starts_with(word))
    return Fail(ErrorCode::kInvalid, fmt::format("a proof without the line `{}N`", word));
  return ParseTreeSize(line.substr(word.size()));
}

// The hashes up to the empty line, then the checkpoint: the end of both formats.
Result<> TakeHashes(std::string_view text, std::vector<Digest>& hashes, std::string& checkpoint) {
  for (;;) {
    BRIG_ASSIGN(const std::string_view line, TakeLine(text));
    if (line.empty()) break;
    if (hashes.size() == kMaxProofHashes)
      return Fail(ErrorCode::kLimit, fmt::format("a proof of over {} hashes", kMaxProofHashes));
    BRIG_ASSIGN(const Bytes bytes, FromBase64(line));
    Digest& hash = hashes.emplace_back();
    if (bytes.size() != hash.size())
      return Fail(ErrorCode::kInvalid, fmt::format("a hash of {} bytes", bytes.size()));
    std::ranges::copy(bytes, hash.begin());
  }
  BRIG_TRY(ReadCheckpoint(text));
  checkpoint = text;
  return {};
}

std::string HashLines(const std::vector<Digest>& hashes) {
  std::string text;
  for (const Digest& hash : hashes) text += ToBase64(hash) + "\n";
  return text + "\n";
}

Result<> CheckLength(std::string_view text) {
  if (text.size() > kMaxProofBytes)
    return Fail(ErrorCode::kLimit, fmt::format("a proof of {} bytes", text.size()));
  return {};
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string text(kFirstLine);
  if (!proof.extra.empty()) text += fmt::format("{}{}\n", kExtra, ToBase64(proof.extra));
  return text +
         fmt::format("{}{}\n{}{}", kIndex, proof.index, HashLines(proof.hashes), proof.checkpoint);
}

Result<TlogProof> ParseTlogProof(std::string_view text) {
  BRIG_TRY(CheckLength(text));
  if (!text.starts_with(kFirstLine))
    return Fail(ErrorCode::kInvalid, fmt::format("no proof: the first line is not `{}`",
                                                 kFirstLine.substr(0, kFirstLine.size() - 1)));
  text.remove_prefix(kFirstLine.size());
  TlogProof proof;
  BRIG_ASSIGN(std::string_view line, TakeLine(text));
  if (line.starts_with(kExtra)) {
    BRIG_ASSIGN(proof.extra, FromBase64(line.substr(kExtra.size())));
    if (proof.extra.empty() || proof.extra.size() > kMaxExtraBytes)
      return Fail(ErrorCode::kLimit, fmt::format("extra data of {} bytes", proof.extra.size()));
    BRIG_ASSIGN(line, TakeLine(text));
  }
  BRIG_ASSIGN(proof.index, NumberBehind(kIndex, line));
  BRIG_TRY(TakeHashes(text, proof.hashes, proof.checkpoint));
  return proof;
}

std::string FormatExtension(const Extension& extension) {
  return fmt::format("{}{}\n{}{}", kOld, extension.old_size, HashLines(extension.hashes),
                     extension.checkpoint);
}

Result<Extension> ParseExtension(std::string_view text) {
  BRIG_TRY(CheckLength(text));
  Extension extension;
  BRIG_ASSIGN(const std::string_view line, TakeLine(text));
  BRIG_ASSIGN(extension.old_size, NumberBehind(kOld, line));
  BRIG_TRY(TakeHashes(text, extension.hashes, extension.checkpoint));
  return extension;
}

static std::string EvidenceEnd(std::size_t entries) {
  return fmt::format("=== end of {} entries ===\n", entries);
}

static std::string EvidenceEntry(std::uint64_t index) {
  return fmt::format("=== entry {} ===\n", index);
}

std::string FormatEvidence(const Evidence& evidence) {
  std::string text(kEvidenceFirstLine);
  text += evidence.words;
  for (const TlogProof& proof : evidence.proofs)
    text += EvidenceEntry(proof.index) + FormatTlogProof(proof);
  return text + EvidenceEnd(evidence.proofs.size());
}

Result<Evidence> ParseEvidence(std::string_view text) {
  constexpr std::string_view kRule = "\n===";
  if (text.size() > kMaxEvidenceBytes)
    return Fail(ErrorCode::kLimit, fmt::format("evidence of {} bytes", text.size()));
  if (!text.starts_with(kEvidenceFirstLine)) return Fail(ErrorCode::kInvalid, "no evidence");
  // From the newline on that ends the first line: a rule is found by the one before it.
  text.remove_prefix(kEvidenceFirstLine.size() - 1);
  Evidence evidence;
  const std::size_t words = text.find(kRule);
  if (words == std::string_view::npos) return Fail(ErrorCode::kInvalid, "evidence without end");
  if (words > kMaxEvidenceWords) return Fail(ErrorCode::kLimit, "too many words");
  if (words > 0) evidence.words = text.substr(1, words);
  text.remove_prefix(words + 1);
  while (text != EvidenceEnd(evidence.proofs.size())) {
    const std::size_t next = text.find(kRule);
    if (next == std::string_view::npos)
      return Fail(ErrorCode::kInvalid, "evidence that was cut short, or goes on behind its end");
    const std::string_view section = text.substr(0, next + 1);
    const std::size_t line = section.find('\n') + 1;
    BRIG_ASSIGN(TlogProof proof, ParseTlogProof(section.substr(line)));
    if (section.substr(0, line) != EvidenceEntry(proof.index))
      return Fail(ErrorCode::kInvalid, "a proof of another entry than announced");
    evidence.proofs.push_back(std::move(proof));
    text.remove_prefix(next + 1);
  }
  return evidence;
}

Result<CheckpointBody> CheckEntry(const TlogProof& proof, ByteView entry, const VerifierKey& key) {
  BRIG_ASSIGN(CheckpointBody head, OpenCheckpoint(key, proof.checkpoint));
  if (!VerifyInclusion(LeafHash(entry), proof.index, head.size, proof.hashes, head.root))
    return Fail(ErrorCode::kDenied,
                fmt::format("this is not entry {} of the {} that the checkpoint covers",
                            proof.index, head.size));
  return head;
}

Result<CheckpointBody> CheckExtension(const Extension& extension, const CheckpointBody& old,
                                      const VerifierKey& key) {
  BRIG_ASSIGN(CheckpointBody head, OpenCheckpoint(key, extension.checkpoint));
  if (old.origin != head.origin)
    return Fail(ErrorCode::kDenied,
                fmt::format("the old checkpoint is one of {}, not of {}", old.origin, head.origin));
  if (extension.old_size != old.size)
    return Fail(ErrorCode::kDenied,
                fmt::format("the proof begins at {} entries, the old checkpoint has {}",
                            extension.old_size, old.size));
  if (!VerifyConsistency(old.size, old.root, head.size, head.root, extension.hashes))
    return Fail(ErrorCode::kDenied,
                fmt::format("{} entries do not continue the {} of the old checkpoint", head.size,
                            old.size));
  return head;
}

}  // namespace brig::ledger
