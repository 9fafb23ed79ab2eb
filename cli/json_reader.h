// SPDX-License-Identifier: Apache-2.0
// Nouns of the model back from their JSON, by the same descriptions that wrote it
// (model/describe.h), and the frames of brigd's answers. The input may be anything: what is not as
// described is kInvalid with the field's name. Fields that are missing keep their defaults, fields
// nobody knows are skipped, so that brig and brigd may differ in age. Thread safe (no shared
// state).
//
//   answer = object "\n"        {"end":true} | {"error":{"code":text,"message":text}} |
//   {"following":true}
//                               | {"skipped":number} | a noun
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/record.h"

namespace brig::cli {

inline constexpr std::size_t kMaxJsonBytes = 4 << 20;

struct Answer {
  enum class Kind { kItem, kEnd, kError, kFollowing, kSkipped };
  Kind kind = Kind::kItem;
  std::string line;           // kItem: the JSON as it came
  Error error;                // kError
  std::uint64_t skipped = 0;  // kSkipped
};

[[nodiscard]] Result<Answer> ReadAnswer(std::string_view line);

// A container and what `containers` says beside it.
struct ContainerRow {
  Container container;
  std::uint64_t processes = 0;
  Posture posture;
};

[[nodiscard]] Result<Status> ReadStatus(std::string_view json);
[[nodiscard]] Result<ContainerRow> ReadContainer(std::string_view json);
[[nodiscard]] Result<Process> ReadProcess(std::string_view json);
[[nodiscard]] Result<Finding> ReadFinding(std::string_view json);
[[nodiscard]] Result<Record> ReadRecord(std::string_view json);

// `text` between quotes, escaped as JSON wants it.
std::string JsonQuoted(std::string_view text);

}  // namespace brig::cli
