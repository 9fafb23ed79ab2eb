// SPDX-License-Identifier: Apache-2.0
#include "agent/engine.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <ctime>
#include <optional>

#include "agent/confine.h"
#include "agent/fit.h"
#include "agent/handles.h"
#include "agent/outbox.h"
#include "agent/pipeline.h"
#include "agent/proof_book.h"
#include "agent/rule_pack.h"
#include "agent/status_maker.h"
#include "base/hash.h"
#include "base/log.h"
#include "ledger/writer.h"
#include "sensor/loader.h"
#include "sensor/maps.h"
#include "sensor/ring_pair.h"

namespace brig::agent {
namespace {

// Reads counters by the handles it holds. No files, no sockets but those it holds.
constexpr std::string_view kCalls[] = {"bpf"};

constexpr int kRecordsPerTurn = 4096;
constexpr std::size_t kMaxLiveWaiting = 1 << 20;
constexpr std::size_t kMaxScribeWaiting = 1 << 20;
constexpr std::int64_t kPollInterval = 25 * kMillisecond;
constexpr std::int64_t kScribePatience =
    10 * kSecond;  // before records are given up for lack of room
constexpr std::int64_t kStopPatience = 4 * kSecond;

class Engine : public Child {
 public:
  Engine(Start& start, Loop& loop, sensor::Handles handles, HostFacts host, sensor::Ring critical,
         sensor::Ring telemetry, LoadedRules rules)
      : Child(start, loop),
        handles_(std::move(handles)),
        host_(std::move(host)),
        pipeline_(start.setup, host_.boot_id),
        rings_(std::move(critical), std::move(telemetry)),
        proof_book_(sensor::GuardAttached(start.setup.programs), SystemClock().BootNs()) {
    started_ns_ = last_kept_ns_ = SystemClock().BootNs();
    TakeRules(std::move(rules), start.setup.starts == 0);
    loop.Every(kSecond, [this] { Tick(); });
    loop.Every(kPollInterval, [this] { Drain(); });
  }

  Result<> Watch() {
    const auto drain = [this](std::uint32_t) { Drain(); };
    // Edge triggered: critical records stay in the ring until they are durable, so it is never
    // empty.
    BRIG_TRY(loop().Add(handles_.map(sensor::MapId::kCritical), EPOLLIN | EPOLLET, drain));
    return loop().Add(handles_.map(sensor::MapId::kTelemetry), EPOLLIN | EPOLLET, drain);
  }

 private:
  // Until a scribe said what is kept already; without one brig watches all the same.
  [[nodiscard]] bool Ready() const {
    return outbox_.resumed() || SystemClock().BootNs() - started_ns_ > 3 * kSecond;
  }

  void Drain() {
    if (!Ready()) return;
    const bool more = DrainRings();
    SendToScribe();
    if (more && !std::exchange(again_, true)) {
      loop().After(0, [this] {
        again_ = false;
        Drain();
      });
    }
  }

  // True when there may be more.
  bool DrainRings() {
    std::optional<std::uint64_t> seen;
    bool more = true;
    for (int i = 0; i < kRecordsPerTurn && more; ++i) {
      const auto record = rings_.Next(!outbox_.Full() || MakeRoom());
      more = record.has_value();
      if (!more) break;
      const bool critical = record->record_class == RecordClass::kCritical;
      Keep(pipeline_.TakeRecord(record->bytes, record->record_class),
           critical ? std::optional(record->position) : std::nullopt);
      if (!critical) seen = record->position;
    }
    if (seen) rings_.ReleaseTo(RecordClass::kTelemetry, *seen);
    return more;
  }

  // The ring waits for a scribe that is started again, but not for one that does not come.
  bool MakeRoom() {
    if (SystemClock().BootNs() - last_kept_ns_ < kScribePatience) return false;
    not_kept_ += outbox_.DropOldest();
    ReleaseCritical();
    return true;
  }

  void ReleaseCritical() {
    if (const auto position = outbox_.TakeReleased())
      rings_.ReleaseTo(RecordClass::kCritical, *position);
  }

  void Keep(Pipeline::Output output, std::optional<std::uint64_t> ring = std::nullopt) {
    for (const Allowance& allowance : output.allowances)
      if (peer(Role::kReader) != nullptr) peer(Role::kReader)->Send(Message::kAllow, allowance);
    if (output.passing) SendLive(std::string(AsText(EncodeRecord(*output.passing))));
    std::vector<std::string> records;
    for (const Record& record : output.records) {
      const Bytes bytes = EncodeToFit(record, ledger::kMaxEntryBytes);
      records.emplace_back(AsText(bytes));
      SendLive(records.back());
    }
    if (output.critical || ring) {
      outbox_.AddCritical(std::move(records), output.position, ring);
      return;
    }
    for (std::string& record : records)
      if (!outbox_.AddTelemetry(std::move(record))) ++not_kept_;
  }

  void SendLive(const std::string& record) {
    Channel* courier = peer(Role::kCourier);
    if (!followed_.on || courier == nullptr) return;
    if (courier->queued() > kMaxLiveWaiting ||
        !courier->Send(Message::kLive, Live{skipped_, record})) {
      ++skipped_;
      return;
    }
    skipped_ = 0;
  }

  void SendToScribe() {
    Channel* scribe = peer(Role::kScribe);
    if (scribe == nullptr || !outbox_.resumed() || waiting_resumed_) return;
    while (scribe->queued() < kMaxScribeWaiting) {
      const std::string* body = outbox_.NextToSend();
      if (body == nullptr || !scribe->SendBytes(Message::kAppend, *body)) return;
      outbox_.Sent();
    }
  }

  void Tick() {
    const auto counters = sensor::ReadCounters(handles_);
    if (!counters) LogError("{}", counters.error().message);
    Keep(pipeline_.Tick(counters.value_or(std::vector<RecordCounters>())));
    KeepNotices(proof_book_.Tick(SystemClock().BootNs()));
    SendToScribe();
  }

  void KeepNotices(std::vector<Notice> notices) {
    if (notices.empty()) return;
    Pipeline::Output output;
    output.critical = true;
    for (Notice& notice : notices) output.records.emplace_back(std::move(notice));
    Keep(std::move(output));
  }

  bool OnMessage(Role role, Message message, ByteView body) override {
    switch (message) {
      case Message::kFacts: return TakeFacts(body);
      case Message::kBirth: return TakeBirth(body);
      case Message::kReaderNotes: return TakeReaderNotes(body);
      case Message::kReaderNotice: return TakeReaderNotice(body);
      case Message::kProofs: return TakeProofs(body);
      case Message::kResumed: return TakeResumed(body);
      case Message::kKept: return TakeKept(body);
      case Message::kProcesses: return TakeProcesses(body);
      case Message::kQuery: return TakeQuery(body);
      case Message::kFollow: return TakeFollow(body);
      default: LogError("message from {} has no handler", NameOf(role)); return false;
    }
  }

  bool TakeReaderNotice(ByteView body) {
    auto notice = DecodeBody<Notice>(body);
    if (!notice) return false;
    KeepNotices({*std::move(notice)});
    return true;
  }

  bool TakeProofs(ByteView body) {
    auto message = DecodeBody<Proofs>(body);
    if (!message) return false;
    KeepNotices(proof_book_.Take(std::move(message->proofs), SystemClock().BootNs()));
    SendToScribe();
    return true;
  }

  bool TakeFacts(ByteView body) {
    const auto facts = DecodeBody<Facts>(body);
    if (!facts) return false;
    Keep(pipeline_.TakeFacts(*facts));
    SendToScribe();
    return true;
  }

  // A container that was born before this engine. If the ring tells of it too, nothing changes.
  bool TakeBirth(ByteView body) {
    const auto event = DecodeBody<Event>(body);
    if (!event) return false;
    pipeline_.Learn(*event);
    return true;
  }

  bool TakeReaderNotes(ByteView body) {
    const auto notes = DecodeBody<Notes>(body);
    if (notes) reader_notes_ = notes->notes;
    return notes.has_value();
  }

  bool TakeResumed(ByteView body) {
    const auto resumed = DecodeBody<Resumed>(body);
    if (!resumed || !waiting_resumed_) return false;
    waiting_resumed_ = false;
    if (!outbox_.resumed()) pipeline_.SkipUpTo(resumed->positions);
    outbox_.TakeResumed(*resumed);
    ledger_ = resumed->ledger;
    last_kept_ns_ = SystemClock().BootNs();
    ReleaseCritical();
    Drain();
    return true;
  }

  bool TakeKept(ByteView body) {
    const auto kept = DecodeBody<Kept>(body);
    if (!kept) return false;
    ledger_ = kept->ledger;
    refused_ = kept->refused;
    if (waiting_resumed_) return true;
    outbox_.TakeKept(*kept);
    last_kept_ns_ = SystemClock().BootNs();
    ReleaseCritical();
    SendToScribe();
    if (state() == State::kStopping && outbox_.empty()) Exit(0);
    return true;
  }

  bool TakeProcesses(ByteView body) {
    const auto processes = DecodeBody<Processes>(body);
    if (processes) processes_ = processes->processes;
    return processes.has_value();
  }

  void SetFollowed(const Follow& follow) {
    followed_ = follow;
    pipeline_.SetFollowed(follow.all);
    // Opens are sent by the kernel only when somebody looks: rules may.
    Follow wanted = follow;
    wanted.all = follow.all || rules_want_opens_;
    if (peer(Role::kReader) != nullptr) peer(Role::kReader)->Send(Message::kWant, wanted);
  }

  void TakeRules(LoadedRules rules, bool first) {
    if (!rules.program) return;
    rules_want_opens_ =
        (rules.program->operations() >> static_cast<unsigned>(Operation::kOpen) & 1) != 0;
    pipeline_.SetRules(std::move(rules.program));
    if (first) KeepNotices({Notice{SystemClock().WallNs(), "rules", rules.words}});
    LogInfo("judges by {}", rules.words);
  }

  bool TakeFollow(ByteView body) {
    const auto follow = DecodeBody<Follow>(body);
    if (follow) SetFollowed(*follow);
    skipped_ = 0;
    return follow.has_value();
  }

  bool TakeQuery(ByteView body);
  std::optional<Container> ContainerOf(const Query& query);
  void AnswerContainer(const Query& query);
  void AnswerProcesses(const Query& query);
  void KeepDrill(const std::string& text);
  void ReplyContainer(const Query& query, const Container& container) {
    const Posture* posture = pipeline_.enricher().PostureOf(container.key);
    Send({.id = query.id,
          .kind = AnswerKind::kContainer,
          .body = EncodeBody(container),
          .text = "",
          .processes = pipeline_.enricher().CountRunning(container.key),
          .posture = posture == nullptr ? Posture() : *posture});
  }
  void Reply(const Query& query, AnswerKind kind, std::string body = "", std::string text = "") {
    Send({.id = query.id, .kind = kind, .body = std::move(body), .text = std::move(text)});
  }
  void Send(const Answer& answer) {
    if (!peer(Role::kCourier)->Send(Message::kAnswer, answer))
      LogWarn("an answer did not fit into the courier's queue");
  }
  [[nodiscard]] Status MakeStatusNow();

  void OnPeer(Role role) override {
    if (role == Role::kReader) SetFollowed(followed_);
    if (role != Role::kScribe) return;
    waiting_resumed_ = true;
    peer(Role::kScribe)->Send(Message::kResume, outbox_.MakeResume());
  }

  void OnPeerGone(Role role) override {
    if (role == Role::kCourier) SetFollowed(Follow{});
    if (role == Role::kScribe && state() == State::kStopping) Exit(0);
  }

  // Whatever the kernel has recorded by now is still kept.
  void OnStop(const std::string&) override {
    while (DrainRings()) {
    }
    Drain();
    Keep(pipeline_.Finish());
    SendToScribe();
    if (outbox_.empty() || peer(Role::kScribe) == nullptr) return Exit(0);
    loop().After(kStopPatience, [this] { Exit(0); });
  }

  sensor::Handles handles_;
  HostFacts host_;
  Pipeline pipeline_;
  sensor::RingPair rings_;
  ProofBook proof_book_;
  Outbox outbox_;
  LedgerStatus ledger_;
  std::vector<ProcessStatus> processes_;
  std::vector<std::string> reader_notes_;
  std::int64_t started_ns_ = 0, last_kept_ns_ = 0;
  std::uint64_t not_kept_ = 0, refused_ = 0;
  std::uint64_t skipped_ = 0;  // for the followers
  Follow followed_;
  bool rules_want_opens_ = false;
  bool waiting_resumed_ = false;
  bool again_ = false;
};

bool Engine::TakeQuery(ByteView body) {
  const auto query = DecodeBody<Query>(body);
  if (!query) return false;
  switch (query->question) {
    case Question::kStatus: Reply(*query, AnswerKind::kStatus, EncodeBody(MakeStatusNow())); break;
    case Question::kContainers:
      if (!query->argument.empty()) {
        AnswerContainer(*query);
        return true;
      }
      for (const Container& container : pipeline_.enricher().ListContainers(query->all))
        ReplyContainer(*query, container);
      break;
    case Question::kProcesses: AnswerProcesses(*query); return true;
    case Question::kFindings:
      for (const Finding& finding : pipeline_.findings())
        Reply(*query, AnswerKind::kFinding, EncodeBody(finding));
      break;
    case Question::kDrill: KeepDrill(query->argument); break;
    default: return false;
  }
  Reply(*query, AnswerKind::kEnd);
  return true;
}

void Engine::KeepDrill(const std::string& text) {
  KeepNotices({Notice{SystemClock().WallNs(), "drill", text}});
  SendToScribe();
}

// The container that a question names; an answer is sent when there is none.
std::optional<Container> Engine::ContainerOf(const Query& query) {
  auto container = pipeline_.enricher().FindContainer(query.argument);
  if (container) return *std::move(container);
  Reply(query, AnswerKind::kError, std::string(NameOf(container.error().code)),
        container.error().message);
  return std::nullopt;
}

void Engine::AnswerContainer(const Query& query) {
  const auto container = ContainerOf(query);
  if (!container) return;
  ReplyContainer(query, *container);
  Reply(query, AnswerKind::kEnd);
}

void Engine::AnswerProcesses(const Query& query) {
  const auto container = ContainerOf(query);
  if (!container) return;
  for (const Process& process : pipeline_.enricher().ProcessesOf(container->key))
    Reply(query, AnswerKind::kProcess, EncodeBody(process));
  Reply(query, AnswerKind::kEnd);
}

Status Engine::MakeStatusNow() {
  return MakeStatus({.setup = start().setup,
                     .host = host_,
                     .pipeline = pipeline_,
                     .proofs = proof_book_.proofs(),
                     .containers_running = pipeline_.enricher().containers_running(),
                     .containers_ever = pipeline_.enricher().containers_ever(),
                     .ledger = ledger_,
                     .processes = processes_,
                     .reader_notes = reader_notes_,
                     .not_kept = not_kept_,
                     .refused = refused_,
                     .scribe_connected = peer(Role::kScribe) != nullptr});
}

// Libraries read files the first time they are used; afterwards that would end the process.
void WarmUp() {
  (void)Sha256({});
  (void)libbpf_num_possible_cpus();
  const std::time_t epoch = 0;
  std::tm time{};
  (void)::gmtime_r(&epoch, &time);
  LogDebug("starts");
}

}  // namespace

int RunEngine(Start start) {
  auto step = DropPrivileges({.user = start.setup.user, .group = start.setup.group});
  if (step) step = CloseOtherHandles(start.AllHandles());
  const HostFacts host = ReadHostFacts(start.setup);
  sensor::Handles handles = TakeHandles(start);
  auto critical =
      sensor::Ring::Open(handles.map(sensor::MapId::kCritical), sensor::kCriticalRingBytes);
  auto telemetry =
      sensor::Ring::Open(handles.map(sensor::MapId::kTelemetry), sensor::kTelemetryRingBytes);
  const int packed = start.HandleFor(HandleUse::kRules);
  Result<std::vector<rules::RuleFile>> files = std::vector<rules::RuleFile>();
  if (packed >= 0) files = UnpackRules(packed);
  WarmUp();
  auto loop = Loop::Make();
  if (step) step = AllowSystemCalls(kCalls);
  // From here on nothing but memory is at stake: the rules are somebody's text.
  Result<LoadedRules> rules = LoadedRules();
  if (step && !files) step = std::unexpected(files.error());
  if (step && !files->empty()) rules = CompileRules(*std::move(files));
  if (step && !rules) step = std::unexpected(rules.error());
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  if (!critical) return Refuse(start, Trouble::kFatal, critical.error());
  if (!telemetry) return Refuse(start, Trouble::kFatal, telemetry.error());
  if (!loop) return Refuse(start, Trouble::kFatal, loop.error());
  Engine engine(start, *loop, std::move(handles), host, *std::move(critical), *std::move(telemetry),
                *std::move(rules));
  step = engine.Watch();
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  return engine.Run();
}

}  // namespace brig::agent
