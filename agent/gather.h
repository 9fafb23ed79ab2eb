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

// cgroup, mountinfo, status and uid_map of the process; kFailure for what could not be read.
std::vector<Document> ProcessDocuments(std::uint32_t pid);

// The directories where runtimes keep a directory for each container. `extra` come first.
std::vector<std::string> RuntimeRoots(const std::vector<std::string>& extra);

// What runtimes say of containers: each state and, before it, the specification beside it, if any.
struct RuntimeStates {
  std::vector<Document> documents;
  bool certain = false;  // they name the process: nothing better will come
};

// The states that name the process `pid`; when there are none, those of the containers whose
// directory name appears in `cgroup`, then others. Old ones that the cgroup does not name are not
// looked at.
RuntimeStates FindRuntimeStates(const std::vector<std::string>& roots, std::string_view cgroup,
                                std::uint32_t pid);

// The list of containers in the storage that the state's bundle belongs to, if it belongs to one.
std::vector<Document> StorageDocuments(const std::vector<Document>& states);

// A container's id as engines write it (64 hex digits) in the text, or "".
std::string FindEngineId(std::string_view text);

// Cuts the list so that it fits into one message; what is left out becomes a kFailure.
void BoundDocuments(std::vector<Document>& documents);

}  // namespace brig::agent
