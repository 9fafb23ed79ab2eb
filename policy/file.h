// SPDX-License-Identifier: Apache-2.0
// The policy file of this host. Thread safe (no state).
#pragma once

#include <string>

#include "base/result.h"
#include "model/policy.h"

namespace brig::policy {

inline constexpr const char* kDefaultPath = "/etc/brig/brig.yaml";

enum class Trust {
  kRootOnly,  // brigd: kDenied unless it is a file of root's that nobody else may write
  kAnybody,   // for a check of a draft
};

// kNotFound when there is none; else as ParsePolicy.
[[nodiscard]] Result<Policy> ReadPolicyFile(const std::string& path, Trust trust);

}  // namespace brig::policy
