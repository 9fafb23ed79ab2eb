// SPDX-License-Identifier: Apache-2.0
// What people did, from the record: commands they gave to engines, containers they started or
// entered, findings behind which they stand. Each act is one person's, or nobody's with the reason:
// never somebody's by guess. Not thread safe.
//
// A session is the kernel's audit session of a boot. Who acted without one (a service, a container
// that was given to cron) has a session by name.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "model/record.h"

namespace brig::cli {

enum class ActKind { kCommand, kStart, kEntry, kFinding };
std::string_view NameOf(ActKind kind);

struct Act {
  ActKind kind = ActKind::kCommand;
  std::int64_t wall_ns = 0;
  std::uint32_t boot = 0;  // 0: the first in the record
  Person person;
  std::string why_nobody;  // "" when the person is known
  std::uint64_t container = 0;
  std::string what;  // the command, the finding's sentence; as it came from outside
  Severity severity = Severity::kNotice;  // of a finding
  std::string finding;                    // its id
};

class Acts {
 public:
  static constexpr std::size_t kMaxActs = 100'000;  // the newest are kept

  // Every record, oldest first.
  void Learn(const Record& record);
  // In the order of their times. Names of users that the record does not know are this host's.
  [[nodiscard]] std::vector<Act> Take();
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] std::uint32_t boots() const { return boot_ + 1; }

 private:
  void LearnEvent(const Event& event);
  void LearnContainer(const Container& container);
  void LearnFinding(const Finding& finding);
  void LearnUser(const Person& person);
  void LearnTime(std::int64_t wall_ns, std::int64_t boot_ns);
  void Add(Act act);

  std::deque<Act> acts_;
  std::map<std::uint64_t, Act> starts_;  // by container: the latest that was said of each
  std::map<std::uint64_t, bool> ran_before_;
  std::map<std::uint32_t, std::string> users_;
  std::int64_t last_wall_ns_ = 0, last_boot_ns_ = 0;
  std::uint32_t boot_ = 0;
  std::uint64_t left_out_ = 0;
};

// "5"; "5@1" in the boot before the last; the person's name without an audit session; "" for what
// is nobody's.
std::string SessionOf(const Act& act, std::uint32_t boots);

}  // namespace brig::cli
