// SPDX-License-Identifier: Apache-2.0
#include "agent/keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "base/log.h"
#include "ledger/reader.h"
#include "model/record.h"

namespace brig::agent {
namespace {

constexpr std::size_t kMaxDigests = 100'000;
constexpr std::size_t kMaxEarlyNotices = 1000;

}  // namespace

std::string ShortDigest(ByteView record) {
  const Digest digest = Sha256({record});
  return std::string(AsText(digest).substr(0, 8));
}

std::vector<std::string> ProofLines(const std::vector<Proof>& proofs) {
  std::string proven, unproven;
  std::int64_t oldest_ns = std::numeric_limits<std::int64_t>::max();
  for (const Proof& proof : proofs) {
    (proof.proven ? proven : unproven) += fmt::format(" {}", NameOf(proof.invariant));
    if (proof.proven) oldest_ns = std::min(oldest_ns, proof.proven_wall_ns);
  }
  std::vector<std::string> lines;
  if (!proven.empty())
    lines.push_back(fmt::format("guard-proven {}{}", FormatTime(oldest_ns), proven));
  if (!unproven.empty()) lines.push_back("guard-unproven" + unproven);
  return lines;
}

Keeper::Keeper(const Setup& setup, std::string directory, const Clock& clock)
    : directory_(std::move(directory)),
      shown_directory_(setup.options.LedgerDirectory()),
      set_aside_(setup.ledger_set_aside),
      first_start_(setup.starts == 0),
      clock_(clock) {}

void Keeper::SetKey(const std::string& verifier_key) {
  const auto key = ledger::ParseVerifierKey(verifier_key);
  if (key) key_ = *key;
}

Result<> Keeper::Open() {
  BRIG_CHECK(key_.has_value() && !writer_);
  ledger::WriterOptions options;
  options.key = *key_;
  auto writer = ledger::Writer::Open(directory_, options);
  if (!writer) {
    trouble_ = writer.error().message;
    return Within(fmt::format("ledger {}", shown_directory_), writer.error());
  }
  writer_ = *std::move(writer);
  trouble_.clear();
  const ledger::Recovered& found = writer_->recovered();
  if (!set_aside_.empty()) {
    BRIG_TRY(AppendNotice(
        "ledger_set_aside",
        fmt::format("the ledger before this one was damaged; it is kept as {}", set_aside_)));
  }
  if (!found.created && !found.clean && first_start_)
    BRIG_TRY(AppendNotice("unclean_start", "the previous run of brig did not stop in order"));
  if (found.torn_bytes > 0) {
    BRIG_TRY(
        AppendNotice("ledger_recovered",
                     fmt::format("{} bytes of writes that were never acknowledged were dropped",
                                 found.torn_bytes)));
  }
  first_start_ = false;
  set_aside_.clear();
  for (const NumberedNotice& notice : std::exchange(early_notices_, {}))
    BRIG_TRY(AddNotice(notice));
  return {};
}

Result<> Keeper::AppendRecords(std::span<const ByteView> records, bool critical) {
  const auto priority = critical ? ledger::Priority::kCritical : ledger::Priority::kTelemetry;
  const auto index = writer_->Append(records, priority);
  if (index) return {};
  if (index.error().code != ErrorCode::kLimit) return std::unexpected(index.error());
  if (refused_ == 0) LogWarn("ledger refuses records: {}", index.error().message);
  refused_ += records.size();
  return {};
}

Result<> Keeper::AppendNotice(const std::string& what, const std::string& text) {
  const Bytes bytes = EncodeRecord(Notice{clock_.WallNs(), what, text});
  const ByteView view(bytes);
  return AppendRecords(std::span(&view, 1), /*critical=*/true);
}

Result<> Keeper::Add(const Append& append) {
  std::vector<ByteView> views;
  for (const std::string& record : append.records) views.push_back(AsBytes(record));
  BRIG_TRY(AppendRecords(views, append.critical));
  number_ = append.number;
  if (append.positioned) positions_[append.position.cpu] = append.position.sequence;
  return {};
}

Result<> Keeper::AddNotice(const NumberedNotice& notice) {
  if (!writer_) {
    if (early_notices_.size() < kMaxEarlyNotices) early_notices_.push_back(notice);
    return {};
  }
  const Bytes bytes = EncodeRecord(notice.notice);
  const ByteView view(bytes);
  BRIG_TRY(AppendRecords(std::span(&view, 1), /*critical=*/true));
  notice_ = notice.number;
  return {};
}

Result<> Keeper::AddStop(const std::string& why, bool warden_gone) {
  return AppendNotice(warden_gone ? "warden_died" : "stop", why);
}

Result<Keeper::Committed> Keeper::Commit() {
  BRIG_TRY(writer_->Sync());
  return Committed{Kept{number_, refused_, Status()}, notice_};
}

LedgerStatus Keeper::Status() const {
  LedgerStatus status;
  status.directory = shown_directory_;
  if (key_) status.key = ledger::FormatVerifierKey(*key_);
  status.root = root_;
  status.trouble = trouble_;
  if (!writer_) return status;
  status.entries = writer_->durable_size();
  status.sealed = writer_->sealed_size();
  if (writer_->disk_full())
    status.trouble =
        "the disk is full: telemetry is not kept, critical records use the reserve; make room";
  return status;
}

Result<Resumed> Keeper::AnswerResume(const Resume& resume) {
  Resumed answer;
  // A new engine counts from one again.
  if (!resume.known) number_ = 0;
  for (const auto& [cpu, sequence] : positions_) answer.positions.push_back({cpu, sequence});
  BRIG_TRY(writer_->Sync());
  answer.ledger = Status();
  if (!resume.known || resume.entries >= writer_->durable_size()) return answer;
  BRIG_ASSIGN(const auto reader, ledger::Reader::Open(directory_));
  BRIG_TRY(reader->Seek(resume.entries));
  while (answer.digests.size() < kMaxDigests * 8) {
    BRIG_ASSIGN(const auto entry, reader->Next());
    if (!entry || entry->index >= writer_->durable_size()) break;
    answer.digests += ShortDigest(entry->bytes);
  }
  return answer;
}

Result<std::string> Keeper::PrepareCheckpoint() {
  if (writer_->size() == writer_->sealed_size()) return std::string();
  BRIG_ASSIGN(ledger::CheckpointBody body, writer_->PrepareCheckpoint());
  body.extensions = ProofLines(proofs_);
  prepared_root_ = ToHex(body.root);
  return ledger::FormatBody(body);
}

Result<> Keeper::StoreSignature(const std::string& note) {
  if (!writer_) return {};
  const auto stored = writer_->StoreCheckpoint(note);
  if (stored) {
    root_ = prepared_root_;
    trouble_.clear();
    return {};
  }
  trouble_ = "not sealed: " + stored.error().message;
  if (stored.error().code == ErrorCode::kUnavailable) return std::unexpected(stored.error());
  return {};
}

Result<> Keeper::Close() { return writer_ ? writer_->Close() : Result<>(); }

}  // namespace brig::agent
