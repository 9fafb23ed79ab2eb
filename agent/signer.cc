// SPDX-License-Identifier: Apache-2.0
#include "agent/signer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/child.h"
#include "agent/confine.h"
#include "agent/signer_store.h"
#include "base/log.h"

namespace brig::agent {
namespace {

// Opens and replaces its two files; no sockets but those it holds.
constexpr std::string_view kCalls[] = {"openat", "rename", "unlink", "fsync", "fchmod", "umask"};

class SignerProcess : public Child {
 public:
  SignerProcess(Start& start, Loop& loop, ledger::CheckpointSigner signer)
      : Child(start, loop), signer_(std::move(signer)) {}

 private:
  void OnPeer(Role role) override {
    const Signed hello{.key = FormatVerifierKey(signer_.verifier()), .note = "", .error = ""};
    peer(role)->Send(Message::kSigned, hello);
  }

  bool OnMessage(Role role, Message, ByteView body) override {
    const auto request = DecodeBody<Sign>(body);
    if (!request) return false;
    const auto note = SignAndStore(request->body);
    Signed answer{.key = FormatVerifierKey(signer_.verifier()), .note = "", .error = ""};
    if (note) {
      answer.note = *note;
    } else {
      answer.error = note.error().message;
      LogError("refused to sign: {}", answer.error);
    }
    return peer(role)->Send(Message::kSigned, answer);
  }

  Result<std::string> SignAndStore(const std::string& text) {
    BRIG_ASSIGN(const ledger::CheckpointBody body, ledger::ParseBody(text));
    BRIG_ASSIGN(std::string note, signer_.Sign(body));
    // Before the note leaves: a signature that we could forget is one we could contradict.
    BRIG_TRY(StoreLastHead(*signer_.last()));
    return note;
  }

  // The scribe still needs the last signature: it closes the connection when it has it.
  void OnStop(const std::string&) override {
    if (peer(Role::kScribe) == nullptr) return Exit(0);
    loop().After(8 * kSecond, [this] { Exit(0); });
  }
  void OnPeerGone(Role) override {
    if (state() == State::kStopping) Exit(0);
  }

  ledger::CheckpointSigner signer_;
};

}  // namespace

int RunSigner(Start start) {
  // Stays root without any capability: the key must not belong to the user under whom hostile bytes
  // are parsed. The root directory is the one with the key.
  auto step = DropPrivileges({.root = start.setup.options.SignerDirectory()});
  if (step) step = CloseOtherHandles(start.AllHandles());
  auto loop = Loop::Make();
  if (step) step = AllowSystemCalls(kCalls);
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  auto signer = LoadOrCreateSigner(start.setup.options.node);
  if (!signer) {
    const bool full = signer.error().code == ErrorCode::kLimit;
    return Refuse(
        start, Trouble::kFatal,
        {signer.error().code,
         fmt::format("{}, in {}{}", signer.error().message, start.setup.options.SignerDirectory(),
                     full ? ": make room there, or give another --state" : "")});
  }
  return SignerProcess(start, *loop, *std::move(signer)).Run();
}

}  // namespace brig::agent
