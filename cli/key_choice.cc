// SPDX-License-Identifier: Apache-2.0
#include "cli/key_choice.h"

#include "base/file.h"

namespace brig::cli {

void DeclareKey(Flags& flags, std::string& key) {
  flags.Option({.name = "--key",
                .value_name = "FILE",
                .help = "the log's public key, or a file that holds it",
                .hint = Hint::kFile,
                .target = &key});
}

Result<ledger::VerifierKey> ChosenKey(const std::string& text) {
  std::string line = text;
  if (auto content = ReadFile(text, 4096)) line = *std::move(content);
  while (line.ends_with('\n')) line.pop_back();
  auto key = ledger::ParseVerifierKey(line);
  if (!key) return Within("--key", std::move(key).error());
  return key;
}

}  // namespace brig::cli
