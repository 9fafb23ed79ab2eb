// SPDX-License-Identifier: Apache-2.0
// The programs whose content decides over the host: container runtimes, brig itself, what the
// kernel starts by kernel.modprobe, and what runs as root whoever starts it. Thread safe (no
// state).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace brig::agent {

struct Executables {
  std::vector<std::string> paths;  // the runtimes first, then by size
  std::size_t left_out = 0;        // beyond the limits of number and size
};

inline constexpr std::size_t kMaxExecutables = 64;
inline constexpr std::uint64_t kMaxExecutableBytes = 256U << 20;  // together

// Looks into `directories` (those of root's PATH). `modprobe`: the text of kernel.modprobe.
Executables FindExecutables(const std::vector<std::string>& directories,
                            const std::string& modprobe);

// Where a host has its programs.
std::vector<std::string> ProgramDirectories();

}  // namespace brig::agent
