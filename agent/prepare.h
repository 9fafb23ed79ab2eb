// SPDX-License-Identifier: Apache-2.0
// What brigd needs from the host before it starts its processes: that it may run here, its
// directories, the locks against a second brigd, the clients' socket, the unprivileged user. Not
// thread safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "agent/options.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "model/event.h"

namespace brig::agent {

struct Prepared {
  UniqueFd run_lock, state_lock;  // held as long as brigd runs
  UniqueFd listener;
  UniqueFd memory;       // see HandleUse::kMemory
  UniqueFd rules;        // see HandleUse::kRules; invalid where there are none
  UniqueFd canary_file;  // in memory, executable, empty; invalid where such files are forbidden
  uid_t user = 0;
  gid_t group = 0;
  std::vector<std::string> notes;  // what is degraded
};

// Root and kernel type information. The error ends with what to do.
[[nodiscard]] Result<> CheckHost();

// kUnavailable names the pid of the brigd that has the directories.
[[nodiscard]] Result<Prepared> Prepare(const Options& options);

// The directories of the scribe and the signer, below the state directory.
[[nodiscard]] Result<> MakeLedgerDirectories(const Options& options, gid_t group);

// Removes the socket and the pid file, and the pinned kernel programs when `programs` are to go
// too.
void CleanUp(const Options& options, bool programs);

}  // namespace brig::agent
