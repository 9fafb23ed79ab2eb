// SPDX-License-Identifier: Apache-2.0
// A witness (https://c2sp.org/tlog-witness): keeps the latest checkpoint of each log it was told of
// and cosigns only what continues it. What it has cosigned is on stable storage before the answer
// leaves. No network here: bytes of a request in, an answer out. Not thread safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"
#include "ledger/disk.h"

namespace brig::ledger {

// What people are to be told of a log. `kind` is one of kAlarmKinds.
struct Alarm {
  std::string kind;
  std::string origin;
  std::string text;
  std::string evidence;  // the checkpoint that the log signed; empty for silence
};
// forked: two heads of the same size, both signed: proof in itself. shrunk: a head smaller than one
// before. inconsistent: a head that was not shown to continue the one before. silent: no growth
// for too long. well: it grows again after one of the others.
// All but the first anybody can bring about who reaches the witness and has an old checkpoint; the
// log's next good one ends it.
inline constexpr std::string_view kAlarmKinds[] = {"forked", "shrunk", "inconsistent", "silent",
                                                   "well"};

struct WitnessAnswer {
  unsigned status = 400;  // of HTTP
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::optional<Alarm> alarm;
};

struct WitnessedLog {
  std::string origin;
  std::uint64_t size = 0;
  std::uint64_t grown_s = 0;  // when it last grew, as the witness' clock said; 0: never seen
  std::string trouble;        // the kind of the alarm that holds, or ""
};

class Witness {
 public:
  // `logs` may name several keys for one origin. kCorrupt when what is kept is not what was
  // written; kUnavailable when another witness has the directory. `disk` must outlive the witness.
  [[nodiscard]] static Result<Witness> Open(const std::string& directory, SigningKey key,
                                            const std::string& name,
                                            const std::vector<VerifierKey>& logs,
                                            Disk& disk = RealDisk());
  // The body of a POST to add-checkpoint. 200 with the cosignature; 400 not of the format, or the
  // old size is larger than the new; 403 not signed by the log; 404 not a log of ours; 409 the old
  // size is not the one kept (which the answer names), or another head of that size; 422 the proof
  // does not hold; 500 it could not be stored.
  [[nodiscard]] WitnessAnswer AddCheckpoint(std::string_view request, std::uint64_t now_s);
  // The logs that have not grown for `limit_s`, each once. A log never seen is silent from the
  // first call on.
  [[nodiscard]] std::vector<Alarm> FindSilent(std::uint64_t now_s, std::uint64_t limit_s);

  [[nodiscard]] CosignerKey key() const { return {name_, key_.public_key()}; }
  [[nodiscard]] std::vector<WitnessedLog> logs() const;

 private:
  struct Log {
    std::vector<VerifierKey> keys;
    std::uint64_t size = 0;
    Digest root{};
    std::uint64_t grown_s = 0;
    std::string trouble;
  };
  Witness(std::string directory, SigningKey key, std::string name, Disk& disk);
  [[nodiscard]] Result<> Load(const std::string& origin, Log& log);
  [[nodiscard]] WitnessAnswer Judge(Log& log, const CheckpointBody& head, const std::string& note,
                                    std::uint64_t old_size, const std::vector<Digest>& hashes,
                                    std::uint64_t now_s);
  [[nodiscard]] WitnessAnswer Accept(Log& log, const CheckpointBody& head, const std::string& note,
                                     std::uint64_t now_s);
  [[nodiscard]] static WitnessAnswer Refuse(Log& log, unsigned status, std::string_view kind,
                                            const CheckpointBody& head, const std::string& note);

  std::string directory_;
  SigningKey key_;
  std::string name_;
  Disk* disk_;
  std::unique_ptr<DiskLock> lock_;
  std::vector<std::pair<std::string, Log>> logs_;  // by origin, as they were given
  std::uint64_t started_s_ = 0;                    // the first FindSilent
};

}  // namespace brig::ledger
