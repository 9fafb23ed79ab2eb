// SPDX-License-Identifier: Apache-2.0
// Keys from the bytes that a terminal sends. Not thread safe.
//
//   key = printable | control | ESC [ digits ~ | ESC [ letter | ESC O letter      a lone ESC is the
//   Escape key
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brig::cli {

enum class Key {
  kOther,
  kQuit,
  kInterrupt,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kEnter,
  kEscape,
  kHelp,
  kRedraw,
};

class KeyReader {
 public:
  void Add(std::string_view bytes);
  // The next key. `idle`: nothing more has come for a while, so a lone ESC is meant as such.
  std::optional<Key> Next(bool idle);
  // An ESC waits for what follows it.
  [[nodiscard]] bool pending() const { return !bytes_.empty(); }

 private:
  static constexpr std::size_t kMaxPending = 1024;
  std::optional<Key> Sequence(bool idle);
  std::string bytes_;
};

}  // namespace brig::cli
