// SPDX-License-Identifier: Apache-2.0
// Record: what one ledger entry holds, and one message between brig's processes may hold:
// {u8 version, u8 kind, body}. The body is the noun's encoding (model/encoding.h). Thread safe (no
// state).
#pragma once

#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/status.h"

namespace brig {

inline constexpr std::uint8_t kRecordVersion = 1;

// The order is the `kind` byte: only ever add at the end.
using Record = std::variant<Notice, Event, Container, Finding, FindingRepeat>;
inline constexpr std::string_view kRecordKinds[] = {"notice", "event", "container", "finding",
                                                    "finding_repeat"};

Bytes EncodeRecord(const Record& record);
// kUnsupported for another version, kInvalid for an unknown kind or bytes that do not decode.
[[nodiscard]] Result<Record> DecodeRecord(ByteView bytes);

// One JSON object on one line: {"kind": ..., fields}. Text that is not UTF-8 is escaped
// (base/bytes.h).
std::string ToJson(const Record& record);
std::string ToJson(const Event& event);
std::string ToJson(const Container& container);
std::string ToJson(const Finding& finding);
std::string ToJson(const Process& process);
std::string ToJson(const Posture& posture);
std::string ToJson(const Status& status);
// The JSON Schema (2020-12) of what ToJson(Record) writes.
std::string RecordJsonSchema();

}  // namespace brig
