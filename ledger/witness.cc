// SPDX-License-Identifier: Apache-2.0
#include "ledger/witness.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "ledger/layout.h"
#include "ledger/proof.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

constexpr std::string_view kSizeType = "text/x.tlog.size";

// An origin may be any text; its file's name is the hash of it.
std::string FileOf(const std::string& origin) { return "log-" + ToHex(Sha256({AsBytes(origin)})); }

WitnessAnswer Say(unsigned status, std::string body) {
  WitnessAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

// The body, when one of the keys signed the note and none that did is wrong.
Result<CheckpointBody> OpenByAny(const std::vector<VerifierKey>& keys, const std::string& note) {
  Result<CheckpointBody> opened = Fail(ErrorCode::kDenied, "no key");
  BRIG_ASSIGN(const Note parsed, ParseNote(note));
  for (const VerifierKey& key : keys) {
    const bool is_there =
        std::ranges::any_of(parsed.signatures, [&](const NoteSignature& signature) {
          return signature.name == key.name && signature.key_id == KeyId(key);
        });
    if (!is_there) continue;
    auto by_key = OpenCheckpoint(key, note);
    if (!by_key) return by_key;
    opened = std::move(by_key);
  }
  return opened;
}

}  // namespace

Witness::Witness(std::string directory, SigningKey key, std::string name, Disk& disk)
    : directory_(std::move(directory)),
      key_(std::move(key)),
      name_(std::move(name)),
      disk_(&disk) {}

Result<Witness> Witness::Open(const std::string& directory, SigningKey key, const std::string& name,
                              const std::vector<VerifierKey>& logs, Disk& disk) {
  if (!IsKeyName(name)) return Fail(ErrorCode::kInvalid, "not a key name");
  Witness witness(directory, std::move(key), name, disk);
  BRIG_TRY(disk.MakeDirectory(directory));
  BRIG_ASSIGN(witness.lock_, disk.Lock(directory));
  for (const VerifierKey& log_key : logs) {
    const std::string& origin = log_key.name;
    const auto known =
        std::ranges::find(witness.logs_, origin, [](const auto& entry) { return entry.first; });
    if (known != witness.logs_.end()) {
      known->second.keys.push_back(log_key);
      continue;
    }
    witness.logs_.push_back({origin, Log{{log_key}, 0, EmptyRoot(), 0, ""}});
  }
  for (auto& [origin, log] : witness.logs_) {
    if (auto loaded = witness.Load(origin, log); !loaded)
      return Within(fmt::format("what the witness keeps of {}", origin), loaded.error());
  }
  return witness;
}

// The note that was cosigned last. It must carry our own signature: a head from elsewhere would
// have us cosign a fork.
Result<> Witness::Load(const std::string& origin, Log& log) {
  const std::string path = Join(directory_, FileOf(origin));
  const auto note = ReadSmall(*disk_, path, kMaxNoteBytes);
  if (!note && note.error().code == ErrorCode::kNotFound) return {};
  if (!note) return std::unexpected(note.error());
  const auto parsed = ParseNote(*note);
  const auto seconds = parsed ? CosignedAt(key(), *parsed) : std::unexpected(parsed.error());
  const auto head = ReadCheckpoint(*note);
  if (!seconds || !head || head->origin != origin)
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} is not as it was written: restore it from a copy", path));
  log.size = head->size;
  log.root = head->root;
  log.grown_s = *seconds;
  return {};
}

WitnessAnswer Witness::AddCheckpoint(std::string_view request, std::uint64_t now_s) {
  const auto extension = ParseExtension(request);
  if (!extension) return Say(400, extension.error().message + "\n");
  const auto claimed = ReadCheckpoint(extension->checkpoint);
  if (!claimed) return Say(400, claimed.error().message + "\n");
  const auto found =
      std::ranges::find(logs_, claimed->origin, [](const auto& entry) { return entry.first; });
  if (found == logs_.end()) return Say(404, "not a log of this witness\n");
  Log& log = found->second;
  const auto head = OpenByAny(log.keys, extension->checkpoint);
  if (!head) return Say(403, "not signed by a key of this log\n");
  if (extension->old_size > head->size)
    return Say(400, "the old size is larger than the new one\n");
  return Judge(log, *head, extension->checkpoint, extension->old_size, extension->hashes, now_s);
}

WitnessAnswer Witness::Judge(Log& log, const CheckpointBody& head, const std::string& note,
                             std::uint64_t old_size, const std::vector<Digest>& hashes,
                             std::uint64_t now_s) {
  if (head.size == log.size && head.root != log.root) return Refuse(log, 409, "forked", head, note);
  if (head.size < log.size) return Refuse(log, 409, "shrunk", head, note);
  if (old_size != log.size) {
    WitnessAnswer answer = Say(409, fmt::format("{}\n", log.size));
    answer.type = kSizeType;
    return answer;
  }
  if (!VerifyConsistency(log.size, log.root, head.size, head.root, hashes))
    return Refuse(log, 422, "inconsistent", head, note);
  return Accept(log, head, note, now_s);
}

WitnessAnswer Witness::Refuse(Log& log, unsigned status, std::string_view kind,
                              const CheckpointBody& head, const std::string& note) {
  WitnessAnswer answer = Say(status, fmt::format("{}\n", log.size));
  if (status == 409) answer.type = kSizeType;
  if (status != 409) answer.body = "the proof does not lead from the old head to the new one\n";
  // A proof that fails for the first head says nothing of a log: there is none to contradict.
  if (log.grown_s == 0) return answer;
  const bool told = !log.trouble.empty() && log.trouble != "silent";
  if (told && (kind != "forked" || log.trouble == "forked")) return answer;
  log.trouble = kind;
  answer.alarm =
      Alarm{std::string(kind), head.origin,
            fmt::format("{} signed {} entries with root {}; {} with root {} were "
                        "cosigned before",
                        head.origin, head.size, ToBase64(head.root), log.size, ToBase64(log.root)),
            note};
  return answer;
}

WitnessAnswer Witness::Accept(Log& log, const CheckpointBody& head, const std::string& note,
                              std::uint64_t now_s) {
  auto parsed = ParseNote(note);
  if (!parsed) return Say(400, parsed.error().message + "\n");
  const NoteSignature cosignature = Cosign(key_, name_, parsed->text, now_s);
  const bool grows = head.size > log.size || log.grown_s == 0;
  if (grows) {
    // Only the log's own signatures are kept beside ours.
    std::erase_if(parsed->signatures, [&](const NoteSignature& signature) {
      return std::ranges::none_of(log.keys, [&](const VerifierKey& key) {
        return signature.name == key.name && signature.key_id == KeyId(key);
      });
    });
    parsed->signatures.push_back(cosignature);
    const std::string file = FileOf(head.origin);
    auto stored = RemoveUnfinished(*disk_, Join(directory_, file));
    if (stored) stored = ReplaceSmall(*disk_, directory_, file, FormatNote(*parsed));
    if (!stored) {
      LogError("cannot keep a checkpoint: {}", stored.error().message);
      return Say(500, "the witness cannot keep it\n");
    }
    log.size = head.size;
    log.root = head.root;
    log.grown_s = now_s;
  }
  WitnessAnswer answer = Say(200, FormatSignature(cosignature));
  // Two signed heads of one size stay a fork, whatever follows.
  if (grows && !log.trouble.empty() && log.trouble != "forked") {
    answer.alarm = Alarm{"well", head.origin,
                         fmt::format("{} goes on, with {} entries: no longer {}", head.origin,
                                     head.size, log.trouble),
                         note};
    log.trouble.clear();
  }
  return answer;
}

std::vector<Alarm> Witness::FindSilent(std::uint64_t now_s, std::uint64_t limit_s) {
  if (started_s_ == 0) started_s_ = now_s;
  std::vector<Alarm> alarms;
  for (auto& [origin, log] : logs_) {
    // While the witness itself was away it heard nobody: patience begins at its start.
    const std::uint64_t since = std::max(log.grown_s, started_s_);
    if (!log.trouble.empty() || now_s < since || now_s - since < limit_s) continue;
    log.trouble = "silent";
    alarms.push_back({"silent", origin,
                      log.grown_s == 0 ? fmt::format("{} was never heard of", origin)
                                       : fmt::format("{} has not grown for {} s, at {} entries",
                                                     origin, now_s - log.grown_s, log.size),
                      ""});
  }
  return alarms;
}

std::vector<WitnessedLog> Witness::logs() const {
  std::vector<WitnessedLog> all;
  for (const auto& [origin, log] : logs_)
    all.push_back({origin, log.size, log.grown_s, log.trouble});
  return all;
}

}  // namespace brig::ledger
