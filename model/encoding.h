// SPDX-License-Identifier: Apache-2.0
// Bytes of the nouns, from their descriptions: unsigned integers as LEB128, signed ones zigzag
// first, bool a byte, text and vectors with a varint length, a variant with its varint index. No
// field names are stored. A decoder accepts exactly what an encoder of the same version wrote;
// fields missing at the end keep their defaults. Thread safe (no state).
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "model/describe.h"

namespace brig {

class Encoder {
 public:
  explicit Encoder(ByteWriter& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view, const T& value) {
    Put(value);
  }

  template <class T>
  void Put(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      out_.Text(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      out_.Fixed<std::uint8_t>(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      out_.Varint(static_cast<std::uint64_t>(std::to_underlying(value)));
    } else if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      out_.Varint((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
    } else if constexpr (std::is_unsigned_v<T>) {
      out_.Varint(value);
    } else if constexpr (kIsVector<T>) {
      out_.Varint(value.size());
      for (const auto& item : value) Put(item);
    } else if constexpr (kIsVariant<T>) {
      out_.Varint(value.index());
      std::visit([this](const auto& item) { this->Put(item); }, value);
    } else {
      static_assert(Described<const T>);
      T::Describe(value, *this);
    }
  }

 private:
  ByteWriter& out_;
};

class Decoder {
 public:
  static constexpr std::size_t kMaxItems = 4096;  // of one vector

  explicit Decoder(ByteReader& in) : in_(in) {}

  template <class T>
  void operator()(std::string_view, T& value) {
    Get(value);
  }

  template <class T>
  void Get(T& value) {
    if (in_.failed()) return;
    if constexpr (std::is_same_v<T, std::string>) {
      value = in_.Text();
    } else if constexpr (std::is_same_v<T, bool>) {
      const auto byte = in_.Fixed<std::uint8_t>();
      if (byte > 1) in_.SetFailed();
      value = byte == 1;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(Narrow<std::underlying_type_t<T>>(in_.Varint()));
    } else if constexpr (std::is_signed_v<T>) {
      const std::uint64_t zigzag = in_.Varint();
      const auto wide = static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
      value = static_cast<T>(wide);
      if (static_cast<std::int64_t>(value) != wide) in_.SetFailed();
    } else if constexpr (std::is_unsigned_v<T>) {
      value = Narrow<T>(in_.Varint());
    } else if constexpr (kIsVector<T>) {
      const std::uint64_t size = in_.Varint();
      if (size > kMaxItems || size > in_.left()) return in_.SetFailed();
      value.resize(size);
      for (auto& item : value) Get(item);
    } else if constexpr (kIsVariant<T>) {
      GetVariant(value, in_.Varint(), std::make_index_sequence<std::variant_size_v<T>>());
    } else {
      static_assert(Described<T>);
      T::Describe(value, *this);
    }
  }

 private:
  template <class T>
  T Narrow(std::uint64_t wide) {
    const auto value = static_cast<T>(wide);
    if (static_cast<std::uint64_t>(value) != wide) in_.SetFailed();
    return value;
  }
  template <class T, std::size_t... I>
  void GetVariant(T& value, std::uint64_t index, std::index_sequence<I...>) {
    const bool known = ((index == I ? (Get(value.template emplace<I>()), true) : false) || ...);
    if (!known) in_.SetFailed();
  }

  ByteReader& in_;
};

}  // namespace brig
