// SPDX-License-Identifier: Apache-2.0
// The terminal while a live view has it: alternate screen, raw keys, no cursor. Given back as it
// was when the Screen goes, and also when the program crashes. One at a time; not thread safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/frame.h"
#include "cli/keys.h"

namespace brig::cli {

class Screen {
 public:
  // kUnsupported when standard input or output is no terminal.
  [[nodiscard]] static Result<Screen> Take();
  Screen(Screen&& other) noexcept;
  Screen& operator=(Screen&&) = delete;
  ~Screen();

  struct Size {
    std::size_t rows = 24, columns = 80;
  };
  [[nodiscard]] static Size size();
  // Writes the rows that differ from what is there.
  void Show(const Frame& frame);
  // What is there is no longer known: the next Show writes everything.
  void Forget() { shown_.clear(); }
  // Reads what the keyboard sent. False: the terminal is gone.
  bool ReadKeys();
  std::optional<Key> NextKey(bool idle) { return keys_.Next(idle); }
  [[nodiscard]] bool key_pending() const { return keys_.pending(); }

 private:
  Screen() = default;
  bool taken_ = true;
  std::vector<std::string> shown_;
  std::size_t shown_columns_ = 0;
  KeyReader keys_;
};

}  // namespace brig::cli
