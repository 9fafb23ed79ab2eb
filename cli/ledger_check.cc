// SPDX-License-Identifier: Apache-2.0
// `brig ledger check`: does a proof hold? Needs neither the record nor the host it came from.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/ledger_flags.h"
#include "cli/text.h"
#include "ledger/prove.h"
#include "ledger/witness_policy.h"
#include "model/record.h"

namespace brig::cli {
namespace {

struct Answer {
  Result<ledger::CheckpointBody> head;  // kDenied: the proof does not hold
  std::string claim;                    // "entry 7"
  Bytes entry = {};                     // what was shown to stand there; empty for an extension
};

class LedgerCheck final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger check",
        .summary = "check a proof, without the record",
        .details =
            "Checks what `brig ledger prove` or `brig ledger consistency` printed, or any C2SP "
            "tlog-proof, against the log's public key; prints the entry that was proven. Exit 1 "
            "when the proof does not hold.",
        .examples = {{"brig ledger check 4711.tlog-proof --key log.pub", "one entry"},
                     {"brig ledger check since-120 --checkpoint monday.note --key log.pub",
                      "that the record only grew since Monday"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "PROOF",
                    .help = "the file with the proof",
                    .hint = Hint::kFile,
                    .required = true,
                    .target = &file_});
    DeclareKey(flags, key_);
    flags.Option({.name = "--policy",
                  .value_name = "FILE",
                  .help = "which witnesses must have cosigned (C2SP tlog-policy)",
                  .hint = Hint::kFile,
                  .target = &policy_});
    flags.Option({.name = "--checkpoint",
                  .value_name = "FILE",
                  .help = "the old checkpoint, for a proof that the record only grew",
                  .hint = Hint::kFile,
                  .target = &checkpoint_});
    flags.Option({.name = "--entry",
                  .value_name = "FILE",
                  .help = "the entry's bytes, for a proof that does not carry them",
                  .hint = Hint::kFile,
                  .target = &entry_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<Answer> CheckEntry(const std::string& text, const ledger::VerifierKey& key) const;
  Result<Answer> CheckExtension(const std::string& text, const ledger::VerifierKey& key) const;
  Result<> CheckWitnesses(const std::string& text, Answer& answer) const;
  std::string file_, key_, policy_, checkpoint_, entry_;
};

Result<Answer> LedgerCheck::CheckEntry(const std::string& text,
                                       const ledger::VerifierKey& key) const {
  auto proof = ledger::ParseTlogProof(text);
  if (!proof) return Within(file_, std::move(proof).error());
  Answer answer{.head = {}, .claim = fmt::format("entry {}", proof->index)};
  answer.entry = proof->extra;
  if (!entry_.empty()) {
    BRIG_ASSIGN(const std::string content, ReadFile(entry_, ledger::kMaxExtraBytes));
    answer.entry.assign(AsBytes(content).begin(), AsBytes(content).end());
  } else if (proof->extra.empty()) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} does not carry the entry: give its bytes by --entry FILE", file_));
  }
  answer.head = ledger::CheckEntry(*proof, answer.entry, key);
  return answer;
}

Result<Answer> LedgerCheck::CheckExtension(const std::string& text,
                                           const ledger::VerifierKey& key) const {
  auto extension = ledger::ParseExtension(text);
  if (!extension) return Within(file_, std::move(extension).error());
  if (checkpoint_.empty())
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} shows that the record only grew: give the old checkpoint, of {} "
                            "entries, by --checkpoint FILE",
                            file_, extension->old_size));
  BRIG_ASSIGN(const std::string note, ReadFile(checkpoint_, ledger::kMaxNoteBytes));
  auto old = ledger::OpenCheckpoint(key, note);
  if (!old) return Within(checkpoint_, std::move(old).error());
  return Answer{.head = ledger::CheckExtension(*extension, *old, key),
                .claim = fmt::format("the first {} entries unchanged", old->size)};
}

// That enough witnesses have seen the head: one that the log shows to nobody else would hold, too.
Result<> LedgerCheck::CheckWitnesses(const std::string& text, Answer& answer) const {
  if (policy_.empty() || !answer.head) return {};
  BRIG_ASSIGN(const std::string lines, ReadFile(policy_, ledger::kMaxPolicyBytes));
  const auto policy = ledger::WitnessPolicy::Parse(lines);
  if (!policy) return Within(policy_, policy.error());
  BRIG_ASSIGN(const ledger::Note note, ledger::ParseNote(text.substr(text.find("\n\n") + 2)));
  if (!policy->IsWitnessed(note))
    answer.head =
        Fail(ErrorCode::kDenied, "not cosigned by the witnesses that the policy asks for");
  return {};
}

void PrintJson(const Session& session, const Answer& answer, const ledger::VerifierKey& key) {
  nlohmann::ordered_json json = {{"holds", answer.head.has_value()},
                                 {"claim", answer.claim},
                                 {"key", ledger::FormatVerifierKey(key)}};
  if (answer.head) {
    json["size"] = answer.head->size;
    json["root"] = ToHex(answer.head->root);
    if (const auto record = DecodeRecord(answer.entry))
      json["record"] = nlohmann::ordered_json::parse(ToJson(*record), nullptr, false);
  } else {
    json["why"] = answer.head.error().message;
  }
  fmt::print(session.out, "{}\n",
             json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PrintText(const Session& session, const Answer& answer, const ledger::VerifierKey& key,
               bool key_from_beside) {
  const bool color = session.color;
  if (answer.head)
    fmt::print(session.out, "{}  {}, in the checkpoint of {} entries\n",
               Paint("HOLDS", Style::kGood, color), answer.claim, WithCommas(answer.head->size));
  else
    fmt::print(session.out, "{}  {}: {}\n", Paint("DOES NOT HOLD", Style::kCritical, color),
               answer.claim, Safe(answer.head.error().message));
  fmt::print(session.out, "key     {}{}\n", Safe(ledger::FormatVerifierKey(key)),
             key_from_beside ? kKeyFromBeside : "");
  if (!answer.head) return;
  fmt::print(session.out, "root    {}\n", ToHex(answer.head->root));
  if (answer.entry.empty()) return;
  const auto record = DecodeRecord(answer.entry);
  fmt::print(session.out, "entry   {}\n",
             record ? Safe(ToJson(*record), ledger::kMaxProofBytes) : ToHex(answer.entry));
}

Result<Exit> LedgerCheck::Run(const Session& session) {
  BRIG_ASSIGN(const std::string text, ReadFile(file_, ledger::kMaxProofBytes));
  auto key = key_.empty() ? ledger::ReadKey(session.ledger_directory()) : ChosenKey(key_);
  if (!key && key_.empty())
    return Fail(ErrorCode::kNotFound,
                "no key to check with: give the log's public key by --key (it lies beside the "
                "record as key.pub)");
  if (!key) return std::unexpected(std::move(key).error());
  BRIG_ASSIGN(Answer answer,
              text.starts_with("old ") ? CheckExtension(text, *key) : CheckEntry(text, *key));
  BRIG_TRY(CheckWitnesses(text, answer));
  // Anything but "it does not hold" is a question that could not be answered.
  if (!answer.head && answer.head.error().code != ErrorCode::kDenied)
    return Within(file_, answer.head.error());
  if (session.globals.json)
    PrintJson(session, answer, *key);
  else
    PrintText(session, answer, *key, key_.empty());
  return answer.head ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeLedgerCheck() { return std::make_unique<LedgerCheck>(); }

}  // namespace brig::cli
