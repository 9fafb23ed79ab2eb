// SPDX-License-Identifier: Apache-2.0
// The bytes of a segment: a header, frames one after the other, zeros to the end of the file.
// Written once, front to back; the file's size never changes. Why: docs/ledger-format.md.
//
//   header = magic[8] version:4 size:4 first_index:8 capacity:8 salt:8 flags:4 peaks:4
//            peak[32]* crc:4
//   frame  = length:2 kind:2 crc:4 bytes[length]
//
// All integers little-endian. A frame's crc is over salt, index, length, kind and bytes; a mark's
// bytes are the number of entries before it, which is also its index. Marks are written only after
// all entries before them were synced: damage in front of a mark is damage to acknowledged data.
// Functions are thread safe; a scanner is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"
#include "ledger/disk.h"

namespace brig::ledger {

constexpr std::size_t kFrameHeaderBytes = 8;
constexpr std::size_t kMarkBytes = kFrameHeaderBytes + 8;
constexpr std::size_t kMaxFrameBytes = kFrameHeaderBytes + 65535;
constexpr std::size_t kMaxPeaks = 64;

struct SegmentHeader {
  std::uint64_t first_index = 0;
  std::uint64_t capacity = 0;  // of the file, in bytes
  std::uint64_t salt = 0;      // random: what a container writes cannot contain a frame by design
  bool from_reserve = false;
  std::vector<Digest> peaks;  // of the tree of all entries before: recovery need not read them
};

std::size_t HeaderBytes(std::size_t peaks);
Bytes EncodeHeader(const SegmentHeader& header);
[[nodiscard]] Result<SegmentHeader> DecodeHeader(ByteView front);

enum class FrameKind : std::uint16_t {
  kEntry = 1,
  kDurable = 2,  // everything before is on stable storage
  kClosed = 3,   // likewise, and the writer ended in order
  kEnd = 4,      // likewise, and the next segment goes on
};

void AppendEntryFrame(Bytes& out, std::uint64_t salt, std::uint64_t index, ByteView entry);
Bytes EncodeMark(FrameKind kind, std::uint64_t salt, std::uint64_t size);

// One step through a segment.
struct Step {
  enum class What { kFrame, kZeros, kBad };  // kZeros: nothing has been written here
  What what = What::kBad;
  FrameKind kind = FrameKind::kEntry;
  std::uint64_t offset = 0;
  std::uint64_t index = 0;  // of the entry; of the next entry for the others
  std::size_t size = 0;     // of the frame; for kBad what its length field says
  ByteView bytes;           // valid until the scanner moves
  const char* why = "";     // kBad
};

class SegmentScanner {
 public:
  // Reads the header. kCorrupt when it is damaged or not the header of the segment at
  // `first_index`, or the file has not the size that it says. `name` is for messages.
  [[nodiscard]] static Result<SegmentScanner> Open(std::unique_ptr<DiskFile> file,
                                                   const std::string& name,
                                                   std::uint64_t first_index);
  // Reads what stands at the current place and moves on behind it, if it is a frame. After kZeros
  // or kBad it stays, and looks again (at the file, not at its buffer) the next time.
  [[nodiscard]] Result<Step> Next();
  // Goes on behind a bad entry frame as if it had been good.
  void Skip(const Step& bad);
  void Seek(std::uint64_t offset, std::uint64_t index);

  [[nodiscard]] const SegmentHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t index() const { return index_; }
  [[nodiscard]] DiskFile& file() { return *file_; }

 private:
  [[nodiscard]] Result<ByteView> Look(std::size_t bytes);

  std::unique_ptr<DiskFile> file_;
  SegmentHeader header_;
  std::uint64_t offset_ = 0;
  std::uint64_t index_ = 0;
  Bytes buffer_;
  std::uint64_t buffer_offset_ = 0;
};

// The first byte in [from, to) that is not zero.
[[nodiscard]] Result<std::optional<std::uint64_t>> FirstNonZero(DiskFile& file, std::uint64_t from,
                                                                std::uint64_t to);
// The offset of the first valid mark at or behind `from`, wherever frames begin: after damage
// nobody knows.
[[nodiscard]] Result<std::optional<std::uint64_t>> FirstMark(DiskFile& file,
                                                             const SegmentHeader& header,
                                                             std::uint64_t from);

}  // namespace brig::ledger
