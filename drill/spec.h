// SPDX-License-Identifier: Apache-2.0
// The config.json of a canary container: what Docker gives by default, less the one protection that
// a technique's weakness takes away. Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace brig::drill {

// A weakness, read. kInvalid with the word that means nothing.
struct Weakness {
  struct Bind {
    std::string source, target;
    bool read_only = false;
  };
  std::vector<std::string> capabilities;  // "CAP_SYS_ADMIN", besides Docker's
  std::vector<std::string> shared;        // namespaces of the host: "pid"
  std::vector<Bind> binds;
  std::vector<std::string> devices;  // nodes of the host that it is given
  bool unmasked = false, programs_in_shm = false, any_device = false, no_new_privileges = false;
  bool host_act = false;                           // no container at all
  bool enters = false;                             // by `exec`, into a running container
  std::vector<std::string> entering_capabilities;  // of that process
  std::string leaked;                              // a directory, its descriptor 3
};
[[nodiscard]] Result<Weakness> ReadWeakness(const std::string& words);

// `words` is the command, `rootfs` and `volume` directories of the host; the volume is at /volume.
std::string MakeConfig(const Weakness& weakness, const std::vector<std::string>& words,
                       const std::string& rootfs, const std::string& volume);

}  // namespace brig::drill
