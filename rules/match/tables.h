// SPDX-License-Identifier: Apache-2.0
// Tables that a value is looked up in once, however many constants they hold. Built once, then
// thread safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace re2 {
class RE2;
}

namespace brig::rules {

std::uint64_t HashOf(std::string_view text);

// A set of texts: open addressing, at most half full.
class TextSet {
 public:
  void Build(std::vector<std::string> texts);
  [[nodiscard]] bool Has(std::string_view text, std::uint64_t hash) const;
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> places_;  // index in texts_ plus 1; 0: empty
  std::size_t mask_ = 0;
};

// What a condition cannot hold without: a value of one field that is, begins or ends with a text,
// holds one somewhere, or is a number.
struct GuardKey {
  enum class Kind : std::uint8_t { kText, kPrefix, kSuffix, kPart, kNumber };
  Kind kind = Kind::kText;
  std::uint32_t slot = 0;
  std::string text;
  std::int64_t number = 0;
};

// The entries of one kind of event that a field's value rules in.
class GuardTable {
 public:
  explicit GuardTable(std::uint32_t slot) : slot_(slot) {}
  void Add(const GuardKey& key, std::uint32_t entry);
  void Finish();
  [[nodiscard]] std::uint32_t slot() const { return slot_; }

  // Calls `found(entry)` for each, perhaps more than once. `hash` is the text's.
  template <class Found>
  void FindText(std::string_view text, std::uint64_t hash, const Found& found) const {
    Report(texts_, hash, found);
    FindEnds(prefixes_, text, /*from_front=*/true, found);
    FindEnds(suffixes_, text, /*from_front=*/false, found);
    if (parts_ && HasPart(text))
      for (const std::uint32_t entry : part_entries_) found(entry);
  }
  template <class Found>
  void FindNumber(std::int64_t number, const Found& found) const {
    Report(numbers_, static_cast<std::uint64_t>(number), found);
  }

 private:
  // Entries by the hash of a text: what shares a hash by chance is told apart by its own check.
  using Entries = std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>;
  struct Ends {
    std::vector<std::size_t> lengths;  // sorted
    Entries entries;
  };

  template <class Found>
  static void Report(const Entries& entries, std::uint64_t key, const Found& found) {
    if (entries.empty()) return;
    const auto known = entries.find(key);
    if (known == entries.end()) return;
    for (const std::uint32_t entry : known->second) found(entry);
  }
  // One pass over the text, a look at each length that some constant has.
  template <class Found>
  static void FindEnds(const Ends& ends, std::string_view text, bool from_front,
                       const Found& found) {
    std::uint64_t hash = kStart;
    std::size_t at = 0;
    for (const std::size_t length : ends.lengths) {
      if (length > text.size()) return;
      for (; at < length; ++at)
        hash = Mix(hash, from_front ? text[at] : text[text.size() - 1 - at]);
      Report(ends.entries, hash, found);
    }
  }
  static constexpr std::uint64_t kStart = 0xcbf29ce484222325ULL;  // FNV-1a
  static std::uint64_t Mix(std::uint64_t hash, char c) {
    return (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  static void AddEnd(Ends& ends, std::string_view text, bool from_front, std::uint32_t entry);
  [[nodiscard]] bool HasPart(std::string_view text) const;

  std::uint32_t slot_;
  Entries texts_, numbers_;
  Ends prefixes_, suffixes_;
  std::vector<std::string> part_texts_;
  std::vector<std::uint32_t> part_entries_;
  std::shared_ptr<const re2::RE2> parts_;  // any of part_texts_
};

}  // namespace brig::rules
