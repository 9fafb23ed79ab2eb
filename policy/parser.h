// SPDX-License-Identifier: Apache-2.0
// From the text of a policy file to the Policy. Strict: what is not understood is an error that
// says where, what, and what to write instead; docs/policy.md is the reference. Thread safe (no
// state).
//
//   policy     = {modes, surface, runtimes, containers}            each may be left out
//   modes      = {I1: MODE ...}          MODE    = off | watch | kill | refuse
//   surface    = {io_uring: SETTING ...} SETTING = allow | watch | refuse
//   runtimes   = [/path or /path@sha256:HEX ...]
//   containers = [clause ...]                                      policy/clause_parser.h
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/policy.h"

namespace brig::policy {

// `name` stands in front of errors and becomes Policy.path. An empty text is a policy that says
// nothing.
[[nodiscard]] Result<Policy> ParsePolicy(std::string_view text, const std::string& name);

// What is allowed but hardly meant, each with its place, for `brig policy check`.
std::vector<std::string> RemarksOn(const Policy& policy);

// One runtime, as in the policy: "/usr/bin/runc", or "/usr/bin/runc@sha256:HEX".
[[nodiscard]] Result<ProgramFile> ParseRuntime(const std::string& text);

}  // namespace brig::policy
