// SPDX-License-Identifier: Apache-2.0
#include "ledger/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/layout.h"
#include "ledger/segment.h"
#include "ledger/tree.h"
#include "ledger/verify_heads.h"

namespace brig::ledger {
namespace {

using Steady = std::chrono::steady_clock;

class Verifier {
 public:
  Verifier(std::string directory, const VerifyOptions& options, Disk& disk)
      : disk_(disk), directory_(std::move(directory)), options_(options) {}

  Result<VerifyReport> Run() {
    // The heads before the segments: a writer at work then only ever adds to what they cover.
    writer_ = disk_.LockHolder(directory_) != 0;
    BRIG_TRY(ReadKey());
    BRIG_TRY(BeginAtSince());
    std::vector<CheckpointBody> expected = options_.expected;
    if (options_.since) expected.push_back(*options_.since);
    BRIG_ASSIGN(heads_, Heads::Open(disk_, directory_, report_.key, std::move(expected), writer_,
                                    begin_index_));
    BRIG_ASSIGN(segments_, ListSegments(disk_, directory_));
    BRIG_TRY(LookAtNames());
    if (segments_.empty()) AddFault(SegmentName(0), 0, 0, "is missing: there is no segment");
    for (; position_ < segments_.size(); ++position_) BRIG_TRY(CheckSegment());
    report_.entries = tree_.size();
    report_.segments = segments_.size() - begins_;
    report_.root = tree_.Root();
    BRIG_TRY(CheckEnd());
    BRIG_TRY(CheckReserveFile());
    Remark();
    report_.seconds = Seconds();
    report_.bytes = bytes_;
    return std::move(report_);
  }

 private:
  void AddFault(std::string file, std::uint64_t offset, std::uint64_t index, std::string what) {
    if (report_.faults.size() < kMaxFaults)
      report_.faults.push_back({std::move(file), offset, index, std::move(what)});
  }
  void Take(std::vector<Fault> faults) {
    for (Fault& fault : faults)
      AddFault(std::move(fault.file), fault.offset, fault.index, std::move(fault.what));
  }
  [[nodiscard]] double Seconds() const {
    return std::chrono::duration<double>(Steady::now() - begin_).count();
  }
  [[nodiscard]] bool last() const { return position_ + 1 == segments_.size(); }
  [[nodiscard]] std::string name() const { return SegmentName(segments_[position_]); }

  Result<> ReadKey() {
    const std::string path = Join(directory_, kKeyFile);
    const auto line = ReadSmall(disk_, path, 1024);
    const bool unreadable = !line && line.error().code != ErrorCode::kNotFound &&
                            line.error().code != ErrorCode::kLimit;
    if (unreadable) return std::unexpected(line.error());
    auto key = line && line->ends_with('\n')
                   ? ParseVerifierKey(std::string_view(*line).substr(0, line->size() - 1))
                   : Fail(ErrorCode::kCorrupt, "is missing or not one line");
    if (!key) AddFault(std::string(kKeyFile), 0, 0, key.error().message);
    if (!key && !options_.key)
      return Fail(ErrorCode::kNotFound,
                  fmt::format("no key to verify with: {} {}", path, key.error().message));
    report_.key_from_ledger = !options_.key;
    report_.key = options_.key ? *options_.key : *key;
    if (key && *key != report_.key)
      AddFault(std::string(kKeyFile), 0, 0,
               fmt::format("is {}, expected {}", FormatVerifierKey(*key),
                           FormatVerifierKey(report_.key)));
    return {};
  }

  // What a trusted head covers need not be read, but for the segment it ends in: that one's header
  // says which tree stands before it, and the head whether that is true.
  Result<> BeginAtSince() {
    if (!options_.since) return {};
    BRIG_ASSIGN(const auto segments, ListSegments(disk_, directory_));
    const auto behind = std::ranges::upper_bound(segments, options_.since->size);
    if (behind == segments.begin()) return {};
    begins_ = position_ = static_cast<std::size_t>(behind - segments.begin()) - 1;
    begin_index_ = segments[begins_];
    if (begins_ > 0)
      report_.remarks.push_back(fmt::format(
          "the first {} entries were not read: a trusted checkpoint covers them", begin_index_));
    return {};
  }

  Result<> LookAtNames() {
    BRIG_ASSIGN(const auto names, disk_.List(directory_));
    for (const std::string& file : names) {
      const bool known = file == kKeyFile || file == kCheckpointFile || file == kCheckpointsFile ||
                         file == kReserveFile || ParseSegmentName(file);
      if (!known && !writer_)
        report_.remarks.push_back(
            fmt::format("a file that is no part of the ledger: {}", Printable(file)));
    }
    for (const std::uint64_t segment : std::span(segments_).subspan(begins_)) {
      const auto file = disk_.Open(Join(directory_, SegmentName(segment)), OpenMode::kRead);
      if (!file) continue;
      BRIG_ASSIGN(const std::uint64_t size, (*file)->Size());
      bytes_total_ += size;
    }
    return {};
  }

  Result<> CheckSegment() {
    const std::uint64_t first = segments_[position_];
    const bool after_trusted = begins_ > 0 && position_ == begins_;
    if (first != tree_.size() && (tree_good_ || position_ == 0) && !after_trusted) {
      AddFault(SegmentName(tree_.size()), 0, tree_.size(), "is missing");
      tree_good_ = false;
    }
    BRIG_ASSIGN(auto file, disk_.Open(Join(directory_, name()), OpenMode::kRead));
    auto scanner = SegmentScanner::Open(std::move(file), name(), first);
    if (!scanner && scanner.error().code != ErrorCode::kCorrupt)
      return std::unexpected(std::move(scanner).error());
    if (!scanner) {
      AddFault(name(), 0, first, scanner.error().message);
      tree_good_ = false;
      return {};
    }
    BRIG_ASSIGN(Tree before, Tree::FromPeaks(first, scanner->header().peaks));
    if (tree_good_ && before != tree_ && !after_trusted)
      AddFault(name(), 0, first, "the header's tree is not that of the entries before");
    // After damage this segment is checked from what its own header says; the next checkpoint tells
    // whether that was true.
    if (!tree_good_ || after_trusted) tree_ = std::move(before);
    tree_good_ = true;
    from_reserve_ = scanner->header().from_reserve;
    CheckHeads(scanner->offset());
    auto done = ScanFrames(*scanner);
    bytes_ += scanner->header().capacity;
    return done;
  }

  Result<> ScanFrames(SegmentScanner& scanner) {
    bool skipped = false;
    for (;;) {
      BRIG_ASSIGN(const Step step, scanner.Next());
      TellProgress(scanner);
      if (step.what == Step::What::kZeros) return CheckRest(scanner, step, false);
      if (step.what == Step::What::kBad) {
        BRIG_ASSIGN(const bool at_work, BeingWritten(scanner, step));
        if (at_work) return {};
        AddFault(name(), step.offset, step.index,
                 last() ? fmt::format("{} (altered, or a write that a crash cut short)", step.why)
                        : std::string(step.why));
        tree_good_ = false;
        // One bad frame is passed over by its length, to see what else is wrong.
        if (skipped || step.kind != FrameKind::kEntry) return {};
        skipped = true;
        scanner.Skip(step);
        continue;
      }
      skipped = false;
      if (step.kind == FrameKind::kEnd) return CheckRest(scanner, step, true);
      if (step.kind != FrameKind::kEntry || !tree_good_) continue;
      tree_.Append(LeafHash(step.bytes));
      CheckHeads(scanner.offset());
    }
  }

  // A frame that a writer is in the middle of: nothing acknowledged stands behind it.
  Result<bool> BeingWritten(SegmentScanner& scanner, const Step& step) {
    if (!last() || disk_.LockHolder(directory_) == 0) return false;
    BRIG_ASSIGN(const auto mark, FirstMark(scanner.file(), scanner.header(), step.offset));
    return !mark;
  }

  // Everything behind the frames is zero, and an end mark stands where another segment follows.
  Result<> CheckRest(SegmentScanner& scanner, const Step& step, bool ended) {
    if (last() && writer_) return {};
    BRIG_ASSIGN(const auto nonzero,
                FirstNonZero(scanner.file(), scanner.offset(), scanner.header().capacity));
    if (nonzero) {
      AddFault(name(), *nonzero, step.index, "bytes behind the last frame");
      tree_good_ = false;
    }
    if (ended && last()) AddFault(SegmentName(scanner.index()), 0, scanner.index(), "is missing");
    if (ended || last()) return {};
    const bool just_made =
        position_ + 2 == segments_.size() && segments_[position_ + 1] == scanner.index();
    if (just_made) return CheckJustMade(step);
    AddFault(name(), step.offset, step.index, "entries are missing from here on");
    tree_good_ = false;
    return {};
  }

  // The crash that leaves no end mark leaves an empty segment behind it.
  Result<> CheckJustMade(const Step& step) {
    const std::string next = SegmentName(segments_[position_ + 1]);
    BRIG_ASSIGN(auto file, disk_.Open(Join(directory_, next), OpenMode::kRead));
    auto scanner = SegmentScanner::Open(std::move(file), next, segments_[position_ + 1]);
    bool empty = false;
    if (scanner) {
      BRIG_ASSIGN(const Step first, scanner->Next());
      empty = first.what == Step::What::kZeros;
    }
    if (!empty) AddFault(name(), step.offset, step.index, "the end mark is missing");
    if (empty && !writer_)
      report_.remarks.push_back(
          fmt::format("{} was followed by a new segment when the writer was stopped", name()));
    return {};
  }

  void CheckHeads(std::uint64_t offset) {
    if (!tree_good_ || !heads_->Wants(tree_.size())) return;
    auto wrong = heads_->Check(tree_, name(), offset);
    if (!wrong.empty()) tree_good_ = false;
    Take(std::move(wrong));
  }

  Result<> CheckEnd() {
    BRIG_ASSIGN(auto faults, heads_->Finish(tree_.size(), tree_good_));
    Take(std::move(faults));
    report_.sealed = heads_->sealed();
    report_.checkpoints = heads_->checkpoints();
    report_.says = heads_->says();
    for (const std::string& remark : heads_->remarks()) report_.remarks.push_back(remark);
    return {};
  }

  Result<> CheckReserveFile() {
    const auto size = CheckReserve(disk_, directory_, true);
    if (size || writer_) return {};
    if (size.error().code != ErrorCode::kCorrupt && size.error().code != ErrorCode::kNotFound)
      return std::unexpected(size.error());
    if (size.error().code == ErrorCode::kNotFound && from_reserve_) {
      report_.remarks.emplace_back("the reserve is in use: the disk was full");
      return {};
    }
    AddFault(
        std::string(kReserveFile), 0, tree_.size(),
        fmt::format("{} (holds no entry; the next start makes it anew)", size.error().message));
    return {};
  }

  void Remark() {
    const std::uint64_t open = report_.entries - std::min(report_.sealed, report_.entries);
    if (open > 0)
      report_.remarks.push_back(
          fmt::format("{} entries after the last checkpoint are not yet sealed", open));
    if (report_.key_from_ledger)
      report_.remarks.push_back(fmt::format(
          "the key is the ledger's own: compare its id {:08x} with a copy kept elsewhere",
          KeyId(report_.key)));
  }

  void TellProgress(const SegmentScanner& scanner) {
    constexpr std::uint64_t kEvery = 4 << 20;
    const std::uint64_t done = bytes_ + scanner.offset();
    if (!options_.progress || done < told_ + kEvery) return;
    told_ = done;
    options_.progress({scanner.index(), done, bytes_total_, Seconds()});
  }

  Disk& disk_;
  std::string directory_;
  const VerifyOptions& options_;
  bool writer_ = false;  // one is at work
  std::optional<Heads> heads_;
  std::vector<std::uint64_t> segments_;
  std::size_t position_ = 0;
  std::size_t begins_ = 0;  // the first segment to be read, and the index of its first entry
  std::uint64_t begin_index_ = 0;
  Tree tree_;
  bool tree_good_ = true;  // the tree is that of the entries, as far as is known
  bool from_reserve_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_total_ = 0;
  std::uint64_t told_ = 0;
  Steady::time_point begin_ = Steady::now();
  VerifyReport report_;
};

}  // namespace

Result<VerifyReport> Verify(const std::string& directory, const VerifyOptions& options,
                            Disk& disk) {
  auto report = Verifier(directory, options, disk).Run();
  if (!report)
    return Within(fmt::format("verify the ledger {}", directory), std::move(report).error());
  return report;
}

}  // namespace brig::ledger
