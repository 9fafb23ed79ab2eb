// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

namespace brig {

Result<UniqueFd> OpenFile(const std::string& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return FailErrno(fmt::format("open {}", path));
  return UniqueFd(fd);
}

Result<std::string> ReadFd(int fd, std::size_t max_bytes) {
  std::string content;
  for (;;) {
    char block[16384];
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno("read");
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > max_bytes)
      return Fail(ErrorCode::kLimit, fmt::format("more than {} bytes", max_bytes));
    content.append(block, static_cast<std::size_t>(got));
  }
}

Result<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  BRIG_ASSIGN(const UniqueFd fd, OpenFile(path, O_RDONLY));
  auto content = ReadFd(fd.get(), max_bytes);
  if (!content) return Within(path, std::move(content).error());
  return content;
}

Result<> WriteAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FailErrno("write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> WriteAll(int fd, std::string_view text) {
  return WriteAll(fd, std::as_bytes(std::span(text.data(), text.size())));
}

static Result<> SyncParent(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  BRIG_ASSIGN(const UniqueFd directory, OpenFile(parent, O_RDONLY | O_DIRECTORY));
  if (::fsync(directory.get()) != 0) return FailErrno(fmt::format("sync {}", parent));
  return {};
}

Result<> ReplaceFile(const std::string& path, std::string_view content, unsigned mode) {
  std::string temporary = path + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return FailErrno(fmt::format("create {}", temporary));
  auto written = WriteAll(fd.get(), content);
  if (written && ::fchmod(fd.get(), mode) != 0) written = FailErrno("set its mode");
  if (written && ::fsync(fd.get()) != 0) written = FailErrno("sync");
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = FailErrno("rename");
  if (!written) {
    ::unlink(temporary.c_str());
    return Within(fmt::format("replace {}", path), std::move(written).error());
  }
  return SyncParent(path);
}

Result<> MakeDirectories(const std::string& path, unsigned mode) {
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at);
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST)
      return FailErrno(fmt::format("make directory {}", part));
    if (at != std::string::npos) ++at;
  }
  return {};
}

}  // namespace brig
