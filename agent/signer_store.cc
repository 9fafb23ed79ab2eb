// SPDX-License-Identifier: Apache-2.0
#include "agent/signer_store.h"

#include <fmt/format.h>

#include <optional>

#include "base/file.h"
#include "ledger/note.h"

namespace brig::agent {
namespace {

constexpr std::size_t kMaxKeyFile = 1024;

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

struct NamedKey {
  std::string name;
  SigningKey key;
};

Result<NamedKey> ParseKey(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text.back() != '\n')
    return Fail(ErrorCode::kCorrupt, "signer key file is damaged: restore it from a copy");
  const std::string name = text.substr(0, space);
  const auto seed = FromHex(text.substr(space + 1, text.size() - space - 2));
  if (!seed || seed->size() != 32 || !ledger::IsKeyName(name))
    return Fail(ErrorCode::kCorrupt, "signer key file is damaged: restore it from a copy");
  BRIG_ASSIGN(SigningKey key, SigningKey::FromSeed(*seed));
  return NamedKey{name, std::move(key)};
}

Result<NamedKey> MakeKey(const std::string& path, const std::string& node) {
  BRIG_ASSIGN(SigningKey key, SigningKey::Generate());
  const std::string name = KeyNameOf(node, key.public_key());
  BRIG_TRY(ReplaceFile(path, fmt::format("{} {}\n", name, ToHex(key.seed())), 0600));
  return NamedKey{name, std::move(key)};
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
  const auto text = ReadFile(path, kMaxKeyFile);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  // A head without its key: somebody took the key away. A new one would hide that.
  if (!text && last)
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("signer has signed before, but its key is gone: restore it, or move its "
                    "directory and the ledger away to begin anew"));
  auto key = text ? ParseKey(*text) : MakeKey(path, node);
  if (!key) return std::unexpected(key.error());
  return ledger::CheckpointSigner(std::move(key->key), key->name, last);
}

Result<> StoreLastHead(const ledger::CheckpointBody& head, const std::string& directory) {
  return ReplaceFile(directory + "/last", ledger::FormatBody(head), 0600);
}

}  // namespace brig::agent
