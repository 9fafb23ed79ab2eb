// SPDX-License-Identifier: Apache-2.0
#include "identity/naming.h"

#include <algorithm>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

constexpr const char* kTasks = "/run/containerd/io.containerd.runtime.v2.task/";

RuntimeState State(std::string runtime, std::string id, std::string bundle = "") {
  RuntimeState state;
  state.runtime = std::move(runtime);
  state.id = std::move(id);
  state.bundle = std::move(bundle);
  return state;
}

Container Named(const RuntimeState& state, const EngineWords& words = {}) {
  Container container;
  NameContainer(container, state, words);
  return container;
}

EngineWords Storage(const StoredContainer& stored) {
  EngineWords words;
  words.stored = &stored;
  return words;
}

std::string LabelOf(const Container& container, std::string_view key) {
  const auto found = std::ranges::find(container.labels, key, &Label::key);
  return found == container.labels.end() ? "" : found->value;
}

TEST(Naming, ARuntimeAloneGivesTheId) {
  const Container container = Named(State("crun", "mine", "/srv/bundle"));
  EXPECT_EQ(container.naming, Naming::kRuntime);
  EXPECT_EQ(container.engine, "crun");
  EXPECT_EQ(container.id, "mine");
  EXPECT_EQ(container.name, "");
}

TEST(Naming, ContainerdIsToldByThePlaceOfTheBundle) {
  const Container container = Named(State("runc", "redis", std::string(kTasks) + "shop/redis"));
  EXPECT_EQ(container.naming, Naming::kEngine);
  EXPECT_EQ(container.engine, "containerd");
  EXPECT_EQ(container.name, "redis");
  EXPECT_EQ(LabelOf(container, "io.containerd.namespace"), "shop");
  EXPECT_EQ(Named(State("runc", "redis", std::string(kTasks) + "shop/other")).engine, "runc");
  EXPECT_EQ(Named(State("runc", "redis", std::string(kTasks) + "redis")).engine, "runc");
  RuntimeState users = State("runc", "redis", std::string(kTasks) + "shop/redis");
  users.owner = 1000;
  EXPECT_EQ(Named(users).engine, "runc:1000") << "a user's state can say any bundle";
}

TEST(Naming, DockersContainersAreDockersToName) {
  const Container container = Named(State("runc", "4415", std::string(kTasks) + "moby/4415"));
  EXPECT_EQ(container.naming, Naming::kRuntime);
  EXPECT_EQ(container.engine, "runc");
}

TEST(Naming, OfAPodComesFromContainerdsOwnAnnotations) {
  RuntimeState state = State("runc", "c0ffee", std::string(kTasks) + "k8s.io/c0ffee");
  state.annotations = {{"io.kubernetes.cri.sandbox-name", "web-0"},
                       {"io.kubernetes.cri.sandbox-namespace", "shop"},
                       {"io.kubernetes.cri.sandbox-uid", "7c1b"},
                       {"io.kubernetes.cri.container-name", "nginx"},
                       {"io.kubernetes.cri.image-name", "registry/nginx:1.25"}};
  const Container container = Named(state);
  EXPECT_EQ(container.name, "shop/web-0/nginx");
  EXPECT_EQ(container.image, "registry/nginx:1.25");
  EXPECT_EQ(LabelOf(container, "io.kubernetes.pod.namespace"), "shop");
  EXPECT_EQ(LabelOf(container, "io.kubernetes.pod.uid"), "7c1b");
  state.annotations.erase(state.annotations.begin() + 3);
  EXPECT_EQ(Named(state).name, "shop/web-0") << "the pod's own";
  state.bundle = std::string(kTasks) + "other/c0ffee";
  EXPECT_EQ(Named(state).name, "c0ffee") << "ctr run --annotation elsewhere";
  EXPECT_EQ(Named(state).labels.size(), 1U);
}

TEST(Naming, PodmansComesFromItsStorage) {
  RuntimeState state = State("crun", "cbd7", "/var/lib/containers/storage/overlay-containers/x");
  state.annotations = {{"io.kubernetes.cri.sandbox-name", "forged"},
                       {"io.kubernetes.cri-o.Labels", R"({"io.kubernetes.pod.name":"forged"})"}};
  const StoredContainer stored{"dev", "localhost/bb:latest", "ce", false};
  const Container container = Named(state, Storage(stored));
  EXPECT_EQ(container.naming, Naming::kEngine);
  EXPECT_EQ(container.engine, "podman");
  EXPECT_EQ(container.name, "dev");
  EXPECT_EQ(container.image, "localhost/bb:latest");
  EXPECT_EQ(container.image_digest, "sha256:ce");
  EXPECT_TRUE(container.labels.empty()) << "podman run --annotation";
  state.owner = 1000;
  EXPECT_EQ(Named(state, Storage(stored)).engine, "podman:1000");
}

TEST(Naming, CriosComesFromItsLabels) {
  RuntimeState state = State("crun", "cbd7");
  state.annotations = {{"io.kubernetes.cri-o.Labels",
                        R"({"io.kubernetes.pod.name":"web-0","io.kubernetes.pod.namespace":"shop",)"
                        R"("io.kubernetes.container.name":"nginx"})"}};
  const StoredContainer stored{"k8s_nginx_web-0_shop", "nginx", "", true};
  const Container container = Named(state, Storage(stored));
  EXPECT_EQ(container.engine, "cri-o");
  EXPECT_EQ(container.name, "shop/web-0/nginx");
  state.annotations[0].value = R"({"io.kubernetes.pod.name":"web-0",
      "io.kubernetes.pod.namespace":"shop","io.kubernetes.container.name":"POD"})";
  EXPECT_EQ(Named(state, Storage(stored)).name, "shop/web-0");
  state.annotations[0].value = "{";
  EXPECT_EQ(Named(state, Storage(stored)).name, "k8s_nginx_web-0_shop");
}

}  // namespace
}  // namespace brig::identity
