// SPDX-License-Identifier: Apache-2.0
#include "ledger/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "ledger/crc32c.h"

namespace brig::ledger {
namespace {

constexpr std::string_view kMagic = "brigseg1";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kFixedHeaderBytes = 48;
constexpr std::uint32_t kFromReserve = 1;
constexpr std::size_t kBlockBytes = 256 * 1024;

template <class T>
T Load(ByteView bytes, std::size_t at) {
  return ByteReader(bytes.subspan(at, sizeof(T))).Fixed<T>();
}

template <class T>
void Store(std::byte* to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    to[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
}

std::uint32_t FrameCrc(std::uint64_t salt, std::uint64_t index, std::uint16_t length,
                       std::uint16_t kind, ByteView bytes) {
  std::byte prefix[20];
  Store(prefix, salt);
  Store(prefix + 8, index);
  Store(prefix + 16, length);
  Store(prefix + 18, kind);
  return Crc32c(bytes, Crc32c(prefix));
}

void AppendFrame(Bytes& out, std::uint64_t salt, std::uint64_t index, FrameKind kind,
                 ByteView bytes) {
  BRIG_CHECK(bytes.size() <= 65535);
  const auto length = static_cast<std::uint16_t>(bytes.size());
  std::byte header[kFrameHeaderBytes];
  Store(header, length);
  Store(header + 2, static_cast<std::uint16_t>(kind));
  Store(header + 4, FrameCrc(salt, index, length, static_cast<std::uint16_t>(kind), bytes));
  out.insert(out.end(), header, header + sizeof header);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

bool IsMark(std::uint16_t kind) {
  return kind >= static_cast<std::uint16_t>(FrameKind::kDurable) &&
         kind <= static_cast<std::uint16_t>(FrameKind::kEnd);
}

// Whether `bytes` begins with a valid mark.
bool HasMark(ByteView bytes, std::uint64_t salt) {
  if (bytes.size() < kMarkBytes) return false;
  const auto length = Load<std::uint16_t>(bytes, 0);
  const auto kind = Load<std::uint16_t>(bytes, 2);
  if (length != 8 || !IsMark(kind)) return false;
  return Load<std::uint32_t>(bytes, 4) ==
         FrameCrc(salt, Load<std::uint64_t>(bytes, 8), length, kind, bytes.subspan(8, 8));
}

// Each byte equals its neighbour and the first is zero: the library compares many at once.
bool AllZero(ByteView bytes) {
  return bytes.empty() || (bytes[0] == std::byte{0} &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::unexpected<Error> BadHeader(std::string_view why) {
  return Fail(ErrorCode::kCorrupt, fmt::format("offset 0: {}", why));
}

}  // namespace

std::size_t HeaderBytes(std::size_t peaks) { return kFixedHeaderBytes + 32 * peaks + 4; }

Bytes EncodeHeader(const SegmentHeader& header) {
  ByteWriter out;
  out.Raw(AsBytes(kMagic));
  out.Fixed(kVersion);
  out.Fixed(static_cast<std::uint32_t>(HeaderBytes(header.peaks.size())));
  out.Fixed(header.first_index);
  out.Fixed(header.capacity);
  out.Fixed(header.salt);
  out.Fixed(header.from_reserve ? kFromReserve : 0U);
  out.Fixed(static_cast<std::uint32_t>(header.peaks.size()));
  for (const Digest& peak : header.peaks) out.Raw(peak);
  out.Fixed(Crc32c(out.bytes()));
  return out.Take();
}

Result<SegmentHeader> DecodeHeader(ByteView front) {
  ByteReader in(front);
  if (AsText(in.Raw(kMagic.size())) != kMagic) return BadHeader("not a segment");
  const auto version = in.Fixed<std::uint32_t>();
  const auto size = in.Fixed<std::uint32_t>();
  SegmentHeader header;
  header.first_index = in.Fixed<std::uint64_t>();
  header.capacity = in.Fixed<std::uint64_t>();
  header.salt = in.Fixed<std::uint64_t>();
  const auto flags = in.Fixed<std::uint32_t>();
  const auto peaks = in.Fixed<std::uint32_t>();
  if (in.failed() || peaks > kMaxPeaks || front.size() < HeaderBytes(peaks))
    return BadHeader("a header cut short");
  for (std::uint32_t i = 0; i < peaks; ++i) {
    const ByteView peak = in.Raw(32);
    header.peaks.emplace_back();
    std::ranges::copy(peak, header.peaks.back().begin());
  }
  // The checksum first: a damaged version is damage, not a version to come.
  const std::size_t summed = HeaderBytes(peaks) - 4;
  if (in.Fixed<std::uint32_t>() != Crc32c(front.first(summed)))
    return BadHeader("the header's checksum is wrong");
  if (version != kVersion)
    return Fail(ErrorCode::kUnsupported, fmt::format("segment format {}, known is 1", version));
  if (size != HeaderBytes(peaks) || (flags & ~kFromReserve) != 0 ||
      peaks != static_cast<std::uint32_t>(std::popcount(header.first_index)))
    return BadHeader("a header that contradicts itself");
  header.from_reserve = flags == kFromReserve;
  return header;
}

void AppendEntryFrame(Bytes& out, std::uint64_t salt, std::uint64_t index, ByteView entry) {
  AppendFrame(out, salt, index, FrameKind::kEntry, entry);
}

Bytes EncodeMark(FrameKind kind, std::uint64_t salt, std::uint64_t size) {
  std::byte bytes[8];
  Store(bytes, size);
  Bytes out;
  AppendFrame(out, salt, size, kind, bytes);
  return out;
}

Result<SegmentScanner> SegmentScanner::Open(std::unique_ptr<DiskFile> file, const std::string& name,
                                            std::uint64_t first_index) {
  Bytes front(HeaderBytes(kMaxPeaks));
  BRIG_ASSIGN(const std::size_t got, file->Read(0, front));
  front.resize(got);
  auto header = DecodeHeader(front);
  if (!header) return Within(name, std::move(header).error());
  BRIG_ASSIGN(const std::uint64_t size, file->Size());
  if (header->first_index != first_index)
    return Fail(ErrorCode::kCorrupt, fmt::format("{}, offset 16: says that it begins at index {}",
                                                 name, header->first_index));
  if (size != header->capacity)
    return Fail(ErrorCode::kCorrupt, fmt::format("{}, offset {}: {} bytes long, made with {}", name,
                                                 size, size, header->capacity));
  SegmentScanner scanner;
  scanner.file_ = std::move(file);
  scanner.header_ = *std::move(header);
  scanner.Seek(HeaderBytes(scanner.header_.peaks.size()), first_index);
  return scanner;
}

void SegmentScanner::Seek(std::uint64_t offset, std::uint64_t index) {
  offset_ = offset;
  index_ = index;
}

// At least `bytes` at the current place, fewer only at the end of the file.
Result<ByteView> SegmentScanner::Look(std::size_t bytes) {
  const auto have = [&]() -> ByteView {
    if (offset_ < buffer_offset_ || offset_ > buffer_offset_ + buffer_.size()) return {};
    return ByteView(buffer_).subspan(static_cast<std::size_t>(offset_ - buffer_offset_));
  };
  if (have().size() < bytes) {
    buffer_.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, header_.capacity - offset_)));
    buffer_offset_ = offset_;
    const auto got = file_->Read(offset_, buffer_);
    buffer_.resize(got ? *got : 0);
    if (!got) return std::unexpected(got.error());
  }
  return have();
}

Result<Step> SegmentScanner::Next() {
  Step step;
  step.offset = offset_;
  step.index = index_;
  const auto bad = [&](const char* why) {
    step.why = why;
    buffer_.clear();
    return step;
  };
  BRIG_ASSIGN(ByteView front, Look(kFrameHeaderBytes));
  if (front.empty()) {
    step.what = Step::What::kZeros;
    return step;
  }
  if (front.size() < kFrameHeaderBytes) {
    const bool zero = AllZero(front);
    if (zero) step.what = Step::What::kZeros;
    return zero ? step : bad("a frame cut short by the end of the file");
  }
  const auto length = Load<std::uint16_t>(front, 0);
  const auto kind = Load<std::uint16_t>(front, 2);
  const auto crc = Load<std::uint32_t>(front, 4);
  step.size = kFrameHeaderBytes + length;
  if (length == 0 && kind == 0 && crc == 0) {
    buffer_.clear();
    step.what = Step::What::kZeros;
    return step;
  }
  step.kind = static_cast<FrameKind>(kind);
  if (step.kind != FrameKind::kEntry && !(IsMark(kind) && length == 8)) return bad("not a frame");
  BRIG_ASSIGN(front, Look(step.size));
  if (front.size() < step.size) return bad("a frame longer than the file");
  step.bytes = front.subspan(kFrameHeaderBytes, length);
  if (crc != FrameCrc(header_.salt, index_, length, kind, step.bytes))
    return bad("the frame's checksum is wrong");
  if (step.kind != FrameKind::kEntry && Load<std::uint64_t>(step.bytes, 0) != index_)
    return bad("a mark with another number of entries");
  step.what = Step::What::kFrame;
  offset_ += step.size;
  if (step.kind == FrameKind::kEntry) ++index_;
  return step;
}

void SegmentScanner::Skip(const Step& bad) { Seek(bad.offset + bad.size, bad.index + 1); }

Result<std::optional<std::uint64_t>> FirstNonZero(DiskFile& file, std::uint64_t from,
                                                  std::uint64_t to) {
  if (from >= to) return std::optional<std::uint64_t>{};
  Bytes block(static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, to - from)));
  for (std::uint64_t at = from; at < to;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), to - at));
    BRIG_ASSIGN(const std::size_t got, file.Read(at, std::span(block).first(wanted)));
    if (got == 0) break;
    if (!AllZero(ByteView(block).first(got))) {
      const auto found = std::ranges::find_if(block, [](std::byte b) { return b != std::byte{0}; });
      return std::optional(at + static_cast<std::uint64_t>(found - block.begin()));
    }
    at += got;
  }
  return std::optional<std::uint64_t>{};
}

Result<std::optional<std::uint64_t>> FirstMark(DiskFile& file, const SegmentHeader& header,
                                               std::uint64_t from) {
  if (from >= header.capacity) return std::optional<std::uint64_t>{};
  // At least a mark and one more, so that each round moves on.
  Bytes block(static_cast<std::size_t>(
      std::clamp<std::uint64_t>(header.capacity - from, kMarkBytes + 1, kBlockBytes)));
  // Blocks overlap, so that a mark across a border is seen whole once.
  for (std::uint64_t at = from; at < header.capacity; at += block.size() - kMarkBytes) {
    BRIG_ASSIGN(const std::size_t got, file.Read(at, block));
    for (std::size_t i = 0; i + kMarkBytes <= got; ++i) {
      if (block[i] == std::byte{8} && HasMark(ByteView(block).subspan(i, got - i), header.salt))
        return std::optional(at + i);
    }
    if (got < block.size()) break;
  }
  return std::optional<std::uint64_t>{};
}

}  // namespace brig::ledger
