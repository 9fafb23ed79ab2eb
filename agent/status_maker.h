// SPDX-License-Identifier: Apache-2.0
// Puts the status together from what the engine knows. Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "agent/messages.h"
#include "agent/pipeline.h"
#include "model/status.h"

namespace brig::agent {

struct HostFacts {
  std::string boot_id, kernel;
  std::vector<Protection> meter;  // its reasons come from files
};
// Reads them; before the process is confined.
HostFacts ReadHostFacts(const Setup& setup);

struct StatusInputs {
  const Setup& setup;
  const HostFacts& host;
  const Pipeline& pipeline;
  const std::vector<Proof>& proofs;
  std::uint64_t containers_running = 0, containers_ever = 0;
  const LedgerStatus& ledger;
  const std::vector<ProcessStatus>& processes;
  const std::vector<std::string>& reader_notes;
  std::uint64_t not_kept = 0;  // records that found no room on their way to the ledger
  std::uint64_t refused = 0;   // and those that the ledger refused
  bool scribe_connected = false;
};
Status MakeStatus(const StatusInputs& inputs);

}  // namespace brig::agent
