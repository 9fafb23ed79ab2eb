// SPDX-License-Identifier: Apache-2.0
#include "ledger/key_file.h"

#include <fmt/format.h>

#include "base/file.h"
#include "ledger/note.h"

namespace brig::ledger {

std::string FormatKeyFile(const NamedKey& key) {
  return fmt::format("{} {}\n", key.name, ToHex(key.key.seed()));
}

Result<NamedKey> ParseKeyFile(std::string_view text) {
  const auto damaged = [] {
    return Fail(ErrorCode::kCorrupt, "the key file is damaged: restore it from a copy");
  };
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || text.back() != '\n') return damaged();
  const std::string_view name = text.substr(0, space);
  const auto seed = FromHex(text.substr(space + 1, text.size() - space - 2));
  if (!seed || seed->size() != 32 || !IsKeyName(name)) return damaged();
  BRIG_ASSIGN(SigningKey key, SigningKey::FromSeed(*seed));
  return NamedKey{std::string(name), std::move(key)};
}

Result<NamedKey> LoadOrMakeKey(const std::string& path, const std::string& name) {
  const auto text = ReadFile(path, kMaxKeyFileBytes);
  if (text) {
    auto key = ParseKeyFile(*text);
    if (!key) return Within(path, std::move(key).error());
    return key;
  }
  if (text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  if (!IsKeyName(name)) return Fail(ErrorCode::kInvalid, fmt::format("`{}` names no key", name));
  BRIG_ASSIGN(SigningKey made, SigningKey::Generate());
  NamedKey key{name, std::move(made)};
  BRIG_TRY(ReplaceFile(path, FormatKeyFile(key), 0600));
  return key;
}

}  // namespace brig::ledger
