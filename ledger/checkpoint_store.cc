// SPDX-License-Identifier: Apache-2.0
#include "ledger/checkpoint_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ledger/layout.h"

namespace brig::ledger {
namespace {

constexpr std::string_view kChainWord = "chain ";
// Room for the latest record, the one being stored at a crash, and one to find them by.
constexpr std::size_t kTailBytes = 4 * kMaxRecordBytes;

// "17 <base64>", the only spelling of it.
Result<> ParseChain(std::string_view text, StoredCheckpoint& stored) {
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), stored.number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (failure != std::errc{} || digits == text.size() || text[digits] != ' ' || text[0] == '0')
    return Fail(ErrorCode::kInvalid, "a chain line without number");
  BRIG_ASSIGN(const Bytes chain, FromBase64(text.substr(digits + 1)));
  if (chain.size() != stored.chain.size())
    return Fail(ErrorCode::kInvalid, "a chain hash has 32 bytes");
  std::ranges::copy(chain, stored.chain.begin());
  return {};
}

struct Tail {
  std::string text;
  std::uint64_t begin = 0;  // where in the file it begins
};

Result<Tail> ReadTail(Disk& disk, const std::string& directory) {
  auto file = disk.Open(Join(directory, kCheckpointsFile), OpenMode::kRead);
  if (!file && file.error().code == ErrorCode::kNotFound) return Tail{};
  if (!file) return std::unexpected(std::move(file).error());
  BRIG_ASSIGN(const std::uint64_t size, (*file)->Size());
  Tail tail;
  tail.begin = size > kTailBytes ? size - kTailBytes : 0;
  tail.text.resize(static_cast<std::size_t>(size - tail.begin));
  const auto into = std::as_writable_bytes(std::span(tail.text.data(), tail.text.size()));
  BRIG_ASSIGN(const std::size_t got, (*file)->Read(tail.begin, into));
  tail.text.resize(got);
  return tail;
}

std::unexpected<Error> Damaged(std::string_view file, std::uint64_t offset, std::string_view why) {
  return Fail(ErrorCode::kCorrupt, fmt::format("{}, offset {}: {}", file, offset, why));
}

// The record behind the latest, when a crash came between storing it and replacing `checkpoint`.
Result<> TakeRest(const Tail& tail, const VerifierKey& key, CheckpointTail& found) {
  const std::string_view rest =
      std::string_view(tail.text).substr(static_cast<std::size_t>(found.end - tail.begin));
  if (rest.empty()) return {};
  auto record = ParseRecord(rest);
  if (!record) {
    if (rest.size() > kMaxRecordBytes)
      return Damaged(kCheckpointsFile, found.end, "more than a torn record behind the latest");
    found.torn_bytes = rest.size();
    return {};
  }
  const StoredCheckpoint* before = found.latest ? &*found.latest : nullptr;
  const auto expected = NextCheckpoint(before, record->stored.note, record->stored.body);
  if (record->stored.number != expected.number || record->stored.chain != expected.chain)
    return Damaged(kCheckpointsFile, found.end, "the record does not continue the chain");
  if (record->bytes != rest.size())
    return Damaged(kCheckpointFile, 0, "is missing, or older than it can be");
  BRIG_TRY(OpenCheckpoint(key, record->stored.note));
  found.end += record->bytes;
  found.latest = std::move(record->stored);
  found.behind = true;
  return {};
}

}  // namespace

StoredCheckpoint NextCheckpoint(const StoredCheckpoint* before, std::string note,
                                CheckpointBody body) {
  StoredCheckpoint next;
  next.number = before == nullptr ? 1 : before->number + 1;
  next.chain = Sha256({before == nullptr ? Digest{} : before->chain, AsBytes(note)});
  next.note = std::move(note);
  next.body = std::move(body);
  return next;
}

std::string FormatRecord(const StoredCheckpoint& stored) {
  return fmt::format("{}{}{} {}\n\n", stored.note, kChainWord, stored.number,
                     ToBase64(stored.chain));
}

Result<ParsedRecord> ParseRecord(std::string_view text) {
  // Two empty lines: the one between body and signatures, and the one that ends the record.
  const std::size_t gap = text.find("\n\n");
  const std::size_t end =
      gap == std::string_view::npos ? std::string_view::npos : text.find("\n\n", gap + 2);
  if (end == std::string_view::npos) {
    if (text.size() > kMaxRecordBytes) return Fail(ErrorCode::kInvalid, "a record without end");
    return Fail(ErrorCode::kNotFound, "a record cut short");
  }
  const std::size_t line = text.rfind('\n', end - 1) + 1;
  const std::string_view chain = text.substr(line, end - line);
  if (line <= gap || !chain.starts_with(kChainWord))
    return Fail(ErrorCode::kInvalid, "a record without chain line");
  ParsedRecord record;
  record.bytes = end + 2;
  record.stored.note = text.substr(0, line);
  BRIG_ASSIGN(record.stored.body, ReadCheckpoint(record.stored.note));
  BRIG_TRY(ParseChain(chain.substr(kChainWord.size()), record.stored));
  if (FormatRecord(record.stored) != text.substr(0, record.bytes))
    return Fail(ErrorCode::kInvalid, "a record spelled otherwise than it was written");
  return record;
}

Result<CheckpointTail> FindLatest(Disk& disk, const std::string& directory,
                                  const VerifierKey& key) {
  const auto note = ReadSmall(disk, Join(directory, kCheckpointFile), kMaxNoteBytes);
  if (!note && note.error().code != ErrorCode::kNotFound) return std::unexpected(note.error());
  BRIG_ASSIGN(const Tail tail, ReadTail(disk, directory));
  CheckpointTail found;
  if (note) {
    // The note stands in the tail, followed by its chain line.
    const std::size_t at = tail.text.rfind(*note + std::string(kChainWord));
    if (at == std::string::npos)
      return Damaged(kCheckpointFile, 0, "the latest checkpoint is not among the stored ones");
    auto record = ParseRecord(std::string_view(tail.text).substr(at));
    if (!record || record->stored.note != *note)
      return Damaged(kCheckpointsFile, tail.begin + at, "the latest record is damaged");
    BRIG_TRY(OpenCheckpoint(key, *note));
    found.end = tail.begin + at + record->bytes;
    found.latest = std::move(record->stored);
  } else if (tail.begin != 0) {
    return Damaged(kCheckpointFile, 0, "is missing");
  }
  BRIG_TRY(TakeRest(tail, key, found));
  return found;
}

Result<CheckpointStore> CheckpointStore::Open(Disk& disk, const std::string& directory,
                                              CheckpointTail tail) {
  CheckpointStore store;
  store.disk_ = &disk;
  store.directory_ = directory;
  store.tail_ = std::move(tail);
  const std::string path = Join(directory, kCheckpointsFile);
  auto file = disk.Open(path, OpenMode::kWrite);
  const bool absent = !file && file.error().code == ErrorCode::kNotFound;
  if (absent) file = disk.Open(path, OpenMode::kCreate);
  if (!file) return std::unexpected(std::move(file).error());
  store.file_ = *std::move(file);
  if (absent) BRIG_TRY(disk.SyncDirectory(directory));
  if (store.tail_.torn_bytes > 0) BRIG_TRY(store.file_->Truncate(store.tail_.end));
  if (store.tail_.behind) {
    // Its sync may be the one that failed: then it is seen, and no later sync stores it unless it
    // is written again.
    const std::string record = FormatRecord(*store.tail_.latest);
    BRIG_TRY(store.file_->Write(store.tail_.end - record.size(), AsBytes(record)));
  }
  if (store.tail_.torn_bytes > 0 || store.tail_.behind) BRIG_TRY(store.file_->Sync());
  if (store.tail_.behind)
    BRIG_TRY(ReplaceSmall(disk, directory, kCheckpointFile, store.tail_.latest->note));
  return store;
}

Result<> CheckpointStore::Append(const std::string& record) {
  BRIG_TRY(file_->Write(tail_.end, AsBytes(record)));
  auto synced = file_->Sync();
  // After a failed sync nobody knows what is stored, whatever the reason given.
  if (!synced) synced.error().code = ErrorCode::kInternal;
  return synced;
}

Result<> CheckpointStore::Store(const std::string& note, const CheckpointBody& body) {
  StoredCheckpoint next = NextCheckpoint(tail_.latest ? &*tail_.latest : nullptr, note, body);
  const std::string record = FormatRecord(next);
  auto stored = Append(record);
  if (stored) stored = ReplaceSmall(*disk_, directory_, kCheckpointFile, note);
  if (!stored) {
    if (stored.error().code != ErrorCode::kLimit) return stored;
    // No room: take the record back, so that the two files never differ by more than one.
    auto undone = file_->Truncate(tail_.end);
    if (undone) undone = file_->Sync();
    if (!undone) {
      undone.error().code = ErrorCode::kInternal;
      return undone;
    }
    return stored;
  }
  tail_.end += record.size();
  tail_.latest = std::move(next);
  return {};
}

Result<CheckpointReader> CheckpointReader::Open(Disk& disk, const std::string& directory) {
  CheckpointReader reader;
  auto file = disk.Open(Join(directory, kCheckpointsFile), OpenMode::kRead);
  if (!file && file.error().code == ErrorCode::kNotFound) return reader;
  if (!file) return std::unexpected(std::move(file).error());
  reader.file_ = *std::move(file);
  BRIG_ASSIGN(reader.size_, reader.file_->Size());
  return reader;
}

Result<std::optional<StoredCheckpoint>> CheckpointReader::Next() {
  if (!file_) return std::nullopt;
  auto record = ParseRecord(buffer_);
  if (!record && record.error().code == ErrorCode::kNotFound) {
    const std::uint64_t begin = offset_ + buffer_.size();
    std::string more(static_cast<std::size_t>(std::min<std::uint64_t>(kTailBytes, size_ - begin)),
                     '\0');
    const auto into = std::as_writable_bytes(std::span(more.data(), more.size()));
    BRIG_ASSIGN(const std::size_t got, file_->Read(begin, into));
    buffer_.append(more, 0, got);
    record = ParseRecord(buffer_);
    if (!record && record.error().code == ErrorCode::kNotFound) return std::nullopt;
  }
  if (!record) return Fail(ErrorCode::kCorrupt, record.error().message);
  StoredCheckpoint stored = std::move(record->stored);
  const auto expected = NextCheckpoint(before_ ? &*before_ : nullptr, stored.note, stored.body);
  if (stored.number != expected.number || stored.chain != expected.chain)
    return Fail(ErrorCode::kCorrupt, "the record does not continue the chain of those before");
  offset_ += record->bytes;
  buffer_.erase(0, record->bytes);
  before_ = stored;
  return std::optional(std::move(stored));
}

}  // namespace brig::ledger
