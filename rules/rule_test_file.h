// SPDX-License-Identifier: Apache-2.0
// A rule's own examples: events in, names of the rules that must fire out. YAML, for `brig rules
// test` (docs/rule-language.md). Thread safe (no state).
//
//   - name: what it shows
//     event: exec | open | connect          further operations by brig's names
//     path: /bin/sh                         of exec and open
//     arguments: [sh, -c, id]               of exec; memory: true of one that lies in no file
//     flags: [O_WRONLY, O_TRUNC]            of open
//     result: -2                            as the kernel returned it; 0 when left out
//     address: 10.0.0.1   port: 80          of connect
//     process: sh   parents: [nginx, init]  names; of exec, the program's when left out
//     uid: 0   in: host                     `in` names the container; "web" when left out
//     image: docker.io/library/nginx:1.25   privileged: true
//     fires: [Rule A, Rule B]               these and no others; [] none
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/event.h"
#include "model/subject.h"
#include "rules/language/source.h"

namespace brig::rules {

struct RuleTest {
  std::string name;
  Place place;
  Event event;
  Subject subject;
  std::vector<std::string> fires;
};

inline constexpr std::size_t kMaxRuleTests = 10'000;

// Of a file that `sources` holds already.
[[nodiscard]] std::variant<std::vector<RuleTest>, Remark> ReadRuleTests(const Sources& sources,
                                                                        std::uint32_t file);

}  // namespace brig::rules
