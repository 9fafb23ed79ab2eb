// SPDX-License-Identifier: Apache-2.0
// The two files of the signer, in its root directory: `key` (one line: name, a space, the seed in
// hex) and `last`, the body of the last tree head it signed. Not thread safe.
#pragma once

#include <string>

#include "base/result.h"
#include "ledger/checkpoint.h"

namespace brig::agent {

// The signer from `directory`; makes the key when there is none yet. `node` becomes part of the new
// key's name. kCorrupt when a file is not what was written.
[[nodiscard]] Result<ledger::CheckpointSigner> LoadOrCreateSigner(
    const std::string& node, const std::string& directory = "");
[[nodiscard]] Result<> StoreLastHead(const ledger::CheckpointBody& head,
                                     const std::string& directory = "");

}  // namespace brig::agent
