// SPDX-License-Identifier: Apache-2.0
// `brig ledger check`: does a proof hold? Needs neither the record nor the host it came from.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/ledger_flags.h"
#include "cli/record_line.h"
#include "cli/text.h"
#include "ledger/prove.h"
#include "ledger/witness_policy.h"
#include "model/record.h"

namespace brig::cli {
namespace {

struct Answer {
  Result<ledger::CheckpointBody> head;  // kDenied: the proof does not hold
  std::string claim;                    // "entry 7"
  std::string note;                     // the checkpoint
  Bytes entry = {};                     // what was shown to stand there; empty for an extension
};

class LedgerCheck final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger check",
        .summary = "check a proof, without the record",
        .details =
            "Checks what `brig ledger prove`, `brig ledger consistency` or `brig evidence` "
            "printed, "
            "or any C2SP tlog-proof, against the log's public key; prints what was proven. Exit 1 "
            "when a proof does not hold.",
        .examples = {{"brig ledger check 4711.tlog-proof --key log.pub", "one entry"},
                     {"brig ledger check since-120 --checkpoint monday.note --key log.pub",
                      "that the record only grew since Monday"},
                     {"brig ledger check 3f9a.evidence --key log.pub --policy witnesses",
                      "a finding, with those who vouch for it"}}};
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
  Result<std::vector<Answer>> CheckAll(const std::string& text,
                                       const ledger::VerifierKey& key) const;
  Result<Answer> CheckEntry(const ledger::TlogProof& proof, const ledger::VerifierKey& key) const;
  Result<Answer> CheckExtension(const std::string& text, const ledger::VerifierKey& key) const;
  Result<> CheckWitnesses(std::vector<Answer>& answers) const;
  std::string file_, key_, policy_, checkpoint_, entry_;
};

Result<std::vector<Answer>> LedgerCheck::CheckAll(const std::string& text,
                                                  const ledger::VerifierKey& key) const {
  std::vector<Answer> answers;
  if (text.starts_with("old ")) {
    BRIG_ASSIGN(Answer answer, CheckExtension(text, key));
    answers.push_back(std::move(answer));
    return answers;
  }
  std::vector<ledger::TlogProof> proofs;
  if (text.starts_with(ledger::kEvidenceFirstLine)) {
    auto evidence = ledger::ParseEvidence(text);
    if (!evidence) return Within(file_, std::move(evidence).error());
    if (evidence->proofs.empty()) return Fail(ErrorCode::kInvalid, file_ + " proves nothing");
    proofs = std::move(evidence->proofs);
  } else {
    auto proof = ledger::ParseTlogProof(text);
    if (!proof) return Within(file_, std::move(proof).error());
    proofs.push_back(*std::move(proof));
  }
  for (const ledger::TlogProof& proof : proofs) {
    BRIG_ASSIGN(Answer answer, CheckEntry(proof, key));
    answers.push_back(std::move(answer));
  }
  return answers;
}

Result<Answer> LedgerCheck::CheckEntry(const ledger::TlogProof& proof,
                                       const ledger::VerifierKey& key) const {
  Answer answer{.head = {},
                .claim = fmt::format("entry {}", proof.index),
                .note = proof.checkpoint,
                .entry = proof.extra};
  if (!entry_.empty()) {
    BRIG_ASSIGN(const std::string content, ReadFile(entry_, ledger::kMaxExtraBytes));
    answer.entry.assign(AsBytes(content).begin(), AsBytes(content).end());
  } else if (proof.extra.empty()) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} does not carry the entry: give its bytes by --entry FILE", file_));
  }
  answer.head = ledger::CheckEntry(proof, answer.entry, key);
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
                .claim = fmt::format("the first {} entries unchanged", old->size),
                .note = extension->checkpoint};
}

// That enough witnesses have seen the head: one that the log shows to nobody else would hold, too.
Result<> LedgerCheck::CheckWitnesses(std::vector<Answer>& answers) const {
  if (policy_.empty()) return {};
  BRIG_ASSIGN(const std::string lines, ReadFile(policy_, ledger::kMaxPolicyBytes));
  const auto policy = ledger::WitnessPolicy::Parse(lines);
  if (!policy) return Within(policy_, policy.error());
  for (Answer& answer : answers) {
    BRIG_ASSIGN(const ledger::Note note, ledger::ParseNote(answer.note));
    if (answer.head && !policy->IsWitnessed(note))
      answer.head =
          Fail(ErrorCode::kDenied, "not cosigned by the witnesses that the policy asks for");
  }
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

// What does not hold is named first, with the reason; nothing is said of what it claims.
void PrintText(const Session& session, const std::vector<Answer>& answers,
               const ledger::VerifierKey& key, bool key_from_beside) {
  const bool color = session.color;
  const Answer* good = nullptr;
  for (const Answer& answer : answers) {
    if (answer.head)
      good = &answer;
    else
      fmt::print(session.out, "{}  {}: {}\n", Paint("DOES NOT HOLD", Style::kCritical, color),
                 answer.claim, Safe(answer.head.error().message));
  }
  if (good != nullptr)
    fmt::print(session.out, "{}  {}, in the checkpoint of {} entries\n",
               Paint("HOLDS", Style::kGood, color),
               answers.size() == 1
                   ? good->claim
                   : fmt::format(
                         "{} proofs of {}",
                         std::ranges::count_if(
                             answers, [](const Answer& answer) { return answer.head.has_value(); }),
                         answers.size()),
               WithCommas(good->head->size));
  fmt::print(session.out, "key     {}{}\n", Safe(ledger::FormatVerifierKey(key)),
             key_from_beside ? kKeyFromBeside : "");
  if (good != nullptr) fmt::print(session.out, "root    {}\n", ToHex(good->head->root));
  ContainerNames names;
  for (const Answer& answer : answers) {
    if (!answer.head || answer.entry.empty()) continue;
    const auto record = DecodeRecord(answer.entry);
    if (record) names.Learn(*record);
    if (answers.size() > 1 && record)
      fmt::print(session.out, "{}\n", LineOf(*record, names, session.width, color));
    else
      fmt::print(session.out, "entry   {}\n",
                 record ? Safe(ToJson(*record), ledger::kMaxProofBytes) : ToHex(answer.entry));
  }
}

Result<Exit> LedgerCheck::Run(const Session& session) {
  BRIG_ASSIGN(const std::string text, ReadFile(file_, ledger::kMaxEvidenceBytes));
  auto key = key_.empty() ? ledger::ReadKey(session.ledger_directory()) : ChosenKey(key_);
  if (!key && key_.empty())
    return Fail(ErrorCode::kNotFound,
                "no key to check with: give the log's public key by --key (it lies beside the "
                "record as key.pub)");
  if (!key) return std::unexpected(std::move(key).error());
  BRIG_ASSIGN(std::vector<Answer> answers, CheckAll(text, *key));
  BRIG_TRY(CheckWitnesses(answers));
  bool all_hold = true;
  for (const Answer& answer : answers) {
    // Anything but "it does not hold" is a question that could not be answered.
    if (!answer.head && answer.head.error().code != ErrorCode::kDenied)
      return Within(file_, answer.head.error());
    all_hold &= answer.head.has_value();
    if (session.globals.json) PrintJson(session, answer, *key);
  }
  if (!session.globals.json) PrintText(session, answers, *key, key_.empty());
  return all_hold ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeLedgerCheck() { return std::make_unique<LedgerCheck>(); }

}  // namespace brig::cli
