// SPDX-License-Identifier: Apache-2.0
// C2SP tiles (https://c2sp.org/tlog-tiles): a log as plain files that any web server can serve and
// other people's programs can read. Names and bytes; tile_writer.h makes them, tile_log.h reads
// them. Thread safe (no state).
//
//   tile/<level>/<index>[.p/<width>]     hashes of 32 bytes; level 0: of leaves, level l: of full
//                                        tiles of level l - 1; 256 of them, or `width`
//   tile/entries/<index>[.p/<width>]     the entries of a tile of level 0, each as big-endian
//                                        length:2 bytes[length]
//   index = 1234067 is x001/x234/067
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"

namespace brig::ledger {

constexpr std::uint64_t kTileWidth = 256;
constexpr unsigned kTileHeight = 8;  // 2^8 hashes
constexpr unsigned kTileLevels = 8;  // enough for 2^63 leaves
constexpr std::size_t kMaxBundleBytes = kTileWidth * (2 + 65535);

// `width` is 1 to 256; the name of a full tile does not have it.
std::string TileName(unsigned level, std::uint64_t index, std::uint64_t width);
std::string BundleName(std::uint64_t index, std::uint64_t width);

// How many hashes of `level` a tree of `size` leaves has, in all its tiles.
constexpr std::uint64_t HashesAt(unsigned level, std::uint64_t size) {
  return size >> (kTileHeight * level);
}
// How many of them tile `index` holds: 0 to 256.
std::uint64_t WidthOf(unsigned level, std::uint64_t index, std::uint64_t size);

Bytes EncodeTile(const std::vector<Digest>& hashes);
// kCorrupt when there are not just `width` hashes.
[[nodiscard]] Result<std::vector<Digest>> DecodeTile(ByteView bytes, std::uint64_t width);

void AppendToBundle(Bytes& bundle, ByteView entry);
// Views into `bytes`. kCorrupt when there are not just `width` entries.
[[nodiscard]] Result<std::vector<ByteView>> DecodeBundle(ByteView bytes, std::uint64_t width);

}  // namespace brig::ledger
