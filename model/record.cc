// SPDX-License-Identifier: Apache-2.0
#include "model/record.h"

#include <fmt/format.h>

#include "model/encoding.h"

namespace brig {
namespace {

template <std::size_t... I>
bool DecodeKind(Record& record, std::size_t kind, Decoder& decoder, std::index_sequence<I...>) {
  return ((kind == I ? (decoder.Get(record.emplace<I>()), true) : false) || ...);
}

}  // namespace

Bytes EncodeRecord(const Record& record) {
  ByteWriter out;
  out.Fixed(kRecordVersion);
  out.Fixed(static_cast<std::uint8_t>(record.index()));
  Encoder encoder(out);
  std::visit([&](const auto& noun) { encoder.Put(noun); }, record);
  return out.Take();
}

Result<Record> DecodeRecord(ByteView bytes) {
  ByteReader in(bytes);
  const auto version = in.Fixed<std::uint8_t>();
  const auto kind = in.Fixed<std::uint8_t>();
  if (in.failed()) return Fail(ErrorCode::kInvalid, "record of less than two bytes");
  if (version != kRecordVersion)
    return Fail(ErrorCode::kUnsupported, fmt::format("record version {}", version));
  Record record;
  Decoder decoder(in);
  if (!DecodeKind(record, kind, decoder, std::make_index_sequence<std::variant_size_v<Record>>()))
    return Fail(ErrorCode::kInvalid, fmt::format("record kind {}", kind));
  if (in.failed() || in.left() != 0)
    return Fail(ErrorCode::kInvalid, fmt::format("{} record does not decode", kRecordKinds[kind]));
  return record;
}

}  // namespace brig
