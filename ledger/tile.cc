// SPDX-License-Identifier: Apache-2.0
#include "ledger/tile.h"

#include <fmt/format.h>

#include <algorithm>

namespace brig::ledger {
namespace {

// Three digits a path element, an x before all but the last.
std::string IndexPath(std::uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) path = fmt::format("x{:03}/{}", index % 1000, path);
  return path;
}

std::string Suffix(std::uint64_t width) {
  return width == kTileWidth ? "" : fmt::format(".p/{}", width);
}

}  // namespace

std::string TileName(unsigned level, std::uint64_t index, std::uint64_t width) {
  return fmt::format("tile/{}/{}{}", level, IndexPath(index), Suffix(width));
}

std::string BundleName(std::uint64_t index, std::uint64_t width) {
  return fmt::format("tile/entries/{}{}", IndexPath(index), Suffix(width));
}

std::uint64_t WidthOf(unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t hashes = HashesAt(level, size);
  if (index > hashes / kTileWidth) return 0;
  return std::min(kTileWidth, hashes - index * kTileWidth);
}

Bytes EncodeTile(const std::vector<Digest>& hashes) {
  Bytes bytes;
  bytes.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}

Result<std::vector<Digest>> DecodeTile(ByteView bytes, std::uint64_t width) {
  if (bytes.size() != width * sizeof(Digest))
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} bytes in a tile of {} hashes", bytes.size(), width));
  std::vector<Digest> hashes(static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < hashes.size(); ++i)
    std::ranges::copy(bytes.subspan(i * sizeof(Digest), sizeof(Digest)), hashes[i].begin());
  return hashes;
}

void AppendToBundle(Bytes& bundle, ByteView entry) {
  bundle.push_back(static_cast<std::byte>(entry.size() >> 8));
  bundle.push_back(static_cast<std::byte>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

Result<std::vector<ByteView>> DecodeBundle(ByteView bytes, std::uint64_t width) {
  std::vector<ByteView> entries;
  while (!bytes.empty()) {
    if (bytes.size() < 2) return Fail(ErrorCode::kCorrupt, "a bundle cut short");
    const std::size_t length =
        std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
    if (bytes.size() - 2 < length) return Fail(ErrorCode::kCorrupt, "a bundle cut short");
    entries.push_back(bytes.subspan(2, length));
    bytes = bytes.subspan(2 + length);
  }
  if (entries.size() != width)
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} entries in a bundle of {}", entries.size(), width));
  return entries;
}

}  // namespace brig::ledger
