// SPDX-License-Identifier: Apache-2.0
// What brig's processes say to each other, and who may say what to whom and when. Even numbers ask
// or tell, odd ones answer the number before. Whoever receives anything else closes the connection
// and has the warden kill the sender: a broken peer is an attacker. Never renumber. Thread safe (no
// state).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/options.h"
#include "agent/roles.h"
#include "base/bytes.h"
#include "base/result.h"
#include "model/encoding.h"
#include "model/event.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/status.h"

namespace brig::agent {

inline constexpr std::uint8_t kProtocolVersion = 1;

enum class Message : std::uint16_t {
  // Control channel. The warden is one end.
  kSetup = 0,  // to each, first of all; with handles
  kReady = 1,  // it is confined and runs, or says why not
  kPeer = 2,   // to each: here is your connection to that role; with one handle
  kStop = 4,   // to each: finish in order and exit
  kPing = 6,
  kPong = 7,
  kProcesses = 8,  // to the engine, for the status
  kLoaded = 10,    // from the loader: what is attached; with handles
  kOffence = 12,   // from each: that peer broke the protocol
  kNotice = 14,    // to the scribe: keep this
  kNoticeKept = 15,
  kSettled = 16,  // from the reader: the containers found running are known
  // Reader and engine.
  kReaderNotice = 18,  // a Notice: something that the ledger is to keep
  kFacts = 20,
  kBirth = 22,        // a container that was there before the engine
  kAllow = 24,        // from the engine
  kReaderNotes = 26,  // what the reader could not do, for the status
  kWant = 28,         // from the engine: a Follow; what the kernel programs are to send
  // Engine and scribe.
  kResume = 30,  // first of all: what was acknowledged so far
  kResumed = 31,
  kAppend = 32,
  kKept = 33,
  // Scribe and signer.
  kSign = 40,
  kSigned = 41,  // also sent once unasked, with the key only
  // Courier and engine.
  kQuery = 50,
  kAnswer = 51,
  kFollow = 52,
  kLive = 53,
  // Canary to engine and scribe.
  kProofs = 60,
};

enum class State : std::uint8_t { kStarting = 1, kRunning = 2, kStopping = 4 };

// Whether `self`, being in `state`, takes `message` from `sender`.
bool Accepts(Role self, Role sender, Message message, State state);

// ---- Bodies ----

// What one handle passed along is. The order in the message is the order of the handles.
enum class HandleUse : std::uint8_t {
  kMap = 0,   // of the kernel programs; named as in sensor/handles.h
  kLink,      // what keeps a program attached: only held
  kProgram,   // to ask how often the kernel skipped it
  kListener,  // the courier's socket
  kMemory,  // a file in memory: where the reader remembers births, for its successor; the canary's
  kRules,   // a file in memory: the rule files, for the engine
};

struct Handle {
  HandleUse use = HandleUse::kLink;
  std::string name;
  static void Describe(auto& self, auto& visit) {
    visit("use", self.use);
    visit("name", self.name);
  }
};

struct Setup {
  Options options;
  std::uint32_t user = 0, group = 0;  // of the processes without privilege
  std::uint32_t warden_pid = 0;
  std::int64_t started_wall_ns = 0;  // of brigd
  std::uint64_t starts = 0;          // of this role before, in this run
  std::vector<std::string> notes;    // what is degraded; for the engine's status
  std::vector<Program> programs;     // for the engine's status
  NamespaceSet host;                 // of the host, for the engine
  std::string ledger_set_aside;      // for the scribe: the damaged ledger's new name
  std::vector<Handle> handles;
  static void Describe(auto& self, auto& visit) {
    visit("options", self.options);
    visit("user", self.user);
    visit("group", self.group);
    visit("warden_pid", self.warden_pid);
    visit("started_wall_ns", self.started_wall_ns);
    visit("starts", self.starts);
    visit("notes", self.notes);
    visit("programs", self.programs);
    visit("host", self.host);
    visit("ledger_set_aside", self.ledger_set_aside);
    visit("handles", self.handles);
  }
};

// Why a process cannot do its work; decides what the warden does about it.
enum class Trouble : std::uint8_t {
  kNone = 0,
  kFatal,          // starting again cannot help: at the start of brigd it ends with this message
  kLedgerDamaged,  // the warden sets the ledger aside and starts the scribe again
};

struct Ready {
  Trouble trouble = Trouble::kNone;
  std::string text;
  static void Describe(auto& self, auto& visit) {
    visit("trouble", self.trouble);
    visit("text", self.text);
  }
};

struct Peer {
  Role role = Role::kWarden;
  static void Describe(auto& self, auto& visit) { visit("role", self.role); }
};

struct Text {
  std::string text;
  static void Describe(auto& self, auto& visit) { visit("text", self.text); }
};

struct Pong {
  std::uint64_t resident_bytes = 0;
  static void Describe(auto& self, auto& visit) { visit("resident_bytes", self.resident_bytes); }
};

struct Processes {
  std::vector<ProcessStatus> processes;
  std::vector<std::string> notes;
  static void Describe(auto& self, auto& visit) {
    visit("processes", self.processes);
    visit("notes", self.notes);
  }
};

struct Loaded {
  std::vector<Program> programs;
  std::vector<std::string> notes = {};
  std::vector<Handle> handles = {};
  bool last = true;        // false: more handles follow in another message
  NamespaceSet host = {};  // in the first message
  static void Describe(auto& self, auto& visit) {
    visit("programs", self.programs);
    visit("notes", self.notes);
    visit("handles", self.handles);
    visit("last", self.last);
    visit("host", self.host);
  }
};

struct Offence {
  Role role = Role::kWarden;
  std::string text;
  static void Describe(auto& self, auto& visit) {
    visit("role", self.role);
    visit("text", self.text);
  }
};

struct NumberedNotice {
  std::uint64_t number = 0;
  Notice notice;
  static void Describe(auto& self, auto& visit) {
    visit("number", self.number);
    visit("notice", self.notice);
  }
};

struct Number {
  std::uint64_t number = 0;
  static void Describe(auto& self, auto& visit) { visit("number", self.number); }
};

struct Notes {
  std::vector<std::string> notes;
  static void Describe(auto& self, auto& visit) { visit("notes", self.notes); }
};

struct Proofs {
  std::vector<Proof> proofs;
  static void Describe(auto& self, auto& visit) { visit("proofs", self.proofs); }
};

// Where in the kernel's stream a batch of records came from: position `sequence` of `cpu`'s
// critical class. Tells the scribe's successor and the engine's successor what is already kept.
struct Position {
  std::uint32_t cpu = 0;
  std::uint64_t sequence = 0;
  static void Describe(auto& self, auto& visit) {
    visit("cpu", self.cpu);
    visit("sequence", self.sequence);
  }
};

struct Resume {
  std::uint64_t entries = 0;  // the ledger's size when the last acknowledgement was made
  bool known = false;         // false: the engine is new and holds nothing
  static void Describe(auto& self, auto& visit) {
    visit("entries", self.entries);
    visit("known", self.known);
  }
};

struct Resumed {
  std::string digests;                   // 8 bytes for each entry after Resume.entries
  std::vector<Position> positions = {};  // the last kept of each cpu
  LedgerStatus ledger = {};
  static void Describe(auto& self, auto& visit) {
    visit("digests", self.digests);
    visit("positions", self.positions);
    visit("ledger", self.ledger);
  }
};

// All records of one event, kept together or not at all.
struct Append {
  std::uint64_t number = 0;
  bool critical = false;
  bool positioned = false;
  Position position = {};
  std::vector<std::string> records = {};  // EncodeRecord bytes
  static void Describe(auto& self, auto& visit) {
    visit("number", self.number);
    visit("critical", self.critical);
    visit("positioned", self.positioned);
    visit("position", self.position);
    visit("records", self.records);
  }
};

struct Kept {
  std::uint64_t number = 0;   // every Append up to this one is durable, or was refused
  std::uint64_t refused = 0;  // records refused so far, for lack of space
  LedgerStatus ledger = {};
  static void Describe(auto& self, auto& visit) {
    visit("number", self.number);
    visit("refused", self.refused);
    visit("ledger", self.ledger);
  }
};

struct Sign {
  std::string body;  // the text of a checkpoint
  static void Describe(auto& self, auto& visit) { visit("body", self.body); }
};

struct Signed {
  std::string key;   // the verifier key
  std::string note;  // empty: refused, or nothing was asked
  std::string error;
  static void Describe(auto& self, auto& visit) {
    visit("key", self.key);
    visit("note", self.note);
    visit("error", self.error);
  }
};

enum class Question : std::uint8_t { kStatus = 0, kContainers, kProcesses, kFindings, kDrill };

struct Query {
  std::uint64_t id = 0;
  Question question = Question::kStatus;
  std::string argument;  // which container; of a drill, what came of it
  bool all = false;      // ended containers too
  static void Describe(auto& self, auto& visit) {
    visit("id", self.id);
    visit("question", self.question);
    visit("argument", self.argument);
    visit("all", self.all);
  }
};

enum class AnswerKind : std::uint8_t { kEnd = 0, kError, kStatus, kContainer, kProcess, kFinding };

struct Answer {
  std::uint64_t id = 0;
  AnswerKind kind = AnswerKind::kEnd;
  std::string body;             // the noun's encoding; for kError the code's name
  std::string text;             // for kError the message
  std::uint64_t processes = 0;  // of the container
  Posture posture = {};         // of the container
  static void Describe(auto& self, auto& visit) {
    visit("id", self.id);
    visit("kind", self.kind);
    visit("body", self.body);
    visit("text", self.text);
    visit("processes", self.processes);
    visit("posture", self.posture);
  }
};

struct Follow {
  bool on = false;
  bool all = false;  // also telemetry that is not kept: only then the kernel sends it at all
  static void Describe(auto& self, auto& visit) {
    visit("on", self.on);
    visit("all", self.all);
  }
  friend bool operator==(const Follow&, const Follow&) = default;
};

struct Live {
  std::uint64_t skipped = 0;  // records left out before this one
  std::string record;
  static void Describe(auto& self, auto& visit) {
    visit("skipped", self.skipped);
    visit("record", self.record);
  }
};

struct Nothing {
  static void Describe(auto&, auto&) {}
};

// ---- Their bytes ----

template <class T>
std::string EncodeBody(const T& body) {
  ByteWriter out;
  Encoder(out).Put(body);
  return std::string(AsText(out.bytes()));
}

// kInvalid unless every byte belongs to the body.
template <class T>
[[nodiscard]] Result<T> DecodeBody(ByteView bytes) {
  T body;
  ByteReader in(bytes);
  Decoder(in).Get(body);
  if (in.failed() || in.left() != 0) return Fail(ErrorCode::kInvalid, "message does not decode");
  return body;
}

}  // namespace brig::agent
