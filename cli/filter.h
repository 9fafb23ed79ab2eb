// SPDX-License-Identifier: Apache-2.0
// Which records a person wants to see. Declares its flags, for the commands that list records.
// Not thread safe while being filled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/flags.h"
#include "model/record.h"

namespace brig::cli {

// The flags as they were given.
struct FilterFlags {
  std::string since, until, person, path, severity;
  std::vector<std::string> containers, operations, invariants;
  // Those that make sense for every kind of record; `severity` for findings alone.
  void Declare(Flags& flags, bool findings_only);
};

// Containers are named once, in their own records; events carry only the key. Remembers who is who.
class ContainerNames {
 public:
  void Learn(const Record& record);
  // What to call the container with this key; "host" for 0.
  [[nodiscard]] std::string NameOf(std::uint64_t key) const;
  // Whether a person who wrote `wanted` means it: its name, the start of its id, its key, or
  // "host".
  [[nodiscard]] bool Means(const std::string& wanted, std::uint64_t key) const;
  // Who started it; unknown when nobody said.
  [[nodiscard]] Person StarterOf(std::uint64_t key) const;

 private:
  static constexpr std::size_t kMaxContainers = 100'000;
  struct Names {
    std::string id, name, display;
    Person starter;
  };
  std::map<std::uint64_t, Names> names_;
};

class Filter {
 public:
  // kInvalid names the flag that makes no sense.
  [[nodiscard]] static Result<Filter> From(const FilterFlags& flags, std::int64_t now_wall_ns);
  [[nodiscard]] bool Wants(const Record& record, const ContainerNames& names) const;
  [[nodiscard]] bool has_since() const { return since_ns_.has_value(); }

 private:
  [[nodiscard]] bool WantsEvent(const Event& event, const ContainerNames& names) const;
  [[nodiscard]] bool WantsFinding(const Finding& finding) const;
  [[nodiscard]] bool WantsContainer(const Container& container) const;
  [[nodiscard]] bool InTime(std::int64_t wall_ns) const;
  // Whether a filter is set that says nothing about records without the thing it filters by.
  [[nodiscard]] bool AsksForOperation() const {
    return !operations_.empty() || !invariants_.empty();
  }

  std::optional<std::int64_t> since_ns_, until_ns_;
  [[nodiscard]] bool IsPerson(const Person& person) const;
  std::string person_, path_;
  std::optional<std::uint32_t> person_uid_;  // of the user with that name here, or the number given
  std::optional<Severity> severity_;
  std::vector<std::string> containers_;
  std::vector<Operation> operations_;
  std::vector<Invariant> invariants_;
};

// When a record happened; 0 for those without a time.
std::int64_t WallTimeOf(const Record& record);
// The paths, programs and addresses that an event speaks of.
std::vector<std::string> PathsOf(const Event& event);

}  // namespace brig::cli
