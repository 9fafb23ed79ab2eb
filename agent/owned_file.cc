// SPDX-License-Identifier: Apache-2.0
#include "agent/owned_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "base/file.h"
#include "base/unique_fd.h"
#include "model/event.h"

namespace brig::agent {
namespace {

constexpr int kMaxLinks = 8;  // followed on the way

// One more hand through which the content may have gone.
void AddHand(std::uint32_t& owner, std::uint32_t hand) {
  if (hand == 0 || hand == owner) return;
  owner = owner == 0 ? hand : kUnsetId;
}

// Where others may write into a directory, the sticky bit still keeps them from what is not theirs.
void AddWriters(std::uint32_t& owner, const struct stat& info) {
  AddHand(owner, info.st_uid);
  if (S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0) return;
  // Most users have a group of their own, of the same number, with nobody else in it.
  const bool group = (info.st_mode & S_IWGRP) != 0 && info.st_gid != info.st_uid;
  if (group || (info.st_mode & S_IWOTH) != 0) owner = kUnsetId;
}

Result<std::string> TargetOf(int link, const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
  if (size < 0) return FailErrno(fmt::format("read the link {}", path));
  return std::string(target.data(), static_cast<std::size_t>(size));
}

class Walk {
 public:
  explicit Walk(const std::string& path) : path_(path), rest_(path) {}

  // The file that the path leads to, not yet opened for reading.
  Result<UniqueFd> Go() {
    BRIG_ASSIGN(at_, OpenFile("/", O_PATH | O_DIRECTORY));
    while (!rest_.empty()) BRIG_TRY(Step());
    return std::move(at_);
  }
  [[nodiscard]] std::uint32_t owner() const { return owner_; }

 private:
  Result<> Step() {
    const std::size_t end = rest_.find('/');
    const std::string name = rest_.substr(0, end);
    rest_.erase(0, end == std::string::npos ? rest_.size() : end + 1);
    if (name.empty() || name == ".") return {};
    if (name == "..") return Fail(ErrorCode::kDenied, fmt::format("{} leads back", path_));
    UniqueFd next(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info{};
    if (!next || ::fstat(next.get(), &info) != 0) return FailErrno(fmt::format("open {}", path_));
    if (S_ISLNK(info.st_mode)) return Follow(next.get(), info);
    AddWriters(owner_, info);
    at_ = std::move(next);
    return {};
  }

  Result<> Follow(int link, const struct stat& info) {
    if (info.st_uid != 0 || owner_ != 0)
      return Fail(ErrorCode::kDenied,
                  fmt::format("{} leads through a symbolic link of a user", path_));
    if (++links_ > kMaxLinks)
      return Fail(ErrorCode::kLimit, fmt::format("{} leads through too many links", path_));
    BRIG_ASSIGN(const std::string target, TargetOf(link, path_));
    rest_ = rest_.empty() ? target : target + "/" + rest_;
    if (!target.starts_with('/')) return {};
    BRIG_ASSIGN(at_, OpenFile("/", O_PATH | O_DIRECTORY));
    return {};
  }

  const std::string& path_;
  std::string rest_;  // still to be walked
  UniqueFd at_;
  std::uint32_t owner_ = 0;
  int links_ = 0;
};

}  // namespace

Result<OwnedFile> ReadOwnedFile(const std::string& path, std::size_t max_bytes) {
  Walk walk(path);
  BRIG_ASSIGN(const UniqueFd place, walk.Go());
  struct stat info{};
  if (::fstat(place.get(), &info) != 0) return FailErrno(fmt::format("look at {}", path));
  if (!S_ISREG(info.st_mode))
    return Fail(ErrorCode::kInvalid, fmt::format("{} is no regular file", path));
  // The very file that was looked at, whatever has happened to its name.
  BRIG_ASSIGN(const UniqueFd file,
              OpenFile(fmt::format("/proc/self/fd/{}", place.get()), O_RDONLY | O_NONBLOCK));
  BRIG_ASSIGN(std::string content, ReadFd(file.get(), max_bytes));
  return OwnedFile{std::move(content), walk.owner()};
}

}  // namespace brig::agent
