// SPDX-License-Identifier: Apache-2.0
#include "policy/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/file.h"
#include "policy/parser.h"

namespace brig::policy {
namespace {

// Asked of the open file: its name may lead elsewhere a moment later.
Result<> CheckFile(const std::string& path, int fd, Trust trust) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return FailErrno(fmt::format("look at {}", path));
  if (!S_ISREG(info.st_mode))
    return Fail(ErrorCode::kUnsupported, fmt::format("{} is no regular file", path));
  if (trust == Trust::kAnybody) return {};
  if (info.st_uid != 0)
    return Fail(ErrorCode::kDenied,
                fmt::format("{} belongs to uid {}: a policy that counts belongs to root (chown "
                            "root {})",
                            path, info.st_uid, path));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return Fail(ErrorCode::kDenied,
                fmt::format("{} may be written by others than root: chmod go-w {}", path, path));
  return {};
}

}  // namespace

Result<Policy> ReadPolicyFile(const std::string& path, Trust trust) {
  // Not to wait for a writer, should it be a pipe.
  BRIG_ASSIGN(const UniqueFd file, OpenFile(path, O_RDONLY | O_NONBLOCK));
  BRIG_TRY(CheckFile(path, file.get(), trust));
  const auto text = ReadFd(file.get(), Policy::kMaxFileBytes);
  if (!text) return Within(path, text.error());
  return ParsePolicy(*text, path);
}

}  // namespace brig::policy
