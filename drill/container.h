// SPDX-License-Identifier: Apache-2.0
// A canary container: a fresh overlay over the drill's image, started by the runtime. Ends and goes
// with the object. Not thread safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "drill/child.h"
#include "drill/place.h"
#include "drill/spec.h"

namespace brig::drill {

// The pid in a file that the runtime makes and then writes; kUnavailable when it does not.
[[nodiscard]] Result<pid_t> ReadPidFile(const std::string& path, Milliseconds patience);

class Container {
 public:
  // Its directory, place/containers/ID, may be there already. Returns when the runtime has told the
  // pid; the words then run or are about to.
  [[nodiscard]] static Result<std::unique_ptr<Container>> Start(
      Place& place, const std::string& id, const Weakness& weakness,
      const std::vector<std::string>& words, Milliseconds patience);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  [[nodiscard]] Child& child() { return *child_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  Container(Place& place, std::string id);
  [[nodiscard]] Result<> MountRoot();

  Place& place_;
  std::string id_, directory_;
  std::unique_ptr<Child> child_;
  pid_t pid_ = -1;
  bool mounted_ = false;
};

}  // namespace brig::drill
