// SPDX-License-Identifier: Apache-2.0
// A table for people: columns as wide as their widest cell, shrunk fairly when the terminal is
// narrower. Cells must hold safe text (cli/text.h). Not thread safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/text.h"

namespace brig::cli {

struct Column {
  std::string title = {};
  bool right = false;         // numbers
  bool wrap = false;          // goes on below instead of being cut
  std::size_t width_min = 6;  // never shrunk below; a column that fits anyway may be narrower
};

struct Cell {
  std::string text = {};
  Style style = Style::kPlain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as there are columns.
  void Add(std::vector<Cell> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // The table as lines. `width` 0: as wide as it wants to be.
  [[nodiscard]] std::string Render(std::size_t width, bool color) const;
  // The widths that Render uses, gaps not included.
  [[nodiscard]] std::vector<std::size_t> Widths(std::size_t width) const;

  static constexpr std::size_t kGap = 2;  // between columns

 private:
  std::string RenderRow(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                        bool color) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace brig::cli
