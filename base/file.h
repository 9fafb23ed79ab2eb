// SPDX-License-Identifier: Apache-2.0
// Whole-file reading and durable replacing, with limits. Thread safe (no state).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace brig {

// Opens with O_CLOEXEC added. Fails with the path in the message.
[[nodiscard]] Result<UniqueFd> OpenFile(const std::string& path, int flags, unsigned mode = 0600);

// The whole content of a file, procfs files included (their size is unknown before reading).
// kLimit when there are more than `max_bytes`.
[[nodiscard]] Result<std::string> ReadFile(const std::string& path,
                                           std::size_t max_bytes = 1 << 20);
[[nodiscard]] Result<std::string> ReadFd(int fd, std::size_t max_bytes = 1 << 20);

// Writes every byte, going on after short writes and EINTR.
[[nodiscard]] Result<> WriteAll(int fd, std::span<const std::byte> bytes);
[[nodiscard]] Result<> WriteAll(int fd, std::string_view text);

// Replaces `path` so that after a crash either the old or the new content is there, whole:
// writes a temporary beside it, syncs it, renames it, syncs the directory.
[[nodiscard]] Result<> ReplaceFile(const std::string& path, std::string_view content,
                                   unsigned mode = 0600);

// mkdir -p. Existing directories are left as they are.
[[nodiscard]] Result<> MakeDirectories(const std::string& path, unsigned mode = 0755);

}  // namespace brig
