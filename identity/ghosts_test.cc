// SPDX-License-Identifier: Apache-2.0
#include "identity/ghosts.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

const std::string kTasks = "/run/containerd/io.containerd.runtime.v2.task/";

Offers::Offer OfferAt(const std::string& source, const std::string& bundle = "") {
  Offers::Offer offer{.state = {}, .source = source, .stored = {}};
  offer.state.id = "abc";
  offer.state.bundle = bundle;
  return offer;
}

std::string Told(const Offers::Offer& offer, bool docker_denies = false, bool pod_runs = true) {
  std::string told;
  for (const Risk& risk :
       FindGhosts(offer, {.docker_denies = docker_denies, .runs = [&](std::string_view id) {
                            EXPECT_EQ(id, "pod");
                            return pod_runs;
                          }}))
    told += risk.what + ": " + risk.text + "\n";
  return told;
}

TEST(Ghosts, DockerMayDenyOnlyWhatLiesInItsPlace) {
  for (const Offers::Offer& offer : {OfferAt("/run/docker/runtime-crun/moby/abc/status"),
                                     OfferAt("/run/x/abc/state.json", kTasks + "moby/abc")}) {
    EXPECT_TRUE(Told(offer, true).starts_with("ghost: lies where docker"));
    EXPECT_EQ(Told(offer, false), "");
  }
  EXPECT_EQ(Told(OfferAt("/run/runc/abc/state.json"), true), "");
  EXPECT_EQ(Told(OfferAt("/run/docker/runtime-runc/plugins.moby/abc/state.json"), true), "");
}

TEST(Ghosts, AStorageMayDenyWhatLiesInIt) {
  Offers::Offer offer = OfferAt("/run/crun/abc/status");
  EXPECT_EQ(Told(offer), "") << "no storage was read";
  offer.storage_read = true;
  EXPECT_TRUE(Told(offer).starts_with("ghost: lies where podman"));
  offer.stored = StoredContainer{"name", "image", "id", false};
  EXPECT_EQ(Told(offer), "");
}

TEST(Ghosts, AContainerOfAPodNeedsThePod) {
  Offers::Offer offer =
      OfferAt("/run/containerd/runc/k8s.io/abc/state.json", kTasks + "k8s.io/abc");
  offer.state.annotations = {{"io.kubernetes.cri.sandbox-id", "pod"}};
  EXPECT_EQ(Told(offer, false, true), "");
  EXPECT_EQ(Told(offer, false, false), "ghost: belongs to pod pod, which does not run\n");
  offer.state.annotations = {{"io.kubernetes.cri.sandbox-id", "abc"}};
  EXPECT_EQ(Told(offer, false, false), "") << "the pod's own first container";
  offer.state.bundle = kTasks + "other/abc";
  offer.state.annotations = {{"io.kubernetes.cri.sandbox-id", "pod"}};
  EXPECT_EQ(Told(offer, false, false), "") << "an annotation of no pod";
}

TEST(Ghosts, AStaticPodIsToldByItsUid) {
  Offers::Offer offer = OfferAt("/x", kTasks + "k8s.io/abc");
  const auto with = [&](const std::string& uid) {
    offer.state.mounts = {
        {"/var/lib/kubelet/pods/" + uid + "/etc-hosts", "/etc/hosts", "bind", true}};
    return Told(offer);
  };
  EXPECT_TRUE(with("0cb87a3f44d1a98f4d8a3c8e3f9e4d21").starts_with("static_pod: "));
  EXPECT_EQ(with("7c1b2f0e-6f0e-4a39-9a4b-0d1d6b6b2a11"), "");
  offer.state.bundle = "/srv/bundle";
  EXPECT_EQ(with("0cb87a3f44d1a98f4d8a3c8e3f9e4d21"), "") << "not of a pod at all";
}

}  // namespace
}  // namespace brig::identity
