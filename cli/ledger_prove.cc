// SPDX-License-Identifier: Apache-2.0
// `brig ledger prove` and `brig ledger consistency`: proofs for those who do not have the record.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/ledger_flags.h"
#include "ledger/prove.h"

namespace brig::cli {
namespace {

// The text is the proof; programs get it as a JSON string.
void Print(const Session& session, const std::string& text) {
  if (session.globals.json)
    fmt::print(session.out, "{}\n", nlohmann::json({{"proof", text}}).dump());
  else
    fmt::print(session.out, "{}", text);
}

class LedgerProve final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger prove",
        .summary = "a proof that one entry stands in the record",
        .details =
            "Prints the entry, the hashes that lead from it to the root, and the signed "
            "checkpoint: whoever has the log's public key can check it without this host, by "
            "`brig ledger check` or by any program that reads C2SP tlog-proof (the entry is the "
            "extra data).",
        .examples = {{"brig ledger prove 4711 > 4711.tlog-proof", "to be kept or sent"},
                     {"brig ledger prove 4711 --json", "on one line, for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "INDEX",
                    .help = "which entry; the first is 0",
                    .required = true,
                    .target = &index_});
    DeclareTiles(flags, tiles_);
    DeclareKey(flags, key_);
  }
  Result<Exit> Run(const Session& session) override {
    auto proof = Prove(session.ledger_directory());
    if (!proof) return Within("prove an entry", std::move(proof).error());
    Print(session, ledger::FormatTlogProof(*proof));
    return Exit::kFine;
  }

 private:
  [[nodiscard]] Result<ledger::TlogProof> Prove(const std::string& ledger) const {
    if (tiles_.empty()) {
      BRIG_ASSIGN(const std::string note, CheckpointFor(ledger, index_));
      return ledger::ProveEntryIn(ledger, index_, note);
    }
    BRIG_ASSIGN(ledger::TileLog log, OpenTiles(tiles_, key_, ledger));
    return log.ProveEntry(index_);
  }

  std::uint64_t index_ = 0;
  std::string tiles_, key_;
};

class LedgerConsistency final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "ledger consistency",
            .summary = "a proof that the record only grew",
            .details =
                "Prints the hashes that show the first OLD entries to be the beginning of the SIZE "
                "that a checkpoint covers (without SIZE: the latest), and that checkpoint: with an "
                "old checkpoint kept elsewhere, `brig ledger check` finds by it whether the record "
                "was rewritten since. The text is also what a C2SP witness takes (add-checkpoint).",
            .examples = {{"brig ledger consistency 120 > since-120", "from 120 entries to now"},
                         {"brig ledger consistency 120 4711", "to the checkpoint of 4711"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "OLD",
                    .help = "how many entries the old checkpoint covers",
                    .required = true,
                    .target = &old_size_});
    flags.Argument(
        {.name = "SIZE", .help = "how many the new one covers (0: the latest)", .target = &size_});
    DeclareTiles(flags, tiles_);
    DeclareKey(flags, key_);
  }
  Result<Exit> Run(const Session& session) override {
    auto extension = Prove(session.ledger_directory());
    if (!extension) return Within("prove that the record only grew", std::move(extension).error());
    Print(session, ledger::FormatExtension(*extension));
    return Exit::kFine;
  }

 private:
  [[nodiscard]] Result<ledger::Extension> Prove(const std::string& ledger) const {
    if (tiles_.empty())
      return ledger::ProveExtension(ledger, old_size_,
                                    size_ == 0 ? std::nullopt : std::optional(size_));
    BRIG_ASSIGN(ledger::TileLog log, OpenTiles(tiles_, key_, ledger));
    if (size_ != 0 && size_ != log.head().size)
      return Fail(ErrorCode::kNotFound,
                  fmt::format("the checkpoint in {} covers {}", tiles_, log.head().size));
    return log.ProveExtension(old_size_);
  }

  std::uint64_t old_size_ = 0, size_ = 0;
  std::string tiles_, key_;
};

}  // namespace

std::unique_ptr<Command> MakeLedgerProve() { return std::make_unique<LedgerProve>(); }
std::unique_ptr<Command> MakeLedgerConsistency() { return std::make_unique<LedgerConsistency>(); }

}  // namespace brig::cli
