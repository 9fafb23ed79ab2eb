// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <string>

#include "agent/doors.h"

namespace brig::agent {
namespace {

struct Place {
  const char* text;
  HostObject object;
};

// Whole directories: whoever follows such a link sees all of them. Links to what is below are
// ordinary: /etc/localtime and /etc/alternatives are full of them. Not /run: every image has a link
// to it, and images are unpacked on volumes.
constexpr Place kWhole[] = {
    {"/", HostObject::kRoot},
    {"/etc", HostObject::kConfiguration},
    {"/etc/passwd", HostObject::kAccounts},
    {"/etc/crontab", HostObject::kCron},
    {"/root", HostObject::kRootHome},
    {"/home", HostObject::kOrdinary},
    {"/proc", HostObject::kOrdinary},
    {"/sys", HostObject::kOrdinary},
    {"/dev", HostObject::kDevices},
};

// And these, with all that begins like them.
constexpr Place kBeginnings[] = {
    {"/etc/shadow", HostObject::kAccounts},
    {"/etc/gshadow", HostObject::kAccounts},
    {"/etc/sudoers", HostObject::kAccounts},
    {"/etc/ssh/", HostObject::kAccounts},
    {"/etc/pam.d", HostObject::kAccounts},
    {"/etc/cron.", HostObject::kCron},
    {"/var/spool/cron", HostObject::kCron},
    {"/etc/ld.so.preload", HostObject::kConfiguration},
    {"/etc/kubernetes", HostObject::kConfiguration},
    {"/etc/rancher", HostObject::kConfiguration},
    {"/root/.ssh", HostObject::kRootHome},
    {"/root/.kube", HostObject::kRootHome},
    {"/root/.docker", HostObject::kRootHome},
    {"/root/.aws", HostObject::kRootHome},
    {"/root/.gnupg", HostObject::kRootHome},
    {"/root/.bash", HostObject::kRootHome},
    {"/root/.profile", HostObject::kRootHome},
    {"/boot", HostObject::kBoot},
    {"/var/lib/kubelet", HostObject::kRuntimeState},
    {"/var/lib/etcd", HostObject::kRuntimeState},
    {"/var/lib/brig", HostObject::kBrig},
    {"/etc/brig", HostObject::kBrig},
    {"/run/brig", HostObject::kBrig},
    {"/run/docker.sock", HostObject::kDockerSocket},
    {"/var/run/docker.sock", HostObject::kDockerSocket},
    {"/run/containerd/containerd.sock", HostObject::kContainerdSocket},
    {"/var/run/containerd/containerd.sock", HostObject::kContainerdSocket},
    {"/run/podman/podman.sock", HostObject::kPodmanSocket},
    {"/run/crio/crio.sock", HostObject::kCrioSocket},
    {"/proc/self/root", HostObject::kRoot},  // of whoever follows the link
    {"/proc/self/cwd", HostObject::kOrdinary},
    {"/proc/self/task", HostObject::kOrdinary},
    {"/proc/thread-self/root", HostObject::kRoot},
    {"/proc/thread-self/cwd", HostObject::kOrdinary},
    {"/proc/1", HostObject::kOrdinary},
    {"/proc/2", HostObject::kOrdinary},
    {"/proc/3", HostObject::kOrdinary},
    {"/proc/4", HostObject::kOrdinary},
    {"/proc/5", HostObject::kOrdinary},
    {"/proc/6", HostObject::kOrdinary},
    {"/proc/7", HostObject::kOrdinary},
    {"/proc/8", HostObject::kOrdinary},
    {"/proc/9", HostObject::kOrdinary},
    {"/proc/sys/", HostObject::kOrdinary},
    {"/proc/sysrq", HostObject::kOrdinary},
    {"/dev/mem", HostObject::kDevices},
    {"/dev/sd", HostObject::kDevices},
    {"/dev/vd", HostObject::kDevices},
    {"/dev/xvd", HostObject::kDevices},
    {"/dev/nvme", HostObject::kDevices},
    {"/dev/dm-", HostObject::kDevices},
    {"/dev/mapper", HostObject::kDevices},
};

}  // namespace

std::vector<sensor::LinkPlace> LinkPlaces() {
  std::vector<sensor::LinkPlace> places;
  for (const Place& place : kWhole) places.push_back({place.text, false, place.object});
  for (const Place& place : kBeginnings) places.push_back({place.text, true, place.object});
  return places;
}

}  // namespace brig::agent
