// SPDX-License-Identifier: Apache-2.0
// Any text as a rule file: errors with places, or rules whose program agrees with the reference.
#include "base/result.h"
#include "rules/match/matcher.h"
#include "rules/match/test_events.h"
#include "rules/rule_book.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brig::rules;
  static const Seen kEvents[] = {Open("/etc/shadow", 0),
                                 Open("/tmp/x", 01101, -2),
                                 Exec("/bin/sh", {"sh", "-c", "id"}),
                                 Exec("/bin/nc", {"nc", "-e"}, ""),
                                 Connect("10.0.0.1", 80),
                                 Connect("/run/docker.sock", 0)};
  const RuleBook book = ReadRules({{"f", {reinterpret_cast<const char*>(data), size}}});
  for (const Remark& remark : book.remarks)
    BRIG_CHECK(book.set.sources.Show(remark).starts_with("f"));
  const auto program = Program::Compile(book.rules);
  if (!program) return 0;
  Matcher matcher(*program);
  for (const Seen& seen : kEvents) {
    const View view(seen.event, seen.subject);
    std::size_t at = 0;
    const auto fired = matcher.Match(view);
    for (std::uint32_t rule = 0; rule < (*program)->rules().size(); ++rule) {
      const bool found = at < fired.size() && fired[at] == rule;
      if (found) ++at;
      BRIG_CHECK(found == Holds(*(*program)->rules()[rule].condition, view));
      if (found) (void)(*program)->rules()[rule].output.Format(view);
      (void)(*program)->Explain(rule);
    }
  }
  return 0;
}
