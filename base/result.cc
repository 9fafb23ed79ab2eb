// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace brig {

std::string_view NameOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return "invalid";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kDenied: return "denied";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kLimit: return "limit";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kInternal: break;
  }
  return "internal";
}

static ErrorCode CodeOf(int sys_errno) {
  switch (sys_errno) {
    case ENOENT:
    case ESRCH:
    case ENOTDIR: return ErrorCode::kNotFound;
    case EPERM:
    case EACCES:
    case EROFS: return ErrorCode::kDenied;
    case EINVAL: return ErrorCode::kInvalid;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case E2BIG:
    case EFBIG: return ErrorCode::kLimit;
    case EAGAIN:
    case EBUSY:
    case ETIMEDOUT:
    case ECONNREFUSED:
    case EPIPE:
    case ECONNRESET: return ErrorCode::kUnavailable;
    case ENOSYS:
    case EOPNOTSUPP: return ErrorCode::kUnsupported;
    case EIO:
    case EBADMSG: return ErrorCode::kCorrupt;
    default: return ErrorCode::kInternal;
  }
}

std::unexpected<Error> FailErrno(std::string_view what, int sys_errno) {
  return std::unexpected(
      Error{CodeOf(sys_errno),
            fmt::format("{}: {}", what, std::generic_category().message(sys_errno)), sys_errno});
}

std::unexpected<Error> Within(std::string_view context, Error error) {
  error.message = fmt::format("{}: {}", context, error.message);
  return std::unexpected(std::move(error));
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "brig: %s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace brig
