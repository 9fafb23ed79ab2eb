// SPDX-License-Identifier: Apache-2.0
#include "ledger/verify_heads.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/layout.h"

namespace brig::ledger {

Result<Heads> Heads::Open(Disk& disk, const std::string& directory, const VerifierKey& key,
                          std::vector<CheckpointBody> expected, bool writer, std::uint64_t from) {
  // `checkpoint` first: what is in it is then in `checkpoints` as well, with a writer at work too.
  const auto latest = ReadSmall(disk, Join(directory, kCheckpointFile), kMaxNoteBytes);
  if (!latest && latest.error().code != ErrorCode::kNotFound &&
      latest.error().code != ErrorCode::kLimit)
    return std::unexpected(latest.error());
  BRIG_ASSIGN(auto reader, CheckpointReader::Open(disk, directory));
  Heads heads(std::move(reader));
  heads.key_ = key;
  if (latest) heads.latest_ = *latest;
  if (!latest && latest.error().code == ErrorCode::kLimit)
    heads.AddFault(kCheckpointFile, kMaxNoteBytes, 0, "is longer than a checkpoint");
  heads.writer_ = writer;
  heads.from_ = from;
  heads.expected_ = std::move(expected);
  std::ranges::sort(heads.expected_, std::ranges::greater{}, &CheckpointBody::size);
  heads.Load();
  return heads;
}

void Heads::AddFault(std::string_view file, std::uint64_t offset, std::uint64_t index,
                     std::string what) {
  faults_.push_back({std::string(file), offset, index, std::move(what)});
}

// The next checkpoint whose signature and order are right.
void Heads::Load() {
  next_.reset();
  while (!checkpoints_end_ && !next_) {
    const std::uint64_t offset = reader_.offset();
    auto stored = reader_.Next();
    const std::uint64_t index = size_before_.value_or(0);
    if (!stored) AddFault(kCheckpointsFile, offset, index, stored.error().message);
    if (!stored || !*stored) {
      checkpoints_end_ = true;
      return;
    }
    ++checkpoints_;
    if (latest_ && (*stored)->note == *latest_) latest_seen_ = (*stored)->number;
    if ((*stored)->body.size < from_) continue;
    auto body = OpenCheckpoint(key_, (*stored)->note);
    if (!body) {
      AddFault(kCheckpointsFile, offset, index, body.error().message);
    } else if (size_before_ && body->size <= *size_before_) {
      AddFault(
          kCheckpointsFile, offset, index,
          fmt::format("a checkpoint of {} entries after one of {}", body->size, *size_before_));
    } else {
      size_before_ = body->size;
      next_ = *std::move(body);
    }
  }
}

bool Heads::Wants(std::uint64_t size) const {
  return (next_ && next_->size == size) || (!expected_.empty() && expected_.back().size == size);
}

std::vector<Fault> Heads::Check(const Tree& tree, const std::string& file, std::uint64_t offset) {
  std::vector<Fault> wrong;
  const Digest root = tree.Root();
  const auto check = [&](const CheckpointBody& head, std::string_view which) {
    const bool same = head.root == root && head.origin == key_.name;
    if (!same)
      wrong.push_back(
          {file, offset, sealed_,
           fmt::format("the entries {} to {} are not those of {}", sealed_, head.size, which)});
    return same;
  };
  while (!expected_.empty() && expected_.back().size == tree.size()) {
    check(expected_.back(), "a checkpoint kept elsewhere");
    expected_.pop_back();
  }
  while (next_ && next_->size == tree.size()) {
    if (check(*next_, fmt::format("checkpoint {}", checkpoints_))) {
      sealed_ = tree.size();
      says_ = next_->extensions;
    }
    Load();
  }
  return wrong;
}

Result<std::vector<Fault>> Heads::Finish(std::uint64_t entries, bool tree_good) {
  // After damage the heads behind it could not be compared, which the damage's own fault covers. A
  // head beyond the end is a fault of its own, unless the end is not known.
  for (; next_; Load()) {
    if (tree_good && next_->size > entries)
      AddFault(kCheckpointsFile, reader_.offset(), entries,
               fmt::format("{} entries are sealed, {} are here", next_->size, entries));
  }
  for (const CheckpointBody& head : expected_) {
    if (tree_good && head.size > entries)
      AddFault(kCheckpointsFile, reader_.offset(), entries,
               fmt::format("a checkpoint of {} entries is kept elsewhere, {} are here: rolled back",
                           head.size, entries));
  }
  if (reader_.rest() > 0 && !writer_ && faults_.empty())
    AddFault(kCheckpointsFile, reader_.offset(), sealed_,
             "bytes that are no record (altered, or a write that a crash cut short)");
  CheckLatest();
  return std::move(faults_);
}

void Heads::CheckLatest() {
  if (!latest_ && checkpoints_ > 0 && !writer_) AddFault(kCheckpointFile, 0, sealed_, "is missing");
  if (!latest_) return;
  if (latest_seen_ == 0) {
    AddFault(kCheckpointFile, 0, sealed_, "holds none of the stored checkpoints");
  } else if (latest_seen_ + 1 == checkpoints_ && !writer_) {
    remarks_.emplace_back("checkpoint is one behind: the writer was stopped while it stored one");
  } else if (latest_seen_ != checkpoints_ && !writer_) {
    AddFault(kCheckpointFile, 0, sealed_, "is not the latest of the stored checkpoints");
  }
}

}  // namespace brig::ledger
