// SPDX-License-Identifier: Apache-2.0
// What dockerd says of a container and of an image: GET /containers/ID/json and GET
// /images/ID/json, whole HTTP answers. A claim only: containers.h believes it when a runtime's
// state agrees. Thread safe (no state).
//
//   answer = HTTP/1.1 answer with status 200 and a JSON object: {Id, Name, Image, State{Pid},
//   Mounts[],
//            Config{Image, Labels{}}, HostConfig{Privileged, PidMode, ..., Devices[],
//            SecurityOpt[]}}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/subject.h"

namespace brig::identity {

struct DockerContainer {
  std::string id, name, image, image_id;
  std::int64_t pid = 0;  // of its first process, in dockerd's pid namespace; 0: not running
  std::vector<Label> labels;
  bool privileged = false;
  std::string pid_mode, network_mode, ipc_mode, uts_mode, userns_mode;
  std::vector<std::string> capabilities_added, security_options;
  std::vector<std::string> devices;  // paths on the host
  std::vector<MountInfo> mounts;     // binds and volumes
};

struct DockerImage {
  std::string id;
  std::vector<std::string> repo_digests;  // "name@sha256:..."
};

// kNotFound for a 404, kUnavailable for another status, kInvalid for anything but such an answer.
[[nodiscard]] Result<DockerContainer> ParseDockerInspect(std::string_view answer);
[[nodiscard]] Result<DockerImage> ParseDockerImage(std::string_view answer);

}  // namespace brig::identity
