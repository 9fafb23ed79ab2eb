// SPDX-License-Identifier: Apache-2.0
#include "agent/contents.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/file.h"

namespace brig::agent {
namespace {

bool SameTime(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         SameTime(a.st_mtim, b.st_mtim) && SameTime(a.st_ctim, b.st_ctim);
}

// At most one step's bytes; gives how many there were, 0 at the end.
Result<std::size_t> AddPart(int fd, Sha256Stream& hash) {
  std::array<std::byte, 64 << 10> block{};
  std::size_t done = 0;
  while (done < Contents::kStepBytes) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("read");
    if (got == 0) break;
    hash.Add(ByteView(block.data(), static_cast<std::size_t>(got)));
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

void Contents::Watch(std::vector<std::string> paths) {
  paths_ = std::move(paths);
  std::erase_if(known_, [&](const auto& known) {
    return std::ranges::find(paths_, known.first) == paths_.end();
  });
}

std::string Contents::HashOf(const std::string& path) const {
  const auto known = known_.find(path);
  struct stat now{};
  if (known == known_.end() || ::stat(path.c_str(), &now) != 0) return "";
  return SameFile(known->second.info, now) ? known->second.sha256 : "";
}

void Contents::BeginNext() {
  for (const std::string& path : paths_) {
    struct stat now{};
    const auto known = known_.find(path);
    if (::stat(path.c_str(), &now) != 0 || !S_ISREG(now.st_mode)) continue;
    if (known != known_.end() && SameFile(known->second.info, now)) continue;
    auto file = OpenFile(path, O_RDONLY);
    if (!file || ::fstat(file->get(), &now) != 0) continue;
    reading_.emplace(
        Reading{.path = path, .file = *std::move(file), .info = now, .hash = Sha256Stream()});
    return;
  }
}

std::optional<Contents::Change> Contents::Finish(const std::string& sha256) {
  struct stat now{};
  const bool same = ::fstat(reading_->file.get(), &now) == 0 && SameFile(now, reading_->info);
  const std::string path = reading_->path;
  reading_.reset();
  if (!same) return std::nullopt;  // written meanwhile: once more
  Known& known = known_[path];
  known.info = now;
  if (known.sha256 == sha256) return std::nullopt;
  return Change{.path = path, .before = std::exchange(known.sha256, sha256), .now = sha256};
}

std::optional<Contents::Change> Contents::Step() {
  if (!reading_) BeginNext();
  complete_ = !reading_;
  if (!reading_) return std::nullopt;
  const auto part = AddPart(reading_->file.get(), reading_->hash);
  if (!part) return Finish("");
  if (*part > 0) return std::nullopt;
  return Finish(ToHex(reading_->hash.Finish()));
}

Result<std::string> HashFile(const std::string& path) {
  BRIG_ASSIGN(const UniqueFd file, OpenFile(path, O_RDONLY));
  Sha256Stream hash;
  for (;;) {
    BRIG_ASSIGN(const std::size_t part, AddPart(file.get(), hash));
    if (part == 0) return ToHex(hash.Finish());
  }
}

}  // namespace brig::agent
