// SPDX-License-Identifier: Apache-2.0
#include "identity/naming.h"

#include <fmt/format.h>

#include <utility>

#include "identity/json.h"

namespace brig::identity {
namespace {

// Annotations of containerd's CRI plugin, and the labels that a kubelet gives for the same.
constexpr std::pair<std::string_view, std::string_view> kCriLabels[] = {
    {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"},
    {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"},
    {"io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"},
    {"io.kubernetes.cri.container-name", "io.kubernetes.container.name"}};

std::string LabelOf(const Container& container, std::string_view key) {
  for (const Label& label : container.labels)
    if (label.key == key) return label.value;
  return "";
}

std::string DigestOf(const DockerContainer& docker, const DockerImage* image) {
  if (!image || image->id != docker.image_id || image->repo_digests.empty()) return docker.image_id;
  const std::string& digest = image->repo_digests[0];
  return digest.substr(digest.rfind('@') + 1);
}

void NameByDocker(Container& container, const EngineWords& words) {
  const DockerContainer& docker = *words.docker;
  container.engine = "docker";
  container.name = docker.name;
  container.image = docker.image;
  container.image_digest = DigestOf(docker, words.docker_image);
  container.labels = docker.labels;
  container.privileged = container.privileged || docker.privileged;
}

// Where the labels tell of a pod. A pod's own first container has no name of its own.
void NameByPod(Container& container) {
  const std::string pod = LabelOf(container, "io.kubernetes.pod.name");
  if (pod.empty()) return;
  container.name = fmt::format("{}/{}", LabelOf(container, "io.kubernetes.pod.namespace"), pod);
  const std::string own = LabelOf(container, "io.kubernetes.container.name");
  if (!own.empty() && own != "POD") container.name += "/" + own;
}

void NameByContainerd(Container& container, const RuntimeState& state, std::string_view space) {
  container.engine = "containerd";
  container.name = state.id;
  container.labels = {{"io.containerd.namespace", std::string(space)}};
  if (space != kPodsNamespace) return;
  for (const auto& [annotation, label] : kCriLabels) {
    const std::string_view value = AnnotationOf(state, annotation);
    if (!value.empty()) container.labels.push_back({std::string(label), std::string(value)});
  }
  container.image = AnnotationOf(state, "io.kubernetes.cri.image-name");
  NameByPod(container);
}

void NameByStorage(Container& container, const RuntimeState& state, const StoredContainer& stored) {
  container.engine = stored.of_crio ? "cri-o" : "podman";
  container.name = stored.name;
  container.image = stored.image;
  if (!stored.image_id.empty()) container.image_digest = "sha256:" + stored.image_id;
  if (!stored.of_crio) return;
  JsonDocument document;
  const auto labels = document.Parse(AnnotationOf(state, "io.kubernetes.cri-o.Labels"));
  if (!labels) return;
  labels->ForEachField([&](std::string_view key, const JsonView& value) {
    container.labels.push_back({std::string(key.substr(0, JsonView::kMaxText)), value.Text()});
  });
  NameByPod(container);
}

}  // namespace

std::string_view ContainerdNamespace(const RuntimeState& state) {
  constexpr std::string_view kTasks = "/io.containerd.runtime.v2.task/";
  if (state.owner != 0) return "";
  std::string_view bundle = state.bundle;
  const std::size_t at = bundle.rfind(kTasks);
  if (at == std::string_view::npos) return "";
  bundle.remove_prefix(at + kTasks.size());
  const std::size_t slash = bundle.find('/');
  if (slash == std::string_view::npos || bundle.substr(slash + 1) != state.id) return "";
  return bundle.substr(0, slash);
}

void NameContainer(Container& container, const RuntimeState& state, const EngineWords& words) {
  container.naming = Naming::kRuntime;
  container.engine = state.runtime;
  container.id = state.id;
  const std::string_view space = ContainerdNamespace(state);
  if (words.docker) {
    NameByDocker(container, words);
  } else if (words.stored) {
    NameByStorage(container, state, *words.stored);
  } else if (!space.empty() && space != kDockersNamespace) {
    NameByContainerd(container, state, space);
  }
  if (container.engine != state.runtime) container.naming = Naming::kEngine;
  if (state.owner != 0) container.engine += fmt::format(":{}", state.owner);
}

}  // namespace brig::identity
