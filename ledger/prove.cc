// SPDX-License-Identifier: Apache-2.0
#include "ledger/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "ledger/checkpoint_store.h"
#include "ledger/layout.h"
#include "ledger/range_roots.h"
#include "ledger/reader.h"
#include "ledger/segment.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

// The checkpoint of just this size.
Result<std::string> CheckpointOf(Disk& disk, const std::string& directory, std::uint64_t size) {
  BRIG_ASSIGN(CheckpointReader reader, CheckpointReader::Open(disk, directory));
  std::optional<std::uint64_t> before;
  for (;;) {
    BRIG_ASSIGN(auto stored, reader.Next());
    if (!stored || stored->body.size > size) {
      const std::string near = stored ? fmt::format(", then {}", stored->body.size) : "";
      const std::string last = before ? fmt::format("{}", *before) : "none";
      return Fail(
          ErrorCode::kNotFound,
          fmt::format("no checkpoint of {} entries: the last before is of {}{}", size, last, near));
    }
    if (stored->body.size == size) return std::move(stored->note);
    before = stored->body.size;
  }
}

// The tree of all entries before the segment that holds `index`, as its header says. Nothing
// vouches for it but the proof that comes of it.
Result<Tree> TreeBefore(Disk& disk, const std::string& directory, std::uint64_t index) {
  BRIG_ASSIGN(const auto segments, ListSegments(disk, directory));
  const auto behind = std::ranges::upper_bound(segments, index);
  if (behind == segments.begin())
    return Fail(ErrorCode::kNotFound, fmt::format("no segment with entry {}", index));
  const std::string name = SegmentName(*(behind - 1));
  BRIG_ASSIGN(auto file, disk.Open(Join(directory, name), OpenMode::kRead));
  BRIG_ASSIGN(const auto scanner, SegmentScanner::Open(std::move(file), name, *(behind - 1)));
  return Tree::FromPeaks(scanner.header().first_index, scanner.header().peaks);
}

// Lets the entries from `from` to `size` go by.
Result<> ForEntries(Disk& disk, const std::string& directory, std::uint64_t from,
                    std::uint64_t size, const std::function<void(const Entry&)>& each) {
  BRIG_ASSIGN(const auto reader, Reader::Open(directory, disk));
  BRIG_TRY(reader->Seek(from));
  for (std::uint64_t index = from; index < size; ++index) {
    BRIG_ASSIGN(const auto entry, reader->Next());
    if (!entry)
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{} entries are sealed, {} are here", size, index));
    each(*entry);
  }
  return {};
}

// A proof that does not hold says that the files are not what was sealed.
template <class Value>
Result<Value> OrCorrupt(const Result<CheckpointBody>& checked, Value proof) {
  if (checked) return proof;
  return Fail(ErrorCode::kCorrupt,
              fmt::format("the ledger does not prove it: {}: `brig ledger verify` tells where",
                          checked.error().message));
}

}  // namespace

Result<VerifierKey> ReadKey(const std::string& directory, Disk& disk) {
  BRIG_ASSIGN(std::string line, ReadSmall(disk, Join(directory, kKeyFile), 1024));
  while (line.ends_with('\n')) line.pop_back();
  return ParseVerifierKey(line);
}

Result<std::string> LatestCheckpoint(const std::string& directory, Disk& disk) {
  auto note = ReadSmall(disk, Join(directory, kCheckpointFile), kMaxNoteBytes);
  if (!note && note.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kNotFound, "no checkpoint yet: nothing is sealed");
  if (!note) return note;
  BRIG_ASSIGN(const VerifierKey key, ReadKey(directory, disk));
  BRIG_TRY(OpenCheckpoint(key, *note));
  return note;
}

Result<TlogProof> ProveEntry(const std::string& directory, std::uint64_t index, Disk& disk) {
  BRIG_ASSIGN(const std::string note, LatestCheckpoint(directory, disk));
  return ProveEntryIn(directory, index, note, disk);
}

Result<TlogProof> ProveEntryIn(const std::string& directory, std::uint64_t index,
                               const std::string& note, Disk& disk) {
  BRIG_ASSIGN(std::vector<TlogProof> proofs, ProveEntriesIn(directory, {index}, note, disk));
  return std::move(proofs.front());
}

Result<std::vector<TlogProof>> ProveEntriesIn(const std::string& directory,
                                              const std::vector<std::uint64_t>& indices,
                                              const std::string& note, Disk& disk) {
  BRIG_CHECK(!indices.empty() && std::ranges::is_sorted(indices));
  BRIG_ASSIGN(const VerifierKey key, ReadKey(directory, disk));
  BRIG_ASSIGN(const CheckpointBody head, OpenCheckpoint(key, note));
  if (indices.back() >= head.size)
    return Fail(
        ErrorCode::kNotFound,
        fmt::format("entry {} is not sealed: the checkpoint covers {}", indices.back(), head.size));
  BRIG_ASSIGN(const Tree before, TreeBefore(disk, directory, indices.front()));
  std::vector<Range> all;
  for (const std::uint64_t index : indices) {
    BRIG_ASSIGN(const auto ranges, InclusionRanges(index, head.size));
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  auto roots = RangeRoots::Make(before, all);
  if (!roots) return Fail(ErrorCode::kCorrupt, roots.error().message);
  std::vector<TlogProof> proofs;
  BRIG_TRY(ForEntries(disk, directory, before.size(), head.size, [&](const Entry& entry) {
    roots->Add(LeafHash(entry.bytes));
    if (proofs.size() < indices.size() && entry.index == indices[proofs.size()])
      proofs.push_back({Bytes(entry.bytes.begin(), entry.bytes.end()), entry.index, {}, note});
  }));
  BRIG_ASSIGN(const std::vector<Digest> hashes, roots->Roots());
  auto next = hashes.begin();
  for (TlogProof& proof : proofs) {
    const auto count = static_cast<std::ptrdiff_t>(InclusionRanges(proof.index, head.size)->size());
    proof.hashes.assign(next, next + count);
    next += count;
    const auto checked = CheckEntry(proof, proof.extra, key);
    if (!checked) return OrCorrupt(checked, std::vector<TlogProof>{});
  }
  return proofs;
}

Result<Extension> ProveExtension(const std::string& directory, std::uint64_t old_size,
                                 std::optional<std::uint64_t> size, Disk& disk) {
  BRIG_ASSIGN(const std::string note,
              size ? CheckpointOf(disk, directory, *size) : LatestCheckpoint(directory, disk));
  return ProveExtensionTo(directory, old_size, note, disk);
}

Result<Extension> ProveExtensionTo(const std::string& directory, std::uint64_t old_size,
                                   const std::string& note, Disk& disk) {
  BRIG_ASSIGN(const VerifierKey key, ReadKey(directory, disk));
  BRIG_ASSIGN(const CheckpointBody head, OpenCheckpoint(key, note));
  if (old_size > head.size)
    return Fail(ErrorCode::kInvalid, fmt::format("the checkpoint of {} entries cannot continue {}",
                                                 head.size, old_size));
  BRIG_ASSIGN(Tree tree, TreeBefore(disk, directory, old_size));
  BRIG_ASSIGN(const auto ranges, ConsistencyRanges(old_size, head.size));
  auto roots = RangeRoots::Make(tree, ranges);
  if (!roots) return Fail(ErrorCode::kCorrupt, roots.error().message);
  CheckpointBody old{head.origin, old_size, tree.Root(), {}};
  BRIG_TRY(ForEntries(disk, directory, tree.size(), head.size, [&](const Entry& entry) {
    const Digest leaf = LeafHash(entry.bytes);
    roots->Add(leaf);
    if (entry.index >= old_size) return;
    tree.Append(leaf);
    if (tree.size() == old_size) old.root = tree.Root();
  }));
  Extension extension{old_size, {}, note};
  BRIG_ASSIGN(extension.hashes, roots->Roots());
  const auto checked = CheckExtension(extension, old, key);
  return OrCorrupt(checked, std::move(extension));
}

}  // namespace brig::ledger
