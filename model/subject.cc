// SPDX-License-Identifier: Apache-2.0
#include "model/subject.h"

#include <fmt/format.h>

#include "model/facts.h"
#include "model/status.h"

namespace brig {

std::string_view NameOf(Naming naming) {
  switch (naming) {
    case Naming::kRuntime: return "runtime";
    case Naming::kEngine: return "engine";
    case Naming::kUnidentified: break;
  }
  return "unidentified";
}

std::string_view NameOf(PersonBasis basis) {
  switch (basis) {
    case PersonBasis::kLogin: return "login";
    case PersonBasis::kCaller: return "caller";
    case PersonBasis::kAmbiguous: return "ambiguous";
    case PersonBasis::kUnknown: break;
  }
  return "unknown";
}

std::string_view NameOf(Layer layer) {
  switch (layer) {
    case Layer::kGuard: return "guard";
    case Layer::kCage: return "cage";
    case Layer::kLeash: return "leash";
    case Layer::kEye: break;
  }
  return "eye";
}

std::string_view NameOf(LayerState state) {
  switch (state) {
    case LayerState::kPartial: return "partial";
    case LayerState::kActive: return "active";
    case LayerState::kAbsent: break;
  }
  return "absent";
}

std::string_view NameOf(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::kCgroup: return "cgroup";
    case DocumentKind::kMountInfo: return "mountinfo";
    case DocumentKind::kStatus: return "status";
    case DocumentKind::kRuntimeState: return "runtime_state";
    case DocumentKind::kSpec: return "spec";
    case DocumentKind::kStorage: return "storage";
    case DocumentKind::kUserMap: return "user_map";
    case DocumentKind::kDockerInspect: return "docker_inspect";
    case DocumentKind::kDockerImage: return "docker_image";
    case DocumentKind::kUsers: return "users";
    case DocumentKind::kFailure: break;
  }
  return "failure";
}

std::string Container::DisplayName() const {
  if (!name.empty()) return name;
  // Engines' ids are 64 hex digits and people know their first 12; other runtimes' ids are names.
  constexpr std::size_t kDigest = 64;
  if (id.size() == kDigest && id.find_first_not_of("0123456789abcdef") == std::string::npos)
    return id.substr(0, 12);
  if (!id.empty()) return id;
  return key == 0 ? "host" : fmt::format("unidentified-{:x}", key);
}

}  // namespace brig
