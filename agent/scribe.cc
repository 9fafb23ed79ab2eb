// SPDX-License-Identifier: Apache-2.0
#include "agent/scribe.h"

#include <fmt/format.h>

#include "agent/confine.h"
#include "agent/keeper.h"
#include "base/log.h"

namespace brig::agent {
namespace {

// Files below its root directory; no sockets but those it holds.
constexpr std::string_view kCalls[] = {"openat",
                                       "pwrite64",
                                       "pwritev",
                                       "preadv",
                                       "fallocate",
                                       "ftruncate",
                                       "fsync",
                                       "fdatasync",
                                       "flock",
                                       "rename",
                                       "renameat",
                                       "unlink",
                                       "unlinkat",
                                       "mkdir",
                                       "mkdirat",
                                       "rmdir",
                                       "stat",
                                       "newfstatat",
                                       "statx",
                                       "getdents64",
                                       "fchmod",
                                       "umask",
                                       "access",
                                       "faccessat",
                                       "statfs",
                                       "fstatfs",
                                       "inotify_init1",
                                       "inotify_add_watch",
                                       "inotify_rm_watch"};

constexpr std::int64_t kTelemetryDelay = 100 * kMillisecond;
constexpr std::int64_t kCheckpointInterval = kSecond;
constexpr std::int64_t kRetryInterval = 5 * kSecond;
constexpr std::int64_t kStopPatience = 5 * kSecond;  // for the engine's last records

class Scribe : public Child {
 public:
  Scribe(Start& start, Loop& loop) : Child(start, loop), keeper_(start.setup) {
    loop.Every(kCheckpointInterval, [this] { AskForSignature(); });
    loop.Every(kRetryInterval, [this] { Retry(); });
  }

 private:
  bool OnMessage(Role role, Message message, ByteView body) override {
    switch (message) {
      case Message::kSigned: return TakeSigned(body);
      case Message::kResume: return TakeResume(body);
      case Message::kAppend: return TakeAppend(body);
      case Message::kNotice: return TakeNotice(body);
      case Message::kProofs: return TakeProofs(body);
      default: LogError("message from {} has no handler", NameOf(role)); return false;
    }
  }

  bool TakeSigned(ByteView body) {
    const auto answer = DecodeBody<Signed>(body);
    if (!answer) return false;
    keeper_.SetKey(answer->key);
    if (!answer->error.empty()) keeper_.SetTrouble("signer refuses to seal: " + answer->error);
    if (!answer->note.empty()) {
      const auto stored = keeper_.StoreSignature(answer->note);
      Check(stored);
      if (!stored) return true;
    }
    const bool asked = std::exchange(asked_, false);
    OpenLedger();
    if (asked) Commit();  // whoever waits for nothing else is told how sealing went
    if (asked && finishing_) Finished();
    return true;
  }

  // What was in the way may have gone by itself: a full disk has room again, and nobody writes.
  void Retry() {
    OpenLedger();
    if (keeper_.is_open() && !keeper_.Status().trouble.empty()) Commit();
  }

  // The first attempt is made when the key is known, later ones by the timer.
  void OpenLedger() {
    if (!keeper_.has_key() || keeper_.is_open()) return;
    const auto opened = keeper_.Open();
    if (opened) {
      Tell(Message::kReady, Ready{});
      if (waiting_resume_) AnswerResume();
      return Commit();
    }
    LogError("{}", opened.error().message);
    const ErrorCode code = opened.error().code;
    if (code == ErrorCode::kCorrupt || code == ErrorCode::kDenied ||
        code == ErrorCode::kUnsupported) {
      const bool damaged = code == ErrorCode::kCorrupt;
      Tell(Message::kReady,
           Ready{damaged ? Trouble::kLedgerDamaged : Trouble::kFatal, opened.error().message});
      return Exit(1);
    }
    // No room or busy: brig watches without a record and says so, until it can be opened.
    if (!std::exchange(told_, true)) Tell(Message::kReady, Ready{});
    if (peer(Role::kEngine) != nullptr)
      peer(Role::kEngine)->Send(Message::kKept, Kept{0, 0, keeper_.Status()});
  }

  bool TakeResume(ByteView body) {
    auto resume = DecodeBody<Resume>(body);
    if (!resume) return false;
    resume_ = *resume;
    waiting_resume_ = true;
    if (keeper_.is_open()) AnswerResume();
    return true;
  }

  void AnswerResume() {
    if (peer(Role::kEngine) == nullptr || !keeper_.is_open()) return;
    waiting_resume_ = false;
    const auto answer = keeper_.AnswerResume(resume_);
    if (!answer) return Check(std::unexpected(answer.error()));
    peer(Role::kEngine)->Send(Message::kResumed, *answer);
  }

  bool TakeAppend(ByteView body) {
    const auto append = DecodeBody<Append>(body);
    if (!append || waiting_resume_ || !keeper_.is_open()) return false;
    Check(keeper_.Add(*append));
    CommitSoon(append->critical ? 0 : kTelemetryDelay);
    return true;
  }

  bool TakeNotice(ByteView body) {
    const auto notice = DecodeBody<NumberedNotice>(body);
    if (!notice) return false;
    Check(keeper_.AddNotice(*notice));
    CommitSoon(0);
    return true;
  }

  bool TakeProofs(ByteView body) {
    auto message = DecodeBody<Proofs>(body);
    if (message) keeper_.SetProofs(std::move(message->proofs));
    return message.has_value();
  }

  // With no delay: when what has arrived by now is read, so that one sync serves it all.
  void CommitSoon(std::int64_t delay) {
    if (delay == 0 && !std::exchange(commit_at_once_, true)) loop().After(0, [this] { Commit(); });
    if (delay > 0 && !std::exchange(commit_planned_, true))
      loop().After(delay, [this] { Commit(); });
  }

  void Commit() {
    commit_at_once_ = commit_planned_ = false;
    if (!keeper_.is_open()) return;
    const auto kept = keeper_.Commit();
    if (!kept) return Check(std::unexpected(kept.error()));
    if (kept->notice != 0) Tell(Message::kNoticeKept, Number{kept->notice});
    if (peer(Role::kEngine) != nullptr && !waiting_resume_)
      peer(Role::kEngine)->Send(Message::kKept, kept->kept);
  }

  // After a failed write the state on disk is unknown: a new process finds out what is there.
  void Check(const Result<>& result) {
    if (result) return;
    LogError("{}", result.error().message);
    Exit(1);
  }

  void AskForSignature() {
    if (asked_ || peer(Role::kSigner) == nullptr || !keeper_.is_open()) return;
    const auto body = keeper_.PrepareCheckpoint();
    if (!body) return Check(std::unexpected(body.error()));
    if (!body->empty()) asked_ = peer(Role::kSigner)->Send(Message::kSign, Sign{*body});
  }

  void OnPeerGone(Role role) override {
    if (role == Role::kSigner) {
      asked_ = false;
      if (finishing_) Finished();
    }
    if (role == Role::kEngine && state() == State::kStopping) Finish();
    if (role == Role::kCanary) keeper_.SetProofs({});
  }

  void OnStop(const std::string& why) override {
    why_ = why;
    if (peer(Role::kEngine) == nullptr) return Finish();
    loop().After(kStopPatience, [this] { Finish(); });
  }

  // The last entry, and a signature over all of them.
  void Finish() {
    if (std::exchange(finishing_, true)) return;
    if (!keeper_.is_open()) return Exit(0);
    Check(keeper_.AddStop(why_, warden_gone()));
    Commit();
    asked_ = false;
    AskForSignature();
    if (!asked_) return Finished();
    loop().After(3 * kSecond, [this] { Finished(); });
  }

  void Finished() {
    // Not after the warden's death: the next start is to say that this run did not end in order.
    if (!warden_gone()) Check(keeper_.Close());
    Exit(0);
  }

  Keeper keeper_;
  Resume resume_;
  std::string why_;
  bool waiting_resume_ = false;
  bool commit_at_once_ = false, commit_planned_ = false;
  bool asked_ = false;  // for a signature
  bool finishing_ = false;
  bool told_ = false;
};

}  // namespace

int RunScribe(Start start) {
  // Stays root without any capability: the ledger must not belong to the user under whom hostile
  // bytes are parsed. The root directory is the ledger's.
  auto step = DropPrivileges({.root = start.setup.options.LedgerDirectory()});
  if (step) step = CloseOtherHandles(start.AllHandles());
  auto loop = Loop::Make();
  if (step) step = AllowSystemCalls(kCalls);
  if (!step || !loop) return Refuse(start, Trouble::kFatal, step ? loop.error() : step.error());
  return Scribe(start, *loop).Run(/*ready=*/false);
}

}  // namespace brig::agent
