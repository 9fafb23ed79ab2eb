// SPDX-License-Identifier: Apache-2.0
// What the scribe does with the ledger, without its sockets: appends batches and notices, remembers
// what to acknowledge at the next commit, and tells an engine what is already kept. Not thread
// safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/messages.h"
#include "base/clock.h"
#include "ledger/writer.h"

namespace brig::agent {

class Keeper {
 public:
  // The ledger is the directory "/" of a scribe; tests give another.
  explicit Keeper(const Setup& setup, std::string directory = "/",
                  const Clock& clock = SystemClock());

  void SetKey(const std::string& verifier_key);
  [[nodiscard]] bool has_key() const { return key_.has_value(); }
  [[nodiscard]] bool is_open() const { return writer_ != nullptr; }
  void SetTrouble(const std::string& text) { trouble_ = text; }

  // Opens the ledger and appends what its opening found. kCorrupt and kDenied are for people to
  // solve.
  [[nodiscard]] Result<> Open();

  // An error means that the writer has stopped for good. Records refused for lack of space are
  // counted and acknowledged as refused instead.
  [[nodiscard]] Result<> Add(const Append& append);
  // Held back until the ledger is open.
  [[nodiscard]] Result<> AddNotice(const NumberedNotice& notice);
  [[nodiscard]] Result<> AddStop(const std::string& why, bool warden_gone);

  struct Committed {
    Kept kept;
    std::uint64_t notice = 0;  // number of the last durable notice
  };
  [[nodiscard]] Result<Committed> Commit();

  [[nodiscard]] Result<Resumed> AnswerResume(const Resume& resume);

  // What the checkpoints from now on say of the guard; nothing where there are no proofs.
  void SetProofs(std::vector<Proof> proofs) { proofs_ = std::move(proofs); }
  // The text to be signed, or "" when there is nothing new.
  [[nodiscard]] Result<std::string> PrepareCheckpoint();
  [[nodiscard]] Result<> StoreSignature(const std::string& note);
  [[nodiscard]] Result<> Close();
  [[nodiscard]] LedgerStatus Status() const;

 private:
  [[nodiscard]] Result<> AppendRecords(std::span<const ByteView> records, bool critical);
  [[nodiscard]] Result<> AppendNotice(const std::string& what, const std::string& text);

  std::string directory_;
  std::string shown_directory_;
  std::string set_aside_;
  bool first_start_;
  const Clock& clock_;
  std::optional<ledger::VerifierKey> key_;
  std::unique_ptr<ledger::Writer> writer_;
  std::map<std::uint32_t, std::uint64_t> positions_;  // cpu to the last sequence kept
  std::vector<NumberedNotice> early_notices_;         // from before the ledger was open
  std::uint64_t number_ = 0;                          // of the last Append
  std::uint64_t notice_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<Proof> proofs_;
  std::string root_;  // hex, of the last checkpoint
  std::string prepared_root_;
  std::string trouble_;  // of sealing or opening
};

// A checkpoint's lines for these proofs: docs/ledger-format.md.
std::vector<std::string> ProofLines(const std::vector<Proof>& proofs);

// Eight bytes that stand for a record between engine and scribe.
std::string ShortDigest(ByteView record);

}  // namespace brig::agent
