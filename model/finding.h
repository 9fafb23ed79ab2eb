// SPDX-License-Identifier: Apache-2.0
// Finding: an event that broke an invariant or that a rule asked for, told for people. Plain data.
// The first of its kind is a finding at once; repeats of the same (container, invariant, cause,
// object) are counted, exactly.
#pragma once

#include <cstdint>
#include <string>

#include "model/subject.h"

namespace brig {

struct Finding {
  std::string
      id;  // 12 hex digits, from the kernel record: the same record never makes two findings
  std::int64_t wall_ns = 0;
  std::int64_t boot_ns = 0;
  Invariant invariant = Invariant::kNone;
  Cause cause = Cause::kNone;
  Operation operation = Operation::kNone;
  Verdict verdict = Verdict::kSeen;
  Severity severity = Severity::kNotice;
  std::string road;       // how the object was reached: "open", "io_uring open", "32-bit mount" ...
  std::string object;     // what was reached, for people
  std::string technique;  // MITRE ATT&CK id
  std::string sentence;   // one sentence a newcomer understands
  std::int64_t result = 0;
  std::uint64_t count = 1;
  Subject subject;
  std::string rule;  // the rule that found it, instead of an invariant; "": an invariant broke
  static void Describe(auto& self, auto& visit) {
    visit("id", self.id);
    visit("wall_ns", self.wall_ns);
    visit("boot_ns", self.boot_ns);
    visit("invariant", self.invariant);
    visit("cause", self.cause);
    visit("operation", self.operation);
    visit("verdict", self.verdict);
    visit("severity", self.severity);
    visit("road", self.road);
    visit("object", self.object);
    visit("technique", self.technique);
    visit("sentence", self.sentence);
    visit("result", self.result);
    visit("count", self.count);
    visit("subject", self.subject);
    visit("rule", self.rule);
  }
};

// A repeat count for a finding made earlier; `count` replaces the earlier one.
struct FindingRepeat {
  std::string id;
  std::uint64_t count = 0;
  std::int64_t last_wall_ns = 0;
  static void Describe(auto& self, auto& visit) {
    visit("id", self.id);
    visit("count", self.count);
    visit("last_wall_ns", self.last_wall_ns);
  }
};

// Something that happened to brig itself or to the host: start, stop, a process that died, a
// setting of the kernel that nobody wrote.
struct Notice {
  std::int64_t wall_ns = 0;
  std::string what;  // "start", "stop", "process_died", "unclean_start", "clock_jump",
                     // "setting_by_nobody", "guard_unproven" ...
  std::string text;
  static void Describe(auto& self, auto& visit) {
    visit("wall_ns", self.wall_ns);
    visit("what", self.what);
    visit("text", self.text);
  }
};

}  // namespace brig
