// SPDX-License-Identifier: Apache-2.0
#include "agent/signer_store.h"

#include <fmt/format.h>

#include <optional>

#include "base/file.h"
#include "ledger/key_file.h"

namespace brig::agent {
namespace {

// The host's name made fit for a key's name, and the key's own mark: no two ledgers share an
// origin.
std::string KeyNameOf(const std::string& node, const PublicKey& key) {
  std::string name = "brig/";
  for (const char c : node.substr(0, 64)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    name += plain ? c : '-';
  }
  return name + "/" + ToHex(std::span(key).first(4));
}

Result<ledger::NamedKey> MakeKey(const std::string& path, const std::string& node) {
  BRIG_ASSIGN(SigningKey key, SigningKey::Generate());
  const std::string name = KeyNameOf(node, key.public_key());
  ledger::NamedKey named{name, std::move(key)};
  BRIG_TRY(ReplaceFile(path, FormatKeyFile(named), 0600));
  return named;
}

}  // namespace

Result<ledger::CheckpointSigner> LoadOrCreateSigner(const std::string& node,
                                                    const std::string& directory) {
  const std::string path = directory + "/key";
  std::optional<ledger::CheckpointBody> last;
  const auto head = ReadFile(directory + "/last");
  if (head) {
    const auto body = ledger::ParseBody(*head);
    if (!body) return Within("signer's last head is damaged", body.error());
    last = *body;
  } else if (head.error().code != ErrorCode::kNotFound) {
    return std::unexpected(head.error());
  }
  const auto text = ReadFile(path, ledger::kMaxKeyFileBytes);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  // A head without its key: somebody took the key away. A new one would hide that.
  if (!text && last)
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("signer has signed before, but its key is gone: restore it, or move its "
                    "directory and the ledger away to begin anew"));
  auto key = text ? ledger::ParseKeyFile(*text) : MakeKey(path, node);
  if (!key) return Within(path, key.error());
  return ledger::CheckpointSigner(std::move(key->key), key->name, last);
}

Result<> StoreLastHead(const ledger::CheckpointBody& head, const std::string& directory) {
  return ReplaceFile(directory + "/last", ledger::FormatBody(head), 0600);
}

}  // namespace brig::agent
