// SPDX-License-Identifier: Apache-2.0
// The files that rules come from, places in them, and what there is to say about a place. Thread
// safe (no state but the values).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brig::rules {

// Line and column count from 1, columns in bytes. Line 0: no place.
struct Place {
  std::uint32_t file = 0, line = 0, column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

// A text of a file, and where it begins there.
struct Phrase {
  std::string text;
  Place place = {};
};

enum class RemarkKind : std::uint8_t {
  kError,    // the rules do not load
  kWarning,  // they load, and Falco would say so too
  kNote,     // brig alone says so: what this node cannot see, what can never fire
};
std::string_view NameOf(RemarkKind kind);

struct Remark {
  RemarkKind kind = RemarkKind::kError;
  Place place;
  std::string text;  // lower case, no full stop; says what to write instead where it can
};

class Sources {
 public:
  // The number that a Place names it by.
  std::uint32_t Add(std::string name, std::string text);
  [[nodiscard]] const std::string& NameOf(std::uint32_t file) const { return files_[file].name; }
  [[nodiscard]] const std::string& TextOf(std::uint32_t file) const { return files_[file].text; }
  [[nodiscard]] std::size_t size() const { return files_.size(); }

  // "NAME:LINE:COLUMN", or "NAME" for no line.
  [[nodiscard]] std::string Words(const Place& place) const;
  // "NAME:LINE:COLUMN: error: TEXT", the line of the file, and a caret under the column.
  [[nodiscard]] std::string Show(const Remark& remark) const;
  // Where byte `offset` of a YAML scalar stands in the file. YAML folds lines and drops
  // indentation, so what is counted are the bytes that are no white space.
  [[nodiscard]] Place Inside(const Phrase& phrase, std::size_t offset) const;

 private:
  struct File {
    std::string name, text;
    std::vector<std::size_t> lines;  // where each begins
  };
  std::vector<File> files_;
};

}  // namespace brig::rules
