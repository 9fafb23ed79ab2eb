// SPDX-License-Identifier: Apache-2.0
// The story of a finding as a person would tell it, for `brig explain`: what happened, in which
// container and by whom, what made it possible, by which chain of processes, what else was done
// around it, why it matters, what brig did and what to do next. Plain text, wrapped. Thread safe
// (no state).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/finding.h"

namespace brig::rules {

inline constexpr std::size_t kMaxRelated = 20;  // events told; how many more there are is said

// `related`: events of the same container, in any order; those that say nothing are left out.
std::string Tell(const Finding& finding, const std::vector<Event>& related, std::size_t width = 80);

// Words wrapped at `width` columns, each line after the first indented by `indent` blanks.
std::string Wrap(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace brig::rules
