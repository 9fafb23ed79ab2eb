// SPDX-License-Identifier: Apache-2.0
// What to call a container that a runtime's state vouches for. Which engine made it is told by the
// place of its bundle, which only that engine writes to: annotations may come from whoever asked
// for the container (podman run --annotation), so each counts only where its engine sets it. Thread
// safe (no state).
//
//   containerd    bundle .../io.containerd.runtime.v2.task/NAMESPACE/ID; in namespace k8s.io,
//                 annotations io.kubernetes.cri.* (containerd, pkg/cri/annotations)
//   podman, CRI-O bundle .../DRIVER-containers/ID/userdata, and the storage there knows the id;
//                 in a pod, CRI-O's annotation io.kubernetes.cri-o.Labels
//   docker        containerd's namespace moby, and dockerd's own answer
//
// Containers of a pod are called NAMESPACE/POD/CONTAINER, and have the kubelet's labels
// io.kubernetes.pod.name, io.kubernetes.pod.namespace, io.kubernetes.pod.uid and
// io.kubernetes.container.name. The engine of another user than root is called ENGINE:UID.
#pragma once

#include <string_view>

#include "identity/docker_answer.h"
#include "identity/runtime_state.h"
#include "identity/storage.h"
#include "model/subject.h"

namespace brig::identity {

// containerd's namespaces of its own plugin for pods, and of docker.
inline constexpr std::string_view kPodsNamespace = "k8s.io";
inline constexpr std::string_view kDockersNamespace = "moby";

// The namespace of containerd that the state's bundle lies in; "" when it lies elsewhere, or a user
// says so.
std::string_view ContainerdNamespace(const RuntimeState& state);

// What engines say of the container of that state; null: nothing.
struct EngineWords {
  const DockerContainer* docker = nullptr;
  const DockerImage* docker_image = nullptr;
  const StoredContainer* stored = nullptr;
};

// Sets naming, engine, id, name, image, digest and labels.
void NameContainer(Container& container, const RuntimeState& state, const EngineWords& words);

}  // namespace brig::identity
