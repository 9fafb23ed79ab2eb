// SPDX-License-Identifier: Apache-2.0
#include "agent/cache_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/file.h"

namespace brig::agent {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kBlockBytes = 32 * kPageBytes;  // read at once
constexpr std::size_t kMaxTold = 256;                 // differing files that are remembered

bool SameFile(const struct stat& a, const struct stat& b) {
  const auto same = [](const timespec& x, const timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         same(a.st_mtim, b.st_mtim) && same(a.st_ctim, b.st_ctim);
}

// Which pages of a part of the file are in memory.
Result<std::array<unsigned char, kBlockBytes / kPageBytes>> PagesInMemory(int fd, std::uint64_t at,
                                                                          std::size_t size) {
  std::array<unsigned char, kBlockBytes / kPageBytes> present{};
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(at));
  if (memory == MAP_FAILED) return FailErrno("map");
  const int failed = ::mincore(memory, size, present.data());
  const int error = errno;
  ::munmap(memory, size);
  if (failed != 0) return FailErrno("ask what is in memory", error);
  return present;
}

Result<std::size_t> ReadAt(int fd, std::byte* to, std::size_t size, std::uint64_t at) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, to + done, size - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("read");
    done += static_cast<std::size_t>(got);
    // A direct read ends where the file does; a next one from there would not be aligned.
    if (got == 0 || static_cast<std::size_t>(got) % kPageBytes != 0) break;
  }
  return done;
}

}  // namespace

Result<UniqueFd> CacheCheck::OpenDirect(const std::string& path) {
  BRIG_ASSIGN(UniqueFd fd, OpenFile(path, O_RDONLY | O_DIRECT | O_NONBLOCK | O_NOCTTY));
  struct statfs info{};
  if (::fstatfs(fd.get(), &info) != 0) return FailErrno("ask for the filesystem");
  // Since 6.6 it takes the flag, and reads from memory all the same.
  if (info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC)
    return Fail(ErrorCode::kUnsupported, "tmpfs has no disk");
  return fd;
}

CacheCheck::CacheCheck(std::function<Executables()> list, Opener open_disk)
    : list_(std::move(list)),
      open_disk_(std::move(open_disk)),
      pages_(static_cast<std::byte*>(std::aligned_alloc(kPageBytes, kBlockBytes))),
      disk_(static_cast<std::byte*>(std::aligned_alloc(kPageBytes, kBlockBytes))) {
  BRIG_CHECK(pages_ && disk_);
}

void CacheCheck::BeginRound() {
  Executables executables = list_();
  waiting_ = std::move(executables.paths);
  std::ranges::reverse(waiting_);
  left_out_ = executables.left_out;
  skipped_before_ = std::exchange(skipped_, {});
}

Result<> CacheCheck::OpenNext() {
  File file;
  file.path = std::move(waiting_.back());
  waiting_.pop_back();
  BRIG_ASSIGN(file.pages, OpenFile(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  auto disk = open_disk_(file.path);
  if (!disk) {
    skipped_[file.path] = disk.error().sys_errno == EINVAL ? "its filesystem has no direct reads"
                                                           : disk.error().message;
    return std::unexpected(std::move(disk).error());
  }
  file.disk = *std::move(disk);
  if (::fstat(file.pages.get(), &file.info) != 0) return FailErrno("stat");
  // What happens to be compared must not bring its neighbours into memory.
  (void)::posix_fadvise(file.pages.get(), 0, 0, POSIX_FADV_RANDOM);
  current_ = std::move(file);
  return {};
}

std::optional<CacheCheck::Difference> CacheCheck::Step() {
  if (!current_ && waiting_.empty()) BeginRound();
  while (!current_ && !waiting_.empty()) (void)OpenNext();  // a file may just have gone
  if (!current_) return std::nullopt;
  return Compare(*current_);
}

std::optional<CacheCheck::Difference> CacheCheck::Compare(File& file) {
  const auto size = static_cast<std::uint64_t>(file.info.st_size);
  std::optional<std::uint64_t> different;
  const std::uint64_t until = std::min(size, file.at + kStepLooks);
  for (std::uint64_t read = 0; file.at < until && read < kStepBytes && !different;) {
    const auto block =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, size - file.at));
    const auto found = DifferenceIn(file, file.at, block, read);
    if (!found) {
      skipped_[file.path] = found.error().message;
      EndFile(false);
      return std::nullopt;
    }
    different = *found;
    if (!different) file.at += block;
  }
  struct stat now{};
  if (::stat(file.path.c_str(), &now) != 0 || !SameFile(file.info, now)) {
    current_.reset();  // it was replaced or written meanwhile: the next round looks at it
    return std::nullopt;
  }
  if (!different) {
    file.doubt.reset();
    if (file.at >= size) EndFile(false);
    return std::nullopt;
  }
  if (file.doubt != different) {
    file.doubt = different;
    return std::nullopt;
  }
  const auto told = differing_.find(file.path);
  const bool known = told != differing_.end() && SameFile(told->second.info, file.info) &&
                     told->second.offset == *different;
  if (differing_.size() < kMaxTold) differing_[file.path] = {file.info, *different};
  Difference difference{file.path, *different};
  EndFile(true);
  if (known) return std::nullopt;
  return difference;
}

Result<std::optional<std::uint64_t>> CacheCheck::DifferenceIn(const File& file, std::uint64_t at,
                                                              std::size_t size,
                                                              std::uint64_t& read) {
  BRIG_ASSIGN(const auto present, PagesInMemory(file.pages.get(), at, size));
  if (std::ranges::none_of(present, [](unsigned char page) { return (page & 1) != 0; }))
    return std::optional<std::uint64_t>();
  read += size;
  BRIG_ASSIGN(const std::size_t on_disk, ReadAt(file.disk.get(), disk_.get(), kBlockBytes, at));
  for (std::size_t page = 0; page * kPageBytes < std::min(size, on_disk); ++page) {
    if ((present.at(page) & 1) == 0) continue;
    const std::size_t from = page * kPageBytes;
    BRIG_ASSIGN(const std::size_t got,
                ReadAt(file.pages.get(), pages_.get(), kPageBytes, at + from));
    const std::size_t compared = std::min({got, on_disk - from, kPageBytes});
    const std::byte* in_memory = pages_.get();
    const auto [here, there] = std::mismatch(in_memory, in_memory + compared, disk_.get() + from);
    if (here != in_memory + compared)
      return std::optional(at + from + static_cast<std::uint64_t>(here - in_memory));
  }
  return std::optional<std::uint64_t>();
}

void CacheCheck::EndFile(bool differs) {
  if (!differs) differing_.erase(current_->path);
  current_.reset();
}

std::vector<std::string> CacheCheck::Notes() const {
  std::vector<std::string> notes;
  for (const auto& [path, told] : differing_)
    notes.push_back(fmt::format("what runs as {} is not what is on its disk, at offset {}",
                                Printable(path), told.offset));
  const auto& skipped = skipped_.size() > skipped_before_.size() ? skipped_ : skipped_before_;
  if (!skipped.empty()) {
    const auto& [path, reason] = *skipped.begin();
    notes.push_back(
        fmt::format("{} guarded programs are not compared with their disk, such as {}: "
                    "{}",
                    skipped.size(), Printable(path), reason));
  }
  if (left_out_ > 0)
    notes.push_back(
        fmt::format("{} guarded programs more than are compared with their disk", left_out_));
  return notes;
}

}  // namespace brig::agent
