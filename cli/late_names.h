// SPDX-License-Identifier: Apache-2.0
// The names of containers that acted before anybody could be asked for their name: a finding of a
// container's first moments is recorded as one of an unidentified container, and its name stands
// later in the record. Not thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/record.h"

namespace brig::cli {

class LateNames {
 public:
  // Every record, oldest first.
  void Learn(const Record& record);
  // Gives the finding, and its sentence, the name that was learned since.
  void Name(Finding& finding) const;

 private:
  std::map<std::uint64_t, std::optional<Container>> containers_;  // by key, those without a name
};

}  // namespace brig::cli
