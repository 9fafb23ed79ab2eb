// SPDX-License-Identifier: Apache-2.0
// `brig ledger witness`: has witnesses cosign this node's checkpoints.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <map>
#include <thread>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/http.h"
#include "cli/ledger_flags.h"
#include "cli/text.h"
#include "ledger/prove.h"
#include "ledger/witness_policy.h"

namespace brig::cli {
namespace {

constexpr int kPatienceSeconds = 15;
// The first may have to learn where the witness stands; another feeder may come between.
constexpr int kTries = 3;

class LedgerWitness final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger witness",
        .summary = "have witnesses vouch for the record",
        .details =
            "Sends the latest checkpoint, with a proof that it continues the last, to every "
            "witness "
            "of the policy (C2SP tlog-policy) that has a URL, and keeps the checkpoint with their "
            "cosignatures as `witnessed` beside the record; `brig ledger prove` uses it. Exit 1 "
            "when "
            "a witness says that the record was rolled back or rewritten.",
        .examples = {{"brig ledger witness --policy /etc/brig/witnesses", "once"},
                     {"brig ledger witness --policy /etc/brig/witnesses --follow",
                      "as a service, every minute"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--policy",
                  .value_name = "FILE",
                  .help = "who the witnesses are, and how many are needed",
                  .hint = Hint::kFile,
                  .target = &policy_file_});
    flags.Option({.name = "--follow", .help = "go on with what is sealed now", .target = &follow_});
    flags.Option({.name = "--interval",
                  .value_name = "SECONDS",
                  .help = "how often, with --follow (default 60)",
                  .target = &interval_s_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  // What came of one round.
  struct Round {
    bool witnessed = false;     // by as many as the policy asks for
    bool contradicted = false;  // a witness knows another history, or more of this one
    std::string text;
  };
  Result<Round> Ask(const std::string& ledger);
  Result<std::string> AskOne(const std::string& ledger, const ledger::WitnessPolicy::Witness& who,
                             const std::string& note);

  std::string policy_file_;
  bool follow_ = false;
  std::uint64_t interval_s_ = 60;
  ledger::WitnessPolicy policy_;
  std::map<std::string, std::uint64_t> sizes_;  // what each witness has seen
};

std::string OneLine(std::string_view text) { return Safe(text.substr(0, text.find('\n')), 200); }

// The note with the witness' cosignature. kCorrupt: it contradicts the record.
Result<std::string> LedgerWitness::AskOne(const std::string& ledger,
                                          const ledger::WitnessPolicy::Witness& who,
                                          const std::string& note) {
  BRIG_ASSIGN(const ledger::CheckpointBody head, ledger::ReadCheckpoint(note));
  for (int tries = 0; tries < kTries; ++tries) {
    std::uint64_t& old_size = sizes_[who.name];
    BRIG_ASSIGN(const auto extension, ledger::ProveExtensionTo(ledger, old_size, note));
    BRIG_ASSIGN(const HttpAnswer answer,
                HttpPost(who.url + "/add-checkpoint", ledger::FormatExtension(extension),
                         "text/plain; charset=utf-8", kPatienceSeconds));
    if (answer.status == 200) {
      old_size = head.size;
      return ledger::WithCosignature(note, answer.body, who.key);
    }
    std::string_view line = answer.body;
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto size = ledger::ParseTreeSize(line);
    if (answer.status == 422 || (answer.status == 409 && size && *size == old_size))
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("knows another history of the first {} entries: the record was "
                              "rewritten (or the witness' was)",
                              old_size));
    if (answer.status != 409 || !size)
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("answers {}: {}", answer.status, OneLine(answer.body)));
    if (*size > head.size)
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("has seen {} entries, here are {}: the record was rolled back", *size,
                              head.size));
    old_size = *size;
  }
  return Fail(ErrorCode::kUnavailable, "changes its mind about what it has seen");
}

Result<LedgerWitness::Round> LedgerWitness::Ask(const std::string& ledger) {
  BRIG_ASSIGN(const std::string note, ledger::LatestCheckpoint(ledger));
  BRIG_ASSIGN(const ledger::CheckpointBody head, ledger::ReadCheckpoint(note));
  std::string cosigned = note;
  Round round;
  std::size_t count = 0;
  for (const auto& witness : policy_.witnesses()) {
    if (witness.url.empty()) continue;
    const auto answer = AskOne(ledger, witness, note);
    // One after the other into the same note.
    const auto merged =
        answer
            ? ledger::WithCosignature(
                  cosigned, std::string_view(*answer).substr(answer->find("\n\n") + 2), witness.key)
            : answer;
    if (merged) {
      cosigned = *merged;
      ++count;
      continue;
    }
    round.contradicted |= merged.error().code == ErrorCode::kCorrupt;
    round.text += fmt::format("{}: {}\n", Safe(witness.name), Safe(merged.error().message));
  }
  BRIG_ASSIGN(const ledger::Note parsed, ledger::ParseNote(cosigned));
  round.witnessed = policy_.IsWitnessed(parsed);
  round.text += fmt::format("{} entries, cosigned by {}{}\n", WithCommas(head.size),
                            Counted(count, "witness"),
                            round.witnessed ? "" : ": fewer than the policy asks for");
  // What enough have vouched for is not given up for what fewer have.
  const std::string path = WitnessedPath(ledger);
  const auto before = ReadFile(path, ledger::kMaxNoteBytes);
  const auto kept = before ? ledger::ParseNote(*before) : std::unexpected(before.error());
  if (count > 0 && (round.witnessed || !kept || !policy_.IsWitnessed(*kept)))
    BRIG_TRY(ReplaceFile(path, cosigned, 0644));
  return round;
}

Result<Exit> LedgerWitness::Run(const Session& session) {
  if (policy_file_.empty())
    return Fail(ErrorCode::kInvalid,
                "who are the witnesses? give --policy FILE (lines such as "
                "`witness NAME KEY URL` and `quorum NAME`)");
  BRIG_ASSIGN(const std::string text, ReadFile(policy_file_, ledger::kMaxPolicyBytes));
  auto policy = ledger::WitnessPolicy::Parse(text);
  if (!policy) return Within(policy_file_, std::move(policy).error());
  policy_ = *std::move(policy);
  std::string told;
  for (;;) {
    const auto round = Ask(session.ledger_directory());
    const std::string said = round ? round->text : Safe(round.error().message) + "\n";
    if (said != told) fmt::print(session.talk, "{}", said);
    told = said;
    if (!follow_) {
      if (!round) return std::unexpected(round.error());
      if (round->contradicted) return Exit::kNo;
      return round->witnessed ? Exit::kFine : Exit::kUnknown;
    }
    std::this_thread::sleep_for(std::chrono::seconds(interval_s_));
  }
}

}  // namespace

std::unique_ptr<Command> MakeLedgerWitness() { return std::make_unique<LedgerWitness>(); }

}  // namespace brig::cli
