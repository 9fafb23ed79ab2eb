// SPDX-License-Identifier: Apache-2.0
// One record as one line for people. What it gives is safe for a terminal. Thread safe (no state).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/filter.h"
#include "cli/text.h"
#include "model/record.h"

namespace brig::cli {

// "11-23 19:00:24  web           exec          /bin/sh -c id". `width` 0: not cut.
std::string LineOf(const Record& record, const ContainerNames& names, std::size_t width,
                   bool color);
// What an event did, without who and when: "/etc/shadow", "tcp 10.0.0.1:80", "signal 9 to sshd
// (71)".
std::string WhatHappened(const Event& event);
// What made the finding: "I1", or "rule".
std::string_view FoundBy(const Finding& finding);
// Its sentence, with the rule's name where a rule made it. Safe for a terminal.
std::string Told(const Finding& finding);
// "ok", "EACCES", "1234"; "" when it says nothing.
std::string ResultWords(const Event& event);

}  // namespace brig::cli
