// SPDX-License-Identifier: Apache-2.0
// A screenful of styled text, drawn in memory: every Put is clipped, so drawing code need not
// count. Not thread safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text.h"

namespace brig::cli {

class Frame {
 public:
  Frame(std::size_t rows, std::size_t columns);
  // Safe text from (row, column) on, at most `width` columns of it, cut with "…". Gives the column
  // behind it.
  std::size_t Put(std::size_t row, std::size_t column, std::string_view text,
                  Style style = Style::kPlain, std::size_t width = ~std::size_t{0});
  // Ends at the right edge, when there is room behind column `left`.
  void PutRight(std::size_t row, std::size_t left, std::string_view text,
                Style style = Style::kPlain);
  // Swaps the colours of a whole row: the selected one.
  void Invert(std::size_t row);
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  // The row with its style codes; never wider than the frame.
  [[nodiscard]] std::string Codes(std::size_t row) const;
  // The row without styles or spaces at its end, for tests.
  [[nodiscard]] std::string Text(std::size_t row) const;

 private:
  static constexpr std::size_t kMaxCombining = 4;  // marks on one character
  struct Spot {
    std::string glyph = " ";  // empty: the right half of the wide one before
    Style style = Style::kPlain;
    std::size_t marks = 0;
  };
  struct Row {
    std::vector<Spot> spots;
    bool inverted = false;
  };
  std::vector<Row> rows_;
  std::size_t columns_;
};

}  // namespace brig::cli
