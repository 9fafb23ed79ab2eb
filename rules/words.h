// SPDX-License-Identifier: Apache-2.0
// Events in words: what was done, to what, by which road. Every text from outside is made safe for
// a screen first. Thread safe (no state).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/event.h"
#include "model/subject.h"

namespace brig::rules {

inline constexpr std::size_t kMaxWords = 256;  // bytes of one outside text in a sentence

// What was done, as "opened /etc/shadow for writing" (`past`) or "open /etc/shadow for writing".
std::string ActOf(const Event& event, bool past);

// What the invariant protects and was reached: "/etc/shadow", "block device 8:0 (/dev/sda)",
// "Docker's socket (/run/docker.sock)". Never empty. Repeats of a finding are those of the same
// object.
std::string ObjectOf(const Event& event);

// How it was reached: "open", "32-bit mount", "io_uring open", "open through /proc/1/root",
// "inherited descriptor".
std::string RoadOf(const Event& event);

// An open that may change the file, or an operation that changes something by its nature.
bool IsWrite(const Event& event);
// The kernel refused it: the result is known and an error.
bool IsRefused(const Event& event);

// "the host's accounts", "Docker's socket" ...
std::string_view WordsOf(HostObject object);
// "CAP_SYS_ADMIN, CAP_BPF"; the number for one that has no name yet; "" for none.
std::string CapabilityNames(std::uint64_t capabilities);
// "permission denied" for -EACCES ...
std::string RefusalOf(std::int64_t result);
// "process 1 (systemd)", and whose it is.
std::string WordsOf(const ProcessRef& process);

}  // namespace brig::rules
