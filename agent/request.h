// SPDX-License-Identifier: Apache-2.0
// What a client may ask on /run/brig/brig.sock, one JSON object on a line:
//
//   {"version":1,"command":"status"}
//   {"version":1,"command":"containers","all":true}        all: ended ones too; default false
//   {"version":1,"command":"ps","container":"web"}         name, start of the id, or key
//   {"version":1,"command":"findings"}
//   {"version":1,"command":"follow"}
//   {"version":1,"command":"drill","text":"..."}           from root only: kept as a notice
//
// Unknown members are ignored. Thread safe (no state).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace brig::agent {

inline constexpr std::size_t kMaxRequestBytes = 4096;

enum class Command { kStatus, kContainers, kPs, kFindings, kFollow, kDrill };

struct Request {
  Command command = Command::kStatus;
  std::string container;
  std::string text;  // of a drill
  bool all = false;
};

// kInvalid with what is wrong, for the client; kUnsupported for another version.
[[nodiscard]] Result<Request> ParseRequest(std::string_view line);

}  // namespace brig::agent
