// SPDX-License-Identifier: Apache-2.0
#include "ledger/writer.h"

#include <fmt/format.h>

#include <optional>

#include "base/log.h"
#include "ledger/checkpoint_store.h"
#include "ledger/layout.h"
#include "ledger/recovery.h"
#include "ledger/segment.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

// Kept free at the end of a segment: a mark by Sync, one by Close, one for the end.
constexpr std::uint64_t kTailBytes = 3 * kMarkBytes;

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

class Writer::Impl {
 public:
  Impl(std::string directory, WriterOptions options, Disk& disk)
      : disk_(disk), directory_(WithoutSlash(std::move(directory))), options_(std::move(options)) {}

  Result<> Open();
  Result<std::uint64_t> Append(std::span<const ByteView> entries, Priority priority);
  Result<std::uint64_t> Sync();
  Result<CheckpointBody> PrepareCheckpoint();
  Result<> StoreCheckpoint(const std::string& note);
  Result<> Close();

  Recovered recovered_;
  Tree tree_;
  std::uint64_t durable_ = 0;
  bool full_ = false;
  std::optional<CheckpointStore> checkpoints_;

 private:
  Result<> OpenKey();
  Result<> RemoveUnfinished();
  Result<> OpenReserve();
  Result<> MakeReserve();
  Result<> Begin(Result<Recovery> recovery);
  Result<> GoOn(Recovery recovery);
  Result<> OpenSegment(SegmentHeader header, std::uint64_t offset);
  Result<std::uint64_t> FrameBytes(std::span<const ByteView> entries) const;
  Result<> NextSegment(Priority priority);
  Result<> Flush();
  Result<> WriteMark(FrameKind kind);
  Result<> Usable() const;
  Result<> Stop(Result<> outcome);

  Disk& disk_;
  std::string directory_;
  WriterOptions options_;
  std::unique_ptr<DiskLock> lock_;
  std::unique_ptr<DiskFile> file_;  // the current segment
  SegmentHeader segment_;
  std::uint64_t offset_ = 0;  // where pending_ goes
  Bytes pending_;             // frames that the kernel does not have yet
  bool closed_mark_ = false;  // the last frame is the mark of an orderly end
  bool reserve_ready_ = false;
  std::optional<CheckpointBody> prepared_;
  std::optional<std::string> stopped_;  // why nothing works any more
};

Result<> Writer::Impl::Usable() const {
  if (!stopped_) return {};
  return Fail(ErrorCode::kUnavailable, fmt::format("the ledger has stopped: {}", *stopped_));
}

// Passes an outcome on; a failure is the end of this writer.
Result<> Writer::Impl::Stop(Result<> outcome) {
  if (!outcome) stopped_ = outcome.error().message;
  return outcome;
}

// What comes of writing. A disk that cannot write now may do so later, and says nothing of what is
// stored: EIO means damage only where something is read.
static Result<> NoDamage(Result<> written) {
  if (!written && written.error().code == ErrorCode::kCorrupt && written.error().sys_errno != 0)
    written.error().code = ErrorCode::kUnavailable;
  return written;
}

Result<> Writer::Impl::Open() {
  BRIG_TRY(disk_.MakeDirectory(directory_));
  BRIG_ASSIGN(lock_, disk_.Lock(directory_));
  BRIG_TRY(OpenKey());
  auto recovery = Examine(disk_, directory_, options_.key);
  recovered_.created = !recovery && recovery.error().code == ErrorCode::kNotFound;
  if (!recovery && !recovered_.created) return std::unexpected(std::move(recovery).error());
  return NoDamage(Begin(std::move(recovery)));
}

Result<> Writer::Impl::Begin(Result<Recovery> recovery) {
  BRIG_TRY(RemoveUnfinished());
  BRIG_TRY(OpenReserve());
  if (recovered_.created) {
    SegmentHeader header;
    header.capacity = options_.segment_bytes;
    BRIG_ASSIGN(header.salt, disk_.Random());
    BRIG_TRY(CreateSegment(disk_, directory_, header));
    BRIG_ASSIGN(auto store, CheckpointStore::Open(disk_, directory_, {}));
    checkpoints_ = std::move(store);
    return OpenSegment(std::move(header), HeaderBytes(0));
  }
  return GoOn(*std::move(recovery));
}

// The key stands in the ledger for whoever verifies it later; it never changes.
Result<> Writer::Impl::OpenKey() {
  if (!IsKeyName(options_.key.name)) return Fail(ErrorCode::kInvalid, "not a key name");
  const std::string line = FormatVerifierKey(options_.key) + "\n";
  const auto stored = ReadSmall(disk_, Join(directory_, kKeyFile), 1024);
  if (stored && *stored == line) return {};
  if (stored)
    return Fail(ErrorCode::kDenied, fmt::format("{} in {} is not {}", kKeyFile, directory_,
                                                FormatVerifierKey(options_.key)));
  if (stored.error().code != ErrorCode::kNotFound) return std::unexpected(stored.error());
  BRIG_ASSIGN(const auto segments, ListSegments(disk_, directory_));
  if (!segments.empty())
    return Fail(ErrorCode::kCorrupt, fmt::format("{} is missing in {}", kKeyFile, directory_));
  BRIG_TRY(NoDamage(RemoveUnfinished()));
  return NoDamage(ReplaceSmall(disk_, directory_, kKeyFile, line));
}

Result<> Writer::Impl::RemoveUnfinished() {
  BRIG_ASSIGN(const auto names, disk_.List(directory_));
  for (const std::string& name : names) {
    if (name.ends_with(kUnfinished)) BRIG_TRY(disk_.Remove(Join(directory_, name)));
  }
  return {};
}

Result<> Writer::Impl::OpenReserve() {
  const auto size = CheckReserve(disk_, directory_, false);
  if (size && *size == options_.segment_bytes) {
    reserve_ready_ = true;
    return {};
  }
  // Of another size, or half turned into a segment by a crash: it holds nothing, so make it anew.
  const bool absent = !size && size.error().code == ErrorCode::kNotFound;
  if (!absent) BRIG_TRY(disk_.Remove(Join(directory_, kReserveFile)));
  return MakeReserve();
}

Result<> Writer::Impl::MakeReserve() {
  const auto made = CreateReserve(disk_, directory_, options_.segment_bytes);
  reserve_ready_ = made.has_value();
  full_ = !made;
  if (!made && made.error().code != ErrorCode::kLimit) return made;
  return {};
}

Result<> Writer::Impl::GoOn(Recovery recovery) {
  BRIG_TRY(Mend(disk_, directory_, recovery));
  recovered_.clean = recovery.clean;
  recovered_.entries = recovery.tree.size();
  const auto& latest = recovery.checkpoints.latest;
  recovered_.sealed = latest ? latest->body.size : 0;
  recovered_.torn_bytes = recovery.checkpoints.torn_bytes;
  if (recovered_.torn_bytes > 0) recovered_.torn_file = kCheckpointsFile;
  if (recovery.torn_end > recovery.offset) {
    recovered_.torn_bytes += recovery.torn_end - recovery.offset;
    recovered_.torn_file = SegmentName(recovery.segment.first_index);
  }
  BRIG_ASSIGN(auto store,
              CheckpointStore::Open(disk_, directory_, std::move(recovery.checkpoints)));
  checkpoints_ = std::move(store);
  tree_ = std::move(recovery.tree);
  durable_ = tree_.size();
  closed_mark_ = recovery.clean;
  const bool unmarked = recovery.unmarked;
  BRIG_TRY(OpenSegment(std::move(recovery.segment), recovery.offset));
  if (unmarked) BRIG_TRY(WriteMark(FrameKind::kDurable));
  return {};
}

Result<> Writer::Impl::OpenSegment(SegmentHeader header, std::uint64_t offset) {
  const std::string path = Join(directory_, SegmentName(header.first_index));
  BRIG_ASSIGN(file_, disk_.Open(path, OpenMode::kWrite));
  segment_ = std::move(header);
  offset_ = offset;
  return {};
}

Result<std::uint64_t> Writer::Impl::FrameBytes(std::span<const ByteView> entries) const {
  std::uint64_t bytes = 0;
  for (const ByteView entry : entries) {
    if (entry.size() > kMaxEntryBytes)
      return Fail(ErrorCode::kLimit, fmt::format("an entry of {} bytes", entry.size()));
    bytes += kFrameHeaderBytes + entry.size();
  }
  if (HeaderBytes(kMaxPeaks) + bytes + kTailBytes > options_.segment_bytes)
    return Fail(ErrorCode::kLimit, fmt::format("entries of {} bytes at once", bytes));
  return bytes;
}

Result<std::uint64_t> Writer::Impl::Append(std::span<const ByteView> entries, Priority priority) {
  BRIG_TRY(Usable());
  BRIG_ASSIGN(const std::uint64_t bytes, FrameBytes(entries));
  if (full_ && priority == Priority::kTelemetry)
    return Fail(ErrorCode::kLimit, "the disk is full: room is left for critical entries only");
  if (offset_ + pending_.size() + bytes + kTailBytes > segment_.capacity)
    BRIG_TRY(NextSegment(priority));
  const std::uint64_t first = tree_.size();
  for (const ByteView entry : entries) {
    AppendEntryFrame(pending_, segment_.salt, tree_.size(), entry);
    tree_.Append(LeafHash(entry));
  }
  if (pending_.size() >= options_.buffer_bytes) BRIG_TRY(Flush());
  return first;
}

// Everything of the old segment is synced before the new one exists, and the new one exists before
// the old one's end mark: whichever of them a crash leaves, what it says is true.
Result<> Writer::Impl::NextSegment(Priority priority) {
  BRIG_TRY(Flush());
  BRIG_TRY(Stop(file_->Sync()));
  durable_ = tree_.size();
  SegmentHeader header;
  header.first_index = tree_.size();
  header.capacity = options_.segment_bytes;
  header.peaks = tree_.peaks();
  BRIG_ASSIGN(header.salt, disk_.Random());
  auto made = CreateSegment(disk_, directory_, header);
  const bool no_room = !made && made.error().code == ErrorCode::kLimit;
  if (no_room) {
    full_ = true;
    if (priority == Priority::kTelemetry || !reserve_ready_) return made;
    reserve_ready_ = false;
    made = CreateSegmentFromReserve(disk_, directory_, header);
  }
  BRIG_TRY(Stop(made));
  BRIG_TRY(WriteMark(FrameKind::kEnd));
  BRIG_TRY(Stop(file_->Sync()));
  return Stop(OpenSegment(std::move(header), HeaderBytes(tree_.peaks().size())));
}

Result<> Writer::Impl::Flush() {
  if (pending_.empty()) return {};
  BRIG_TRY(Stop(file_->Write(offset_, pending_)));
  offset_ += pending_.size();
  pending_.clear();
  closed_mark_ = false;
  return {};
}

// Only after a sync. Not synced itself: a kill leaves it with the kernel, a power cut may take it
// along.
Result<> Writer::Impl::WriteMark(FrameKind kind) {
  BRIG_CHECK(pending_.empty());
  BRIG_TRY(Stop(file_->Write(offset_, EncodeMark(kind, segment_.salt, tree_.size()))));
  offset_ += kMarkBytes;
  closed_mark_ = kind == FrameKind::kClosed;
  return {};
}

Result<std::uint64_t> Writer::Impl::Sync() {
  BRIG_TRY(Usable());
  if (full_ && reserve_ready_) full_ = false;  // the next segment will be tried once more
  if (full_ && !reserve_ready_) BRIG_TRY(Stop(MakeReserve()));
  BRIG_TRY(Flush());
  if (durable_ == tree_.size()) return durable_;
  BRIG_TRY(Stop(file_->Sync()));
  durable_ = tree_.size();
  // The entries are safe whether or not the mark can be written; the next call will tell of that.
  if (const auto marked = WriteMark(FrameKind::kDurable); !marked)
    LogError("ledger stops after this sync: {}", marked.error().message);
  return durable_;
}

Result<CheckpointBody> Writer::Impl::PrepareCheckpoint() {
  BRIG_TRY(Sync());
  prepared_ = CheckpointBody{options_.key.name, tree_.size(), tree_.Root(), {}};
  return *prepared_;
}

Result<> Writer::Impl::StoreCheckpoint(const std::string& note) {
  BRIG_TRY(Usable());
  BRIG_ASSIGN(const CheckpointBody body, OpenCheckpoint(options_.key, note));
  if (!prepared_ || body.size != prepared_->size || body.root != prepared_->root)
    return Fail(ErrorCode::kDenied, "a checkpoint of another head than the one prepared");
  const auto& latest = checkpoints_->latest();
  if (latest && body.size <= latest->body.size) return {};
  auto stored = checkpoints_->Store(note, body);
  if (!stored && stored.error().code == ErrorCode::kLimit) return stored;
  return Stop(stored);
}

Result<> Writer::Impl::Close() {
  BRIG_TRY(Sync());
  BRIG_TRY(Usable());
  if (!closed_mark_) {
    // A mark says that all before it is stored, and the last sync's own mark is not yet: half of it
    // lost, with this one behind it whole, would pass for damage. Synced itself, so that nothing
    // behind an orderly end can tear.
    BRIG_TRY(Stop(file_->Sync()));
    BRIG_TRY(WriteMark(FrameKind::kClosed));
    BRIG_TRY(Stop(file_->Sync()));
  }
  stopped_ = "it was closed";
  file_.reset();
  lock_.reset();
  return {};
}

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Writer::~Writer() = default;

Result<std::unique_ptr<Writer>> Writer::Open(const std::string& directory,
                                             const WriterOptions& options, Disk& disk) {
  auto impl = std::make_unique<Impl>(directory, options, disk);
  auto opened = impl->Open();
  if (!opened)
    return Within(fmt::format("open the ledger {}", directory), std::move(opened).error());
  return std::unique_ptr<Writer>(new Writer(std::move(impl)));
}

Result<std::uint64_t> Writer::Append(std::span<const ByteView> entries, Priority priority) {
  return impl_->Append(entries, priority);
}
Result<std::uint64_t> Writer::Sync() { return impl_->Sync(); }
Result<CheckpointBody> Writer::PrepareCheckpoint() { return impl_->PrepareCheckpoint(); }
Result<> Writer::StoreCheckpoint(const std::string& note) { return impl_->StoreCheckpoint(note); }
Result<CheckpointBody> Writer::Checkpoint(const Signer& signer) {
  BRIG_ASSIGN(CheckpointBody body, PrepareCheckpoint());
  BRIG_ASSIGN(const std::string note, signer(body));
  BRIG_TRY(StoreCheckpoint(note));
  return body;
}
Result<> Writer::Close() { return impl_->Close(); }

const Recovered& Writer::recovered() const { return impl_->recovered_; }
std::uint64_t Writer::size() const { return impl_->tree_.size(); }
std::uint64_t Writer::durable_size() const { return impl_->durable_; }
std::uint64_t Writer::sealed_size() const {
  const auto& latest = impl_->checkpoints_->latest();
  return latest ? latest->body.size : 0;
}
bool Writer::disk_full() const { return impl_->full_; }

Result<std::string> SetAside(const std::string& directory, Disk& disk) {
  const std::string from = WithoutSlash(directory);
  BRIG_ASSIGN(const auto lock, disk.Lock(from));
  for (unsigned number = 1;; ++number) {
    std::string to = fmt::format("{}.damaged-{}", from, number);
    const auto there = disk.List(to);
    if (there) continue;
    if (there.error().code != ErrorCode::kNotFound) return std::unexpected(there.error());
    BRIG_TRY(disk.Rename(from, to));
    const auto slash = from.rfind('/');
    BRIG_TRY(disk.SyncDirectory(slash == std::string::npos ? "." : from.substr(0, slash + 1)));
    return to;
  }
}

}  // namespace brig::ledger
