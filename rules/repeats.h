// SPDX-License-Identifier: Apache-2.0
// What was found before: so that the same again is counted, exactly, and told at most once a
// second. Whoever does very many things of one kind gets one finding for the rest of them. Within
// bounds: the longest unused are forgotten first. Not thread safe.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "model/finding.h"

namespace brig::rules {

// Nothing; a new finding; a new count of an old one.
using Judgement = std::variant<std::monostate, Finding, FindingRepeat>;

// What makes an event the same as another.
struct Act {
  std::uint64_t group = 0;  // all but the object: of one group only so many objects are told
  std::string kind;         // all but the object, exactly
  std::string object;
};

class Repeats {
 public:
  static constexpr std::size_t kMaxFindings = 4096;  // remembered
  static constexpr std::size_t kMaxObjects = 64;     // of one group, told one by one
  static constexpr std::int64_t kRepeatNs = 1'000'000'000;
  static constexpr std::string_view kRest = "further objects";

  // What there is to tell when the act was found before. nullopt: it is new; its object may have
  // become kRest, which stands for all further ones.
  [[nodiscard]] std::optional<Judgement> Repeat(const Event& event, Act& act);
  // Remembers the finding that was made of a new act.
  void Add(const Event& event, const Act& act, std::string id);

  // The repeats that are owed since a second or more; all that are owed when `all`.
  [[nodiscard]] std::vector<FindingRepeat> Flush(std::int64_t boot_ns, bool all = false);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::string key;
    std::string id;
    std::uint64_t group = 0;
    std::uint64_t count = 1;
    std::int64_t told_boot_ns = 0, last_wall_ns = 0;
    bool owed = false;
  };
  using Knowns = std::list<Known>;  // the longest unused first

  [[nodiscard]] Judgement Count(const Event& event, Knowns::iterator known);
  [[nodiscard]] FindingRepeat Tell(Known& known, std::int64_t boot_ns) const;
  void Forget(Knowns::iterator known);

  Knowns order_;
  std::unordered_map<std::string_view, Knowns::iterator> known_;  // by Known::key
  std::unordered_map<std::uint64_t, std::size_t> objects_;        // told one by one, by group
  std::vector<FindingRepeat> owed_;                               // of those forgotten
};

}  // namespace brig::rules
