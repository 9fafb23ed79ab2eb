// SPDX-License-Identifier: Apache-2.0
// The record on disk, entry by entry, decoded. Needs read permission alone, no brigd. Not thread
// safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/filter.h"
#include "ledger/reader.h"
#include "model/record.h"

namespace brig::cli {

struct Stored {
  std::uint64_t index = 0;
  Record record;
};

class History {
 public:
  // `directory` is that of the ledger. The error says what to try.
  [[nodiscard]] static Result<History> Open(const std::string& directory);
  // The next record, or nothing at the end. Entries of a newer brig that do not decode are skipped
  // and counted.
  [[nodiscard]] Result<std::optional<Stored>> Next();
  [[nodiscard]] std::uint64_t undecoded() const { return undecoded_; }
  [[nodiscard]] ledger::Reader& reader() { return *reader_; }

 private:
  explicit History(std::unique_ptr<ledger::Reader> reader) : reader_(std::move(reader)) {}
  std::unique_ptr<ledger::Reader> reader_;
  std::uint64_t undecoded_ = 0;
};

// Calls `each` for every stored record, oldest first. On damage everything before it has been
// handed out; the error then ends with what to try.
[[nodiscard]] Result<> ForEachRecord(const std::string& directory,
                                     const std::function<void(Stored&)>& each);

}  // namespace brig::cli
