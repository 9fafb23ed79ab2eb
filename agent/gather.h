// SPDX-License-Identifier: Apache-2.0
// What the reader fetches about a container: files of /proc and of runtimes, unparsed. It looks at
// nothing but directory names and digits. Every count and size is bounded. Not thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/facts.h"

namespace brig::agent {

inline constexpr std::size_t kMaxFactsBytes = 1500 << 10;  // of one message's documents

// cgroup, mountinfo and status of the process; kFailure for what could not be read.
std::vector<Document> ProcessDocuments(std::uint32_t pid);

// The directories where runtimes keep a directory for each container. `extra` come first.
std::vector<std::string> RuntimeRoots(const std::vector<std::string>& extra);

// The state.json of the containers whose directory name appears in `cgroup`; when there are none,
// those that changed during the last minute.
std::vector<Document> RuntimeStates(const std::vector<std::string>& roots, std::string_view cgroup);

// A container's id as engines write it (64 hex digits) in the text, or "".
std::string FindEngineId(std::string_view text);

// Cuts the list so that it fits into one message; what is left out becomes a kFailure.
void BoundDocuments(std::vector<Document>& documents);

}  // namespace brig::agent
