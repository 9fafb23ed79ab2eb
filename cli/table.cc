// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"

namespace brig::cli {

void Table::Add(std::vector<Cell> cells) {
  BRIG_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::Widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t wanted = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) wanted = std::max(wanted, DisplayWidth(row[i].text));
    widths.push_back(wanted);
  }
  if (width == 0 || widths.empty()) return widths;
  std::size_t total =
      std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
  // A column at a time, always the widest that may still give.
  while (total > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > columns_[i].width_min &&
          (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size()) break;
    --widths[widest];
    --total;
  }
  return widths;
}

std::string Table::RenderRow(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths,
                             bool color) const {
  std::vector<std::vector<std::string>> blocks;
  std::size_t height = 1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    blocks.push_back(columns_[i].wrap ? Wrap(cells[i].text, widths[i])
                                      : std::vector{Fit(cells[i].text, widths[i])});
    height = std::max(height, blocks.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string row;
    std::size_t owed = 0;  // spaces that are written only when something follows
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string part = line < blocks[i].size() ? blocks[i][line] : "";
      const std::size_t space = widths[i] - std::min(widths[i], DisplayWidth(part));
      if (!part.empty()) {
        row.append(owed + (columns_[i].right ? space : 0), ' ');
        row += Paint(part, cells[i].style, color);
        owed = columns_[i].right ? 0 : space;
      } else {
        owed += space;
      }
      owed += kGap;
    }
    text += row + "\n";
  }
  return text;
}

std::string Table::Render(std::size_t width, bool color) const {
  const std::vector<std::size_t> widths = Widths(width);
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Style::kDim});
  const bool titled = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.title.empty(); });
  std::string text = titled ? RenderRow(titles, widths, color) : "";
  for (const auto& row : rows_) text += RenderRow(row, widths, color);
  return text;
}

}  // namespace brig::cli
