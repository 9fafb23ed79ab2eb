// SPDX-License-Identifier: Apache-2.0
#include "ledger/reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>

#include "base/unique_fd.h"
#include "ledger/layout.h"
#include "ledger/segment.h"

namespace brig::ledger {
namespace {

// One place in the ledger.
class Cursor {
 public:
  Cursor(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}

  Result<> Seek(std::uint64_t index) {
    BRIG_ASSIGN(const auto segments, ListSegments(disk_, directory_));
    const auto behind = std::ranges::upper_bound(segments, index);
    if (behind == segments.begin())
      return Fail(ErrorCode::kNotFound,
                  fmt::format("{}: no segment with index {}", directory_, index));
    const std::uint64_t segment = *(behind - 1);
    if (!scanner_ || segment != scanner_->header().first_index) BRIG_TRY(OpenSegment(segment));
    // From the last place known at or before it; places_ begins with the first frame.
    const auto place = std::ranges::upper_bound(places_, index, {}, &Place::index) - 1;
    scanner_->Seek(place->offset, place->index);
    target_ = index;
    return {};
  }

  Result<std::optional<Entry>> Next() {
    for (;;) {
      BRIG_ASSIGN(const Step step, scanner_->Next());
      if (step.what != Step::What::kFrame) return AtEnd(step);
      if (step.kind == FrameKind::kEnd) {
        BRIG_TRY(OpenSegment(scanner_->index()));
        continue;
      }
      if (step.kind != FrameKind::kEntry) continue;
      if (step.index >= places_.back().index + kPlaceEvery)
        places_.push_back({step.index, step.offset});
      if (step.index < target_) continue;
      target_ = step.index + 1;
      return std::optional(Entry{step.index, step.bytes});
    }
  }

  [[nodiscard]] std::uint64_t index() const { return scanner_->index(); }

 private:
  struct Place {
    std::uint64_t index;
    std::uint64_t offset;
  };
  static constexpr std::uint64_t kPlaceEvery = 1024;

  Result<> OpenSegment(std::uint64_t first_index) {
    const std::string name = SegmentName(first_index);
    BRIG_ASSIGN(auto file, disk_.Open(Join(directory_, name), OpenMode::kRead));
    BRIG_ASSIGN(auto scanner, SegmentScanner::Open(std::move(file), name, first_index));
    scanner_ = std::move(scanner);
    places_ = {{first_index, scanner_->offset()}};
    return {};
  }

  // The end for now, or damage: behind damage there is a mark, another segment, or no writer at
  // work.
  Result<std::optional<Entry>> AtEnd(const Step& step) {
    BRIG_ASSIGN(const auto segments, ListSegments(disk_, directory_));
    const bool last = segments.empty() || segments.back() <= step.index;
    if (last && step.what == Step::What::kZeros) return std::nullopt;
    if (last) {
      BRIG_ASSIGN(const auto mark, FirstMark(scanner_->file(), scanner_->header(), step.offset));
      if (!mark && disk_.LockHolder(directory_) != 0) return std::nullopt;
    }
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("{}, offset {}, index {}: {}", SegmentName(scanner_->header().first_index),
                    step.offset, step.index,
                    last || step.what == Step::What::kBad ? step.why : "entries are missing here"));
  }

  Disk& disk_;
  std::string directory_;
  std::optional<SegmentScanner> scanner_;
  std::vector<Place> places_;  // in the current segment, ascending
  std::uint64_t target_ = 0;   // entries below are passed over
};

}  // namespace

class Reader::Impl {
 public:
  Impl(std::string directory, Disk& disk)
      : disk_(disk),
        directory_(std::move(directory)),
        here_(disk_, directory_),
        end_(disk_, directory_) {}

  Disk& disk_;
  std::string directory_;
  Cursor here_;
  Cursor end_;  // where Size() last looked
  bool end_open_ = false;
  UniqueFd notify_;
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::Open(const std::string& directory, Disk& disk) {
  auto impl = std::make_unique<Impl>(directory, disk);
  // Before the first look, so that nothing written in between goes unnoticed.
  impl->notify_.Reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (impl->notify_ && ::inotify_add_watch(impl->notify_.get(), directory.c_str(),
                                           IN_MODIFY | IN_MOVED_TO | IN_ONLYDIR) < 0)
    impl->notify_.Reset();
  auto sought = impl->here_.Seek(0);
  if (!sought)
    return Within(fmt::format("read the ledger {}", directory), std::move(sought).error());
  return std::unique_ptr<Reader>(new Reader(std::move(impl)));
}

Result<> Reader::Seek(std::uint64_t index) { return impl_->here_.Seek(index); }

Result<std::optional<Entry>> Reader::Next() { return impl_->here_.Next(); }

Result<Entry> Reader::Read(std::uint64_t index) {
  BRIG_TRY(Seek(index));
  BRIG_ASSIGN(const auto entry, Next());
  if (!entry) return Fail(ErrorCode::kNotFound, fmt::format("no entry {} yet", index));
  return *entry;
}

Result<std::uint64_t> Reader::Size() {
  if (!impl_->end_open_) {
    BRIG_ASSIGN(const auto segments, ListSegments(impl_->disk_, impl_->directory_));
    BRIG_TRY(impl_->end_.Seek(segments.empty() ? 0 : segments.back()));
    impl_->end_open_ = true;
  }
  for (;;) {
    BRIG_ASSIGN(const auto entry, impl_->end_.Next());
    if (!entry) return impl_->end_.index();
  }
}

Result<bool> Reader::Wait(std::chrono::milliseconds timeout) {
  // Without inotify: look again ten times a second.
  constexpr std::chrono::milliseconds kPoll(100);
  const int fd = impl_->notify_.get();
  pollfd waited{fd, POLLIN, 0};
  const auto limit = fd < 0 ? std::min(timeout, kPoll) : timeout;
  const int ready = ::poll(&waited, 1, static_cast<int>(limit.count()));
  if (ready < 0 && errno != EINTR) return FailErrno("wait for the ledger");
  if (fd < 0) return true;
  if (ready <= 0) return false;
  char events[4096];
  while (::read(fd, events, sizeof events) > 0) {
  }
  return true;
}

int Reader::wait_fd() const { return impl_->notify_.get(); }

}  // namespace brig::ledger
