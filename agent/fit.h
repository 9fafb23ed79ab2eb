// SPDX-License-Identifier: Apache-2.0
// Makes a record fit into one ledger entry: a container with hundreds of mounts or a long chain of
// processes with long arguments does not, and the whole of it would be refused. Thread safe (no
// state).
#pragma once

#include "model/record.h"

namespace brig::agent {

// The record's bytes, at most `max_bytes` of them. What had to be left out is said in the
// container's note.
Bytes EncodeToFit(const Record& record, std::size_t max_bytes);

}  // namespace brig::agent
