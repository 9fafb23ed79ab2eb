// SPDX-License-Identifier: Apache-2.0
#include "agent/outbox.h"

#include <algorithm>
#include <utility>

#include "agent/keeper.h"

namespace brig::agent {

void Outbox::Push(Append append, std::optional<std::uint64_t> ring) {
  append.number = next_number_++;
  items_.push_back({append.number, EncodeBody(append), ring});
  bytes_ += items_.back().body.size() + sizeof(Item);
}

void Outbox::AddCritical(std::vector<std::string> records, std::optional<Position> position,
                         std::optional<std::uint64_t> ring) {
  CloseBatch();  // the ledger keeps the order in which things were seen
  Append append{.critical = true, .records = std::move(records)};
  append.positioned = position.has_value();
  append.position = position.value_or(Position{});
  Push(std::move(append), ring);
}

bool Outbox::AddTelemetry(std::string record) {
  if (bytes_ + batch_bytes_ >= kMaxTelemetryBytes) return false;
  batch_bytes_ += record.size();
  batch_.push_back(std::move(record));
  if (batch_bytes_ >= kMaxBatchBytes) CloseBatch();
  return true;
}

void Outbox::CloseBatch() {
  if (batch_.empty()) return;
  Push(Append{.critical = false, .records = std::exchange(batch_, {})}, std::nullopt);
  batch_bytes_ = 0;
}

const std::string* Outbox::NextToSend() {
  CloseBatch();
  return sent_ < items_.size() ? &items_[sent_].body : nullptr;
}

void Outbox::PopFront() {
  const Item& item = items_.front();
  bytes_ -= item.body.size() + sizeof(Item);
  if (item.ring) released_ = item.ring;
  items_.pop_front();
  if (sent_ > 0) --sent_;
}

std::uint64_t Outbox::DropOldest() {
  std::uint64_t records = 0;
  while (bytes_ > kMaxBytes / 2 && !items_.empty()) {
    const auto append = DecodeBody<Append>(AsBytes(items_.front().body));
    if (append) records += append->records.size();
    PopFront();
  }
  return records;
}

void Outbox::TakeKept(const Kept& kept) {
  while (!items_.empty() && sent_ > 0 && items_.front().number <= kept.number) PopFront();
  if (kept.ledger.entries != 0) entries_ = kept.ledger.entries;
}

void Outbox::TakeResumed(const Resumed& resumed) {
  sent_ = 0;
  resumed_ = true;
  // The entries since the last acknowledgement are our records, in order, with notices in between.
  std::string_view digests = resumed.digests;
  const auto next = [&](const std::string& record) {
    const std::string wanted = ShortDigest(AsBytes(record));
    while (digests.size() >= wanted.size()) {
      const std::string_view digest = digests.substr(0, wanted.size());
      digests.remove_prefix(wanted.size());
      if (digest == wanted) return true;
    }
    return false;
  };
  while (!items_.empty() && !digests.empty()) {
    auto append = DecodeBody<Append>(AsBytes(items_.front().body));
    BRIG_CHECK(append);
    const auto left = std::ranges::find_if_not(append->records, next);
    if (left != append->records.end()) {
      // A crash can leave the beginning of a batch.
      append->records.erase(append->records.begin(), left);
      bytes_ -= items_.front().body.size();
      items_.front().body = EncodeBody(*append);
      bytes_ += items_.front().body.size();
      break;
    }
    PopFront();
  }
  entries_ = resumed.ledger.entries;
}

std::optional<std::uint64_t> Outbox::TakeReleased() { return std::exchange(released_, {}); }

}  // namespace brig::agent
