// SPDX-License-Identifier: Apache-2.0
// Errors as values: Result<T> is a value or an Error. Nothing in brig throws across a room's
// border. Mark every function that returns Result [[nodiscard]]: std::expected itself is not.
// Thread safe (values).
#pragma once

#include <cerrno>
#include <expected>
#include <string>
#include <string_view>

namespace brig {

enum class ErrorCode {
  kInvalid,      // the input is not what its format allows
  kNotFound,     // what was asked for does not exist
  kDenied,       // not permitted, by the kernel or by policy
  kCorrupt,      // what was stored is not what was written
  kLimit,        // a stated limit is reached
  kUnavailable,  // may work later: busy, hung, not running
  kUnsupported,  // this host or this format version cannot
  kInternal,     // ours to mend
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what was attempted, on what, why it failed; lower case, no full stop
  int sys_errno = 0;
};

template <class T = void>
using Result = std::expected<T, Error>;

// The stable name of a code, for logs and JSON: "not_found".
std::string_view NameOf(ErrorCode code);

[[nodiscard]] inline std::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message), 0});
}

// A failed system call: "<what>: <strerror>", with the code that the errno means.
[[nodiscard]] std::unexpected<Error> FailErrno(std::string_view what, int sys_errno = errno);

// The same error with what the caller was doing in front: "<context>: <message>".
[[nodiscard]] std::unexpected<Error> Within(std::string_view context, Error error);

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace brig

#define BRIG_JOIN_(a, b) a##b
#define BRIG_JOIN(a, b) BRIG_JOIN_(a, b)

// Gives `target` the value of a Result expression, or returns its error from the enclosing
// function.
#define BRIG_ASSIGN(target, expression) \
  BRIG_ASSIGN_(BRIG_JOIN(brig_result_, __LINE__), target, expression)
#define BRIG_ASSIGN_(temporary, target, expression)                     \
  auto temporary = (expression);                                        \
  if (!temporary) return std::unexpected(std::move(temporary).error()); \
  target = *std::move(temporary)

// Returns the error of a Result expression from the enclosing function, if it has one.
#define BRIG_TRY(expression)                                \
  do {                                                      \
    if (auto brig_try_ = (expression); !brig_try_)          \
      return std::unexpected(std::move(brig_try_).error()); \
  } while (false)

// A mistake of ours, never of outside input: aborts, in release builds too.
#define BRIG_CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::brig::CheckFailed(#condition, __FILE__, __LINE__))
