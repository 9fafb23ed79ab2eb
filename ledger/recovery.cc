// SPDX-License-Identifier: Apache-2.0
#include "ledger/recovery.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/layout.h"

namespace brig::ledger {
namespace {

std::unexpected<Error> Damaged(std::uint64_t segment, std::uint64_t offset, std::uint64_t index,
                               std::string_view why) {
  return Fail(ErrorCode::kCorrupt,
              fmt::format("acknowledged data is damaged: {}, offset {}, index {}: {}",
                          SegmentName(segment), offset, index, why));
}

class Examiner {
 public:
  Examiner(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}

  Result<Recovery> Run(const VerifierKey& key) {
    BRIG_ASSIGN(segments_, ListSegments(disk_, directory_));
    BRIG_ASSIGN(found_.checkpoints, FindLatest(disk_, directory_, key));
    if (found_.checkpoints.latest) sealed_ = found_.checkpoints.latest->body;
    if (segments_.empty() && sealed_)
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the segments of {} sealed entries are missing", sealed_->size));
    if (segments_.empty()) return Fail(ErrorCode::kNotFound, "no segment");
    // The segment of the last sealed entry, so that a missing end mark behind it is seen.
    const std::uint64_t from = sealed_ && sealed_->size > 0 ? sealed_->size - 1 : 0;
    const auto behind = std::ranges::upper_bound(segments_, from);
    if (behind == segments_.begin())
      return Damaged(segments_.front(), 0, from, "the segment before is missing");
    for (auto at = behind - 1; at != segments_.end(); ++at)
      BRIG_TRY(ExamineSegment(static_cast<std::size_t>(at - segments_.begin()), at == behind - 1));
    if (sealed_ && found_.tree.size() < sealed_->size)
      return Damaged(
          segments_.back(), found_.offset, found_.tree.size(),
          fmt::format("{} entries are sealed, no more than these are here", sealed_->size));
    return std::move(found_);
  }

 private:
  Result<> ExamineSegment(std::size_t position, bool first) {
    const std::uint64_t index = segments_[position];
    const bool last = position + 1 == segments_.size();
    const std::string name = SegmentName(index);
    BRIG_ASSIGN(auto file, disk_.Open(Join(directory_, name), OpenMode::kRead));
    BRIG_ASSIGN(auto scanner, SegmentScanner::Open(std::move(file), name, index));
    BRIG_ASSIGN(const Tree before, Tree::FromPeaks(index, scanner.header().peaks));
    if (!first && before != found_.tree)
      return Damaged(index, 0, index, "does not continue the segment before");
    found_.tree = before;
    BRIG_TRY(CheckSealed(index, 0));
    found_.clean = false;
    found_.unmarked = false;
    found_.unproven = scanner.offset();
    bool any = false;
    for (;;) {
      BRIG_ASSIGN(const Step step, scanner.Next());
      found_.offset = scanner.offset();
      if (step.what != Step::What::kFrame) {
        if (last && !any && ended_) TakeEndAsUnproven();
        return last ? ExamineTail(scanner, step) : ExamineEnd(scanner, step, position);
      }
      if (found_.unended_segment && !any)
        return Damaged(*found_.unended_segment, found_.unended_offset, index, "no end mark");
      any = true;
      if (step.kind == FrameKind::kEntry) {
        found_.tree.Append(LeafHash(step.bytes));
        found_.clean = false;
        found_.unmarked = true;
        BRIG_TRY(CheckSealed(index, step.offset));
        continue;
      }
      // The mark itself is stored by the next sync only.
      found_.unproven = step.offset;
      found_.unmarked = false;
      found_.clean = step.kind == FrameKind::kClosed;
      if (step.kind != FrameKind::kEnd) continue;
      if (last) return Damaged(index, step.offset, step.index, "the next segment is missing");
      if (segments_[position + 1] != scanner.index())
        return Damaged(index, step.offset, step.index, "another segment follows than should");
      ended_ = End{index, step.offset, scanner.header().salt};
      return {};
    }
  }

  // An end mark that is seen, and nothing written since: its own sync may be the one that failed,
  // after which it would be gone with the power. It is written again like a missing one.
  void TakeEndAsUnproven() {
    found_.unended_segment = ended_->segment;
    found_.unended_offset = ended_->offset;
    found_.unended_salt = ended_->salt;
  }

  Result<> CheckSealed(std::uint64_t segment, std::uint64_t offset) const {
    if (!sealed_ || sealed_->size != found_.tree.size() || sealed_->root == found_.tree.Root())
      return {};
    return Damaged(segment, offset, sealed_->size,
                   "the entries up to here are not those of the last checkpoint");
  }

  // A segment that is not the last stops without end mark: fine only if the next one is just made.
  Result<> ExamineEnd(SegmentScanner& scanner, const Step& step, std::size_t position) {
    const std::uint64_t segment = segments_[position];
    const bool next_is_last = position + 2 == segments_.size();
    if (!next_is_last || segments_[position + 1] != step.index)
      return Damaged(segment, step.offset, step.index,
                     step.what == Step::What::kBad ? step.why : "entries are missing here");
    // All its entries are here. Where the end mark belongs may be a torn one.
    BRIG_TRY(ExpectZeros(scanner, step.offset + kMarkBytes, step.index));
    ended_.reset();
    found_.unended_segment = segment;
    found_.unended_offset = step.offset;
    found_.unended_salt = scanner.header().salt;
    return {};
  }

  Result<> ExpectZeros(SegmentScanner& scanner, std::uint64_t from, std::uint64_t index) {
    BRIG_ASSIGN(const auto nonzero, FirstNonZero(scanner.file(), from, scanner.header().capacity));
    if (!nonzero) return {};
    return Damaged(scanner.header().first_index, *nonzero, index,
                   "something behind a gap, in a segment that was complete");
  }

  Result<> ExamineTail(SegmentScanner& scanner, const Step& step) {
    found_.segment = scanner.header();
    const std::uint64_t segment = scanner.header().first_index;
    const std::uint64_t capacity = scanner.header().capacity;
    BRIG_ASSIGN(const auto nonzero, FirstNonZero(scanner.file(), step.offset, capacity));
    if (!nonzero) return {};
    const char* why = step.what == Step::What::kBad ? step.why : "nothing where entries were";
    BRIG_ASSIGN(const auto mark, FirstMark(scanner.file(), scanner.header(), step.offset));
    if (mark) return Damaged(segment, step.offset, step.index, why);
    found_.clean = false;  // begun again after an orderly end
    BRIG_ASSIGN(found_.torn_end, EndOfNonZero(scanner.file(), step.offset, capacity));
    return {};
  }

  static Result<std::uint64_t> EndOfNonZero(DiskFile& file, std::uint64_t from, std::uint64_t to) {
    std::uint64_t end = from;
    Bytes block(64 * 1024);
    for (std::uint64_t at = from; at < to; at += block.size()) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), to - at));
      BRIG_ASSIGN(const std::size_t got, file.Read(at, std::span(block).first(wanted)));
      for (std::size_t i = 0; i < got; ++i) {
        if (block[i] != std::byte{0}) end = at + i + 1;
      }
    }
    return end;
  }

  struct End {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t salt = 0;
  };

  Disk& disk_;
  std::string directory_;
  std::vector<std::uint64_t> segments_;
  std::optional<CheckpointBody> sealed_;
  std::optional<End> ended_;  // of the segment before the one that is examined
  Recovery found_;
};

Result<> Rewrite(DiskFile& file, std::uint64_t from, std::uint64_t to) {
  Bytes block(1 << 20);
  for (std::uint64_t at = from; at < to; at += block.size()) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), to - at));
    const auto part = std::span(block).first(wanted);
    BRIG_ASSIGN(const std::size_t got, file.Read(at, part));
    BRIG_TRY(file.Write(at, part.first(got)));
  }
  return {};
}

Result<> Zero(DiskFile& file, std::uint64_t from, std::uint64_t to) {
  const Bytes zeros(static_cast<std::size_t>(std::min<std::uint64_t>(1 << 20, to - from)));
  for (std::uint64_t at = from; at < to; at += zeros.size()) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), to - at));
    BRIG_TRY(file.Write(at, ByteView(zeros).first(part)));
  }
  return {};
}

}  // namespace

Result<Recovery> Examine(Disk& disk, const std::string& directory, const VerifierKey& key) {
  return Examiner(disk, directory).Run(key);
}

Result<> Mend(Disk& disk, const std::string& directory, const Recovery& recovery) {
  // A name that is seen need not be stored: whoever made it may have been stopped before the sync.
  // Nothing may be acknowledged in a file, or say that a file follows, before its name is.
  BRIG_TRY(disk.SyncDirectory(directory));
  if (recovery.unended_segment) {
    const std::string path = Join(directory, SegmentName(*recovery.unended_segment));
    BRIG_ASSIGN(const auto file, disk.Open(path, OpenMode::kWrite));
    BRIG_TRY(file->Write(recovery.unended_offset, EncodeMark(FrameKind::kEnd, recovery.unended_salt,
                                                             recovery.segment.first_index)));
    BRIG_TRY(file->Sync());
  }
  const bool torn = recovery.torn_end > recovery.offset;
  if (!torn && recovery.unproven == recovery.offset) return {};
  const std::string path = Join(directory, SegmentName(recovery.segment.first_index));
  BRIG_ASSIGN(const auto file, disk.Open(path, OpenMode::kWrite));
  BRIG_TRY(Rewrite(*file, recovery.unproven, recovery.offset));
  if (torn) BRIG_TRY(Zero(*file, recovery.offset, recovery.torn_end));
  return file->Sync();
}

}  // namespace brig::ledger
