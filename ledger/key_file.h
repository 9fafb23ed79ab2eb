// SPDX-License-Identifier: Apache-2.0
// How a private key is kept: one line, its name, a space, the seed in hex. Thread safe (no state).
#pragma once

#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"

namespace brig::ledger {

constexpr std::size_t kMaxKeyFileBytes = 1024;

struct NamedKey {
  std::string name;
  SigningKey key;
};
std::string FormatKeyFile(const NamedKey& key);
// kCorrupt: not what FormatKeyFile wrote.
[[nodiscard]] Result<NamedKey> ParseKeyFile(std::string_view text);

// The key in the file `path`; a new one, called `name`, when there is none yet: durable on return,
// readable for its owner alone. kCorrupt as above.
[[nodiscard]] Result<NamedKey> LoadOrMakeKey(const std::string& path, const std::string& name);

}  // namespace brig::ledger
