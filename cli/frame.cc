// SPDX-License-Identifier: Apache-2.0
#include "cli/frame.h"

#include <algorithm>

namespace brig::cli {

Frame::Frame(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {
  for (Row& row : rows_) row.spots.resize(columns);
}

std::size_t Frame::Put(std::size_t row, std::size_t column, std::string_view text, Style style,
                       std::size_t width) {
  if (row >= rows_.size() || column >= columns_) return column;
  width = std::min(width, columns_ - column);
  const std::string fitted = Fit(text, width);
  std::vector<Spot>& spots = rows_[row].spots;
  std::size_t at = column;
  for (std::string_view rest = fitted; !rest.empty();) {
    const Glyph glyph = TakeGlyph(rest);
    if (glyph.width == 0) {
      if (at > column && spots[at - 1].marks++ < kMaxCombining) spots[at - 1].glyph += glyph.bytes;
      continue;
    }
    if (at + glyph.width > columns_) break;
    spots[at] = {std::string(glyph.bytes), style, 0};
    for (std::size_t i = 1; i < glyph.width; ++i) spots[at + i] = {"", style, 0};
    at += glyph.width;
  }
  return at;
}

void Frame::PutRight(std::size_t row, std::size_t left, std::string_view text, Style style) {
  const std::size_t width = DisplayWidth(text);
  if (left + width <= columns_) Put(row, columns_ - width, text, style);
}

void Frame::Invert(std::size_t row) {
  if (row < rows_.size()) rows_[row].inverted = true;
}

std::string Frame::Codes(std::size_t row) const {
  const Row& line = rows_[row];
  std::string codes(kStyleOff);
  if (line.inverted) codes += "\x1b[7m";
  Style style = Style::kPlain;
  for (const Spot& spot : line.spots) {
    if (spot.style != style && !spot.glyph.empty()) {
      codes += kStyleOff;
      if (line.inverted) codes += "\x1b[7m";
      codes += CodeOf(spot.style);
      style = spot.style;
    }
    codes += spot.glyph;
  }
  return codes + std::string(kStyleOff);
}

std::string Frame::Text(std::size_t row) const {
  std::string text;
  for (const Spot& spot : rows_[row].spots) text += spot.glyph;
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace brig::cli
