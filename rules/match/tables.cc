// SPDX-License-Identifier: Apache-2.0
#include "rules/match/tables.h"

#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <functional>

namespace brig::rules {
namespace {

constexpr std::int64_t kPartsMemory = 64 << 20;

}  // namespace

std::uint64_t HashOf(std::string_view text) { return std::hash<std::string_view>{}(text); }

void TextSet::Build(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  texts_ = std::move(texts);
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(texts_.size() * 2, 2));
  mask_ = size - 1;
  places_.assign(size, 0);
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    std::size_t at = HashOf(texts_[i]) & mask_;
    while (places_[at] != 0) at = (at + 1) & mask_;
    places_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

bool TextSet::Has(std::string_view text, std::uint64_t hash) const {
  if (texts_.empty()) return false;
  for (std::size_t at = hash & mask_; places_[at] != 0; at = (at + 1) & mask_)
    if (texts_[places_[at] - 1] == text) return true;
  return false;
}

void GuardTable::AddEnd(Ends& ends, std::string_view text, bool from_front, std::uint32_t entry) {
  std::uint64_t hash = kStart;
  for (std::size_t i = 0; i < text.size(); ++i)
    hash = Mix(hash, from_front ? text[i] : text[text.size() - 1 - i]);
  ends.lengths.push_back(text.size());
  ends.entries[hash].push_back(entry);
}

void GuardTable::Add(const GuardKey& key, std::uint32_t entry) {
  switch (key.kind) {
    case GuardKey::Kind::kText: texts_[HashOf(key.text)].push_back(entry); break;
    case GuardKey::Kind::kPrefix: AddEnd(prefixes_, key.text, true, entry); break;
    case GuardKey::Kind::kSuffix: AddEnd(suffixes_, key.text, false, entry); break;
    case GuardKey::Kind::kNumber:
      numbers_[static_cast<std::uint64_t>(key.number)].push_back(entry);
      break;
    case GuardKey::Kind::kPart:
      part_texts_.push_back(key.text);
      part_entries_.push_back(entry);
      break;
  }
}

void GuardTable::Finish() {
  for (Ends* ends : {&prefixes_, &suffixes_}) {
    std::ranges::sort(ends->lengths);
    ends->lengths.erase(std::ranges::unique(ends->lengths).begin(), ends->lengths.end());
  }
  if (part_texts_.empty()) return;
  std::ranges::sort(part_entries_);
  part_entries_.erase(std::ranges::unique(part_entries_).begin(), part_entries_.end());
  std::ranges::sort(part_texts_);
  part_texts_.erase(std::ranges::unique(part_texts_).begin(), part_texts_.end());
  std::string any;
  for (const std::string& text : part_texts_)
    any += (any.empty() ? "" : "|") + re2::RE2::QuoteMeta(text);
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_case_sensitive(false);  // so that `contains` and `icontains` share it
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(kPartsMemory);
  parts_ = std::make_shared<const re2::RE2>(any, options);
}

bool GuardTable::HasPart(std::string_view text) const {
  // More texts than RE2 has memory for rule nothing out.
  if (!parts_->ok()) return true;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *parts_);
}

}  // namespace brig::rules
