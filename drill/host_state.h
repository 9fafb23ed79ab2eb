// SPDX-License-Identifier: Apache-2.0
// How things of the host are just now, as text to be compared with how they were. Thread safe (no
// state).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace brig::drill {

// A file and everything beside it whose name begins with its name: kind, mode, owner, size, times,
// number of links, our attribute, content.
std::string StateOfFile(const std::string& path);

// A process: whether it lives, is stopped or traced; its priority, scheduling, processors, limits,
// cgroup and the like. "gone" when it has ended.
std::string StateOfProcess(pid_t pid);

// A setting of the host: a path, or "clock" (the difference of wall and boot clock, to 100 s).
std::string StateOfSetting(std::string_view setting);

// Whether the process holds what the proof says:
//   write=SUFFIX   a descriptor open for writing on a path that ends so
//   file=SUFFIX    a descriptor, however it was opened
//   program=START  it, or a child of it, runs a program whose path begins so
//   code=SUFFIX    it has mapped such a file so that it may be executed
//   in=KIND:PID    it is in that process's namespace, and has executed a holder there
//   root=PATH      that is its root directory, and it has executed a holder there
//   mount=PATH     something is mounted there
//   out=KIND       it is not in our own namespace of that kind
//   capability=N   it has that capability;  privileges=yes: it may gain some by executing, as it
//   did
bool Holds(pid_t pid, std::string_view proof);

// Whether a path of the host is what was left behind: setuid=, setgid=, capability=, device=,
// link=, each with the path.
bool IsLeft(std::string_view proof);

}  // namespace brig::drill
