// SPDX-License-Identifier: Apache-2.0
#include "identity/ghosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "identity/naming.h"

namespace brig::identity {
namespace {

// docker gives each runtime a directory of its own: .../runtime-runc/moby/ID/state.json.
bool IsDockers(const Offers::Offer& offer) {
  if (ContainerdNamespace(offer.state) == kDockersNamespace) return true;
  return offer.source.find("/runtime-") != std::string::npos &&
         offer.source.find("/moby/") != std::string::npos;
}

std::string_view PodsFirst(const RuntimeState& state) {
  const bool containerds = ContainerdNamespace(state) == kPodsNamespace;
  return AnnotationOf(
      state, containerds ? "io.kubernetes.cri.sandbox-id" : "io.kubernetes.cri-o.SandboxID");
}

// Pods of the API server have UUIDs; those of files a hash of 32 digits (kubelet, pkg/kubelet/
// config/common.go). The kubelet keeps the files of each below /var/lib/kubelet/pods/UID.
bool IsStaticPod(const RuntimeState& state) {
  constexpr std::string_view kPods = "/var/lib/kubelet/pods/";
  constexpr std::size_t kHashDigits = 32;
  return std::ranges::any_of(state.mounts, [&](const MountInfo& mount) {
    if (!mount.source.starts_with(kPods)) return false;
    const std::string_view uid = std::string_view(mount.source).substr(kPods.size());
    const std::size_t end = std::min(uid.find('/'), uid.size());
    return end == kHashDigits && uid.substr(0, end).find('-') == std::string_view::npos;
  });
}

}  // namespace

std::vector<Risk> FindGhosts(const Offers::Offer& offer, const Surroundings& around) {
  std::vector<Risk> risks;
  const RuntimeState& state = offer.state;
  if (around.docker_denies && IsDockers(offer))
    risks.push_back({Severity::kHigh, "ghost",
                     "lies where docker keeps its containers, and docker does not know it"});
  if (offer.storage_read && !offer.stored)
    risks.push_back({Severity::kHigh, "ghost",
                     "lies where podman or CRI-O keep their containers, and they do not know it"});
  const bool of_pods =
      ContainerdNamespace(state) == kPodsNamespace || (offer.stored && offer.stored->of_crio);
  const std::string_view first = of_pods ? PodsFirst(state) : "";
  if (!first.empty() && first != state.id && !around.runs(first))
    risks.push_back(
        {Severity::kHigh, "ghost",
         fmt::format("belongs to pod {}, which does not run", Printable(first.substr(0, 64), 64))});
  if (of_pods && IsStaticPod(state))
    risks.push_back({Severity::kNotice, "static_pod",
                     "is of a static pod: a file on this node asked for it, not the API server"});
  return risks;
}

}  // namespace brig::identity
