// SPDX-License-Identifier: Apache-2.0
// What a broken invariant means: how bad it is, what MITRE ATT&CK calls it, and one sentence that
// somebody new to containers understands. All of it in this one place, for every cause. Thread safe
// (no state).
#pragma once

#include <string>
#include <string_view>

#include "model/event.h"
#include "model/subject.h"

namespace brig::rules {

Severity SeverityOf(const Event& event);
std::string_view TechniqueOf(const Event& event);

// "Container web opened /host/etc/shadow for writing: this is the host's accounts, reached through
// ..."
std::string SentenceOf(const Event& event, const Container& container);

// Why it matters, and what to do about it: a few sentences each.
std::string_view ReasonOf(Cause cause);
std::string_view AdviceOf(Cause cause);

}  // namespace brig::rules
