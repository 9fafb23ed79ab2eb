// SPDX-License-Identifier: Apache-2.0
#include "ledger/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "base/file.h"
#include "base/unique_fd.h"

namespace brig::ledger {
namespace {

class RealFile final : public DiskFile {
 public:
  RealFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> Read(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(fd_.get(), into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FailErrno(fmt::format("read {}", path_));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<> Write(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return FailErrno(fmt::format("write {}", path_));
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Result<> Sync() override {
    if (::fdatasync(fd_.get()) != 0) return FailErrno(fmt::format("sync {}", path_));
    return {};
  }

  Result<> Allocate(std::uint64_t bytes) override {
    for (;;) {
      if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(bytes)) == 0) return {};
      if (errno == EINTR) continue;
      // Without a promise of space the file is at least as long as it says.
      if (errno == EOPNOTSUPP || errno == ENOSYS) return Truncate(bytes);
      return FailErrno(fmt::format("allocate {} bytes for {}", bytes, path_));
    }
  }

  Result<> Truncate(std::uint64_t bytes) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0)
      return FailErrno(fmt::format("set the length of {}", path_));
    return {};
  }

  Result<std::uint64_t> Size() override {
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0) return FailErrno(fmt::format("stat {}", path_));
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  UniqueFd fd_;
  std::string path_;
};

class RealLock final : public DiskLock {
 public:
  explicit RealLock(UniqueFd fd) : fd_(std::move(fd)) {}

 private:
  UniqueFd fd_;
};

class RealDiskImpl final : public Disk {
 public:
  Result<std::unique_ptr<DiskFile>> Open(const std::string& path, OpenMode mode) override {
    int flags = O_RDONLY;
    if (mode == OpenMode::kWrite) flags = O_RDWR;
    if (mode == OpenMode::kCreate) flags = O_RDWR | O_CREAT | O_EXCL;
    BRIG_ASSIGN(UniqueFd fd, OpenFile(path, flags | O_NOFOLLOW, 0640));
    return std::make_unique<RealFile>(std::move(fd), path);
  }

  Result<> Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0)
      return FailErrno(fmt::format("rename {} to {}", from, to));
    return {};
  }

  Result<> Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return FailErrno(fmt::format("remove {}", path));
    return {};
  }

  Result<> MakeDirectory(const std::string& path) override { return MakeDirectories(path, 0750); }

  Result<> RemoveDirectory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return FailErrno(fmt::format("remove {}", path));
    return {};
  }

  Result<> SyncAll(const std::string& path) override {
    BRIG_ASSIGN(const UniqueFd fd, OpenFile(path, O_RDONLY | O_DIRECTORY));
    if (::syncfs(fd.get()) != 0) return FailErrno(fmt::format("sync {}", path));
    return {};
  }

  Result<> SyncDirectory(const std::string& path) override {
    BRIG_ASSIGN(const UniqueFd fd, OpenFile(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(fd.get()) != 0) return FailErrno(fmt::format("sync {}", path));
    return {};
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    BRIG_ASSIGN(UniqueFd fd, OpenFile(directory, O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
    if (!stream) return FailErrno(fmt::format("list {}", directory));
    (void)fd.Release();  // the stream closes it
    std::vector<std::string> names;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): own stream
      if (entry == nullptr) break;
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    if (errno != 0) return FailErrno(fmt::format("list {}", directory));
    return names;
  }

  // The lock is on the directory itself: no file whose content would need explaining.
  Result<std::unique_ptr<DiskLock>> Lock(const std::string& directory) override {
    BRIG_ASSIGN(UniqueFd fd, OpenFile(directory, O_RDONLY | O_DIRECTORY));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return std::make_unique<RealLock>(std::move(fd));
    if (errno != EWOULDBLOCK) return FailErrno(fmt::format("lock {}", directory));
    const pid_t holder = LockHolder(directory);
    const std::string who = holder > 0 ? fmt::format("process {}", holder) : "another process";
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{} already has the ledger {} open for writing", who, directory));
  }

  // A line of /proc/locks: "1: FLOCK  ADVISORY  WRITE 4711 fd:00:1234 0 EOF". The device number is
  // not compared: on btrfs and overlayfs it is not the one that stat gives.
  pid_t LockHolder(const std::string& directory) override {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) return 0;
    const auto locks = ReadFile("/proc/locks", 1 << 24);
    if (!locks) return 0;
    std::istringstream lines(*locks);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string number, type, advisory, access, device;
      pid_t pid = 0;
      if (!(words >> number >> type >> advisory >> access >> pid >> device)) continue;
      if (type == "FLOCK" && access == "WRITE" &&
          device.ends_with(fmt::format(":{}", status.st_ino)))
        return pid;
    }
    return 0;
  }

  Result<std::uint64_t> Random() override {
    std::uint64_t value = 0;
    if (::getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value))
      return FailErrno("get random bytes");
    return value;
  }
};

}  // namespace

Disk& RealDisk() {
  static RealDiskImpl disk;
  return disk;
}

}  // namespace brig::ledger
