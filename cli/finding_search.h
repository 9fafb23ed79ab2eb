// SPDX-License-Identifier: Apache-2.0
// A finding by its id, out of the record on disk. Thread safe (no state).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/record.h"

namespace brig::cli {

struct FoundFinding {
  std::uint64_t index = 0;  // of its entry
  Finding finding;          // with the count and the container's name that later records tell
};

// The one finding whose id begins with `id`. kNotFound, or kInvalid with the ids when there are
// several.
[[nodiscard]] Result<FoundFinding> FindFinding(const std::string& ledger, const std::string& id);

// What the finding's container did until then, the newest `max` of it, oldest first.
[[nodiscard]] Result<std::vector<Event>> EventsBefore(const std::string& ledger,
                                                      const Finding& finding, std::size_t max);

}  // namespace brig::cli
