// SPDX-License-Identifier: Apache-2.0
// The one list of techniques: for `brig drill`, for the tests in guests, for docs/coverage.md.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drill/technique.h"

namespace brig::drill {

// In the order of the families.
std::span<const Technique> Catalogue();

// The techniques with that name, or of that family; all when `only` is empty. kNotFound names the
// families.
[[nodiscard]] Result<std::vector<const Technique*>> Select(const std::vector<std::string>& only,
                                                           bool destructive);

}  // namespace brig::drill
