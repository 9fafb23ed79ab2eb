// SPDX-License-Identifier: Apache-2.0
// Bytes in and out: little-endian integers, LEB128 varints, length-prefixed strings, hex, base64.
// A ByteReader never reads past its end: the first short read makes it fail, and it stays failed.
// Not thread safe; a reader's bytes must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace brig {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteWriter {
 public:
  // Appends `value` as its little-endian bytes.
  template <class T>
    requires std::is_integral_v<T>
  void Fixed(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  void Varint(std::uint64_t value);
  void Raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  // A varint length, then the bytes.
  void Text(std::string_view text);
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] Bytes Take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_integral_v<T>
  T Fixed() {
    const ByteView raw = Raw(sizeof(T));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < raw.size(); ++i)
      value |= static_cast<std::uint64_t>(raw[i]) << (8 * i);
    return static_cast<T>(value);
  }
  std::uint64_t Varint();
  // The next `count` bytes, or an empty view and failure.
  ByteView Raw(std::size_t count);
  std::string Text(std::size_t max_bytes = 1 << 20);
  void SetFailed() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t left() const { return failed_ ? 0 : bytes_.size(); }

 private:
  ByteView bytes_;
  bool failed_ = false;
};

std::string ToHex(ByteView bytes);
[[nodiscard]] Result<Bytes> FromHex(std::string_view text);
std::string ToBase64(ByteView bytes);
// Standard alphabet, padding required, no white space.
[[nodiscard]] Result<Bytes> FromBase64(std::string_view text);

// True when every byte belongs to a well-formed UTF-8 sequence.
bool IsUtf8(std::string_view text);

// Text from outside made safe for a terminal or a log line: control characters and bytes that are
// not UTF-8 become \xNN; at most `max_bytes` of input, then "...".
std::string Printable(std::string_view text, std::size_t max_bytes = 4096);

}  // namespace brig
