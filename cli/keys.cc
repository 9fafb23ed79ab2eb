// SPDX-License-Identifier: Apache-2.0
#include "cli/keys.h"

namespace brig::cli {
namespace {

constexpr char kEscapeByte = '\x1b';

Key Plain(char c) {
  switch (c) {
    case 'q':
    case 'Q': return Key::kQuit;
    case '\x03': return Key::kInterrupt;  // Ctrl-C
    case '\x0c': return Key::kRedraw;     // Ctrl-L
    case 'k': return Key::kUp;
    case 'j': return Key::kDown;
    case 'g': return Key::kHome;
    case 'G': return Key::kEnd;
    case ' ': return Key::kPageDown;
    case '\r':
    case '\n': return Key::kEnter;
    case '?':
    case 'h': return Key::kHelp;
    default: return Key::kOther;
  }
}

Key Ended(std::string_view digits, char last) {
  switch (last) {
    case 'A': return Key::kUp;
    case 'B': return Key::kDown;
    case 'H': return Key::kHome;
    case 'F': return Key::kEnd;
    case '~': break;
    default: return Key::kOther;
  }
  if (digits == "5") return Key::kPageUp;
  if (digits == "6") return Key::kPageDown;
  if (digits == "1" || digits == "7") return Key::kHome;
  if (digits == "4" || digits == "8") return Key::kEnd;
  return Key::kOther;
}

}  // namespace

void KeyReader::Add(std::string_view bytes) {
  bytes_ += bytes;
  if (bytes_.size() > kMaxPending) bytes_.erase(0, bytes_.size() - kMaxPending);
}

std::optional<Key> KeyReader::Sequence(bool idle) {
  // bytes_ begins with ESC.
  if (bytes_.size() == 1) {
    if (!idle) return std::nullopt;
    bytes_.clear();
    return Key::kEscape;
  }
  if (bytes_[1] != '[' && bytes_[1] != 'O') {
    bytes_.erase(0, 1);
    return Key::kEscape;
  }
  std::size_t end = 2;
  while (end < bytes_.size() && (bytes_[end] < '@' || bytes_[end] > '~')) ++end;
  if (end == bytes_.size()) {
    if (!idle) return std::nullopt;
    bytes_.clear();
    return Key::kOther;
  }
  const Key key = Ended(std::string_view(bytes_).substr(2, end - 2), bytes_[end]);
  bytes_.erase(0, end + 1);
  return key;
}

std::optional<Key> KeyReader::Next(bool idle) {
  if (bytes_.empty()) return std::nullopt;
  if (bytes_[0] == kEscapeByte) return Sequence(idle);
  const Key key = Plain(bytes_[0]);
  bytes_.erase(0, 1);
  return key;
}

}  // namespace brig::cli
