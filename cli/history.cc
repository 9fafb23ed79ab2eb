// SPDX-License-Identifier: Apache-2.0
#include "cli/history.h"

#include <fmt/format.h>

namespace brig::cli {
namespace {

std::unexpected<Error> WithAdvice(Error error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      error.message += ": `brig up` begins a record, --state names another";
      break;
    case ErrorCode::kDenied: error.message += ": try it as root"; break;
    case ErrorCode::kCorrupt:
      error.message += ": `brig ledger verify` tells what is damaged";
      break;
    default: break;
  }
  return std::unexpected(std::move(error));
}

}  // namespace

Result<History> History::Open(const std::string& directory) {
  auto reader = ledger::Reader::Open(directory);
  if (!reader) return WithAdvice(std::move(reader).error());
  return History(*std::move(reader));
}

Result<std::optional<Stored>> History::Next() {
  for (;;) {
    auto entry = reader_->Next();
    if (!entry) return WithAdvice(std::move(entry).error());
    if (!*entry) return std::nullopt;
    auto record = DecodeRecord((*entry)->bytes);
    if (record) return Stored{(*entry)->index, *std::move(record)};
    ++undecoded_;
  }
}

Result<> ForEachRecord(const std::string& directory, const std::function<void(Stored&)>& each) {
  BRIG_ASSIGN(History history, History::Open(directory));
  for (;;) {
    BRIG_ASSIGN(std::optional<Stored> stored, history.Next());
    if (!stored) break;
    each(*stored);
  }
  if (history.undecoded() > 0)
    fmt::print(stderr,
               "brig: {} entries are of a kind that this brig does not know: use a newer one\n",
               history.undecoded());
  return {};
}

}  // namespace brig::cli
