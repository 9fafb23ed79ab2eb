// SPDX-License-Identifier: Apache-2.0
// containers.json: the containers that podman or CRI-O keep in a storage of theirs, with their
// names and images (github.com/containers/storage, containers.go). Thread safe (no state).
//
//   [{"id", "names": [], "image", "metadata": text of {"name", "image-name", "image-id",
//     "pod-name"}}]
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace brig::identity {

struct StoredContainer {
  std::string name, image, image_id;
  bool of_crio = false;  // in a pod, as CRI-O writes it
};

// The container of that id, if it is among them. kInvalid for what is not JSON.
[[nodiscard]] Result<std::optional<StoredContainer>> FindStored(std::string_view json,
                                                                std::string_view id);

// The directory of the storage that a bundle lies in, "" for a bundle elsewhere:
// "/var/lib/containers/storage/overlay-containers" of ".../overlay-containers/ID/userdata".
std::string StorageOf(std::string_view bundle, std::string_view id);

}  // namespace brig::identity
