// SPDX-License-Identifier: Apache-2.0
// `brig ledger show`: one entry of the record, whole.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/history.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

class LedgerShow final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "ledger show",
            .summary = "one entry of the record, whole",
            .details =
                "Prints the entry with this index: every field, and how many bytes are kept of it.",
            .examples = {{"brig ledger show 0", "the first entry"},
                         {"brig ledger show 4711 --json", "on one line, for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "INDEX",
                    .help = "which entry; the first is 0",
                    .required = true,
                    .target = &index_});
  }
  Result<Exit> Run(const Session& session) override {
    BRIG_ASSIGN(History history, History::Open(session.ledger_directory()));
    auto entry = history.reader().Read(index_);
    if (!entry && entry.error().code == ErrorCode::kNotFound) {
      const std::uint64_t size = history.reader().Size().value_or(0);
      return Fail(ErrorCode::kNotFound,
                  fmt::format("no entry {}: the record has {}, from 0 on", index_, size));
    }
    if (!entry) return std::unexpected(std::move(entry).error());
    const auto record = DecodeRecord(entry->bytes);
    if (!record) return Within(fmt::format("entry {}", index_), record.error());
    const std::string line = ToJson(*record);
    if (session.globals.json) {
      fmt::print(session.out, "{}\n", line);
      return Exit::kFine;
    }
    fmt::print(session.out, "{}\n",
               Paint(fmt::format("entry {}, {} bytes, a {}", index_, entry->bytes.size(),
                                 kRecordKinds[record->index()]),
                     Style::kBold, session.color));
    const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
    for (const auto& [name, value] : json.items())
      fmt::print(session.out, "{} {}\n", Paint(Pad(name, 14), Style::kDim, session.color),
                 value.is_string() ? value.get<std::string>() : value.dump());
    return Exit::kFine;
  }

 private:
  std::uint64_t index_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerShow() { return std::make_unique<LedgerShow>(); }

}  // namespace brig::cli
