// SPDX-License-Identifier: Apache-2.0
#include "identity/risks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/bytes.h"

namespace brig::identity {
namespace {

struct CapabilityRisk {
  unsigned number;
  Severity severity;
  std::string_view name, text;
};

// Only those that lead out of a container; the usual fourteen of an engine are not among them.
constexpr CapabilityRisk kCapabilities[] = {
    {2, Severity::kHigh, "CAP_DAC_READ_SEARCH", "may open any file of the disk by its number"},
    {12, Severity::kWarning, "CAP_NET_ADMIN", "may change routes, addresses and firewall rules"},
    {16, Severity::kCritical, "CAP_SYS_MODULE", "may load code into the kernel"},
    {17, Severity::kCritical, "CAP_SYS_RAWIO", "may reach memory and ports past the kernel"},
    {19, Severity::kHigh, "CAP_SYS_PTRACE", "may read and steer other processes"},
    {20, Severity::kWarning, "CAP_SYS_PACCT", "may switch process accounting"},
    {21, Severity::kCritical, "CAP_SYS_ADMIN", "may mount, and much else that only root should"},
    {22, Severity::kHigh, "CAP_SYS_BOOT", "may reboot the host or load another kernel"},
    {24, Severity::kNotice, "CAP_SYS_RESOURCE", "may go beyond limits"},
    {25, Severity::kHigh, "CAP_SYS_TIME", "may change the host's clock"},
    {30, Severity::kHigh, "CAP_AUDIT_CONTROL", "may switch the host's auditing off"},
    {32, Severity::kHigh, "CAP_MAC_OVERRIDE", "may ignore AppArmor and SELinux"},
    {33, Severity::kHigh, "CAP_MAC_ADMIN", "may change AppArmor and SELinux policy"},
    {34, Severity::kWarning, "CAP_SYSLOG", "may read the kernel's log and addresses"},
    {38, Severity::kHigh, "CAP_PERFMON", "may watch the whole host through perf"},
    {39, Severity::kCritical, "CAP_BPF", "may load BPF programs into the kernel"},
    {40, Severity::kWarning, "CAP_CHECKPOINT_RESTORE", "may choose process numbers"},
};

struct PathRisk {
  std::string_view path;
  std::string_view words;
  Severity read_only, writable;
};

// A mount is judged by the first row that it is, lies within, or holds.
constexpr PathRisk kPaths[] = {
    {"/run/docker.sock", "Docker's socket, which makes whoever reaches it root on the host",
     Severity::kCritical, Severity::kCritical},
    {"/run/containerd/containerd.sock", "containerd's socket, which gives root on the host",
     Severity::kCritical, Severity::kCritical},
    {"/run/podman/podman.sock", "podman's socket, which gives root on the host",
     Severity::kCritical, Severity::kCritical},
    {"/run/crio/crio.sock", "CRI-O's socket, which gives root on the host", Severity::kCritical,
     Severity::kCritical},
    {"/etc", "the host's configuration and accounts", Severity::kWarning, Severity::kCritical},
    {"/root", "the home of the host's root", Severity::kHigh, Severity::kCritical},
    {"/boot", "the host's kernel and boot loader", Severity::kWarning, Severity::kCritical},
    {"/usr", "the host's programs", Severity::kNotice, Severity::kCritical},
    {"/bin", "the host's programs", Severity::kNotice, Severity::kCritical},
    {"/sbin", "the host's programs", Severity::kNotice, Severity::kCritical},
    {"/lib", "the host's libraries", Severity::kNotice, Severity::kCritical},
    {"/lib64", "the host's libraries", Severity::kNotice, Severity::kCritical},
    {"/var/spool/cron", "the host's scheduled jobs", Severity::kWarning, Severity::kCritical},
    {"/var/lib/docker", "Docker's images and containers", Severity::kHigh, Severity::kCritical},
    {"/var/lib/containerd", "containerd's images and containers", Severity::kHigh,
     Severity::kCritical},
    {"/var/lib/containers", "podman's images and containers", Severity::kHigh, Severity::kCritical},
    {"/var/lib/kubelet", "the kubelet's credentials and pods", Severity::kCritical,
     Severity::kCritical},
    {"/var/lib/brig", "brig's own state", Severity::kHigh, Severity::kCritical},
    {"/var/log", "the host's logs", Severity::kWarning, Severity::kHigh},
    {"/proc", "the host's process files and kernel switches", Severity::kHigh, Severity::kCritical},
    {"/sys", "the host's kernel and device switches", Severity::kWarning, Severity::kCritical},
    {"/dev", "the host's devices", Severity::kHigh, Severity::kCritical},
    {"/run", "the host's runtime state and sockets", Severity::kHigh, Severity::kCritical},
    {"/home", "the home directories of the host's users", Severity::kWarning, Severity::kHigh},
};

bool IsWithin(std::string_view path, std::string_view directory) {
  if (!path.starts_with(directory)) return false;
  return path.size() == directory.size() || directory == "/" || path[directory.size()] == '/';
}

// What engines mount into every container of theirs, and volumes that they made for it.
bool IsEnginesOwn(const MountInfo& mount) {
  const bool of_container = mount.source.find("/containers/") != std::string::npos ||
                            mount.source.find("/overlay-containers/") != std::string::npos;
  const std::string_view target = mount.destination;
  if (of_container &&
      (target == "/etc/resolv.conf" || target == "/etc/hostname" || target == "/etc/hosts" ||
       target == "/dev/shm" || target == "/run/.containerenv"))
    return true;
  return mount.source.find("/volumes/") != std::string::npos && mount.source.ends_with("/_data");
}

void AddMount(const MountInfo& mount, std::vector<Risk>& risks) {
  std::string source = mount.source;
  if (source.size() > 1 && source.ends_with('/')) source.pop_back();
  if (source.starts_with("/var/run/")) source.erase(0, 4);  // a link to /run everywhere
  if (!source.starts_with('/') || IsEnginesOwn(mount)) return;
  const std::string where =
      fmt::format("{} mounted at {}{}", Printable(source, 256), Printable(mount.destination, 256),
                  mount.writable ? ", writable" : ", read-only");
  if (source == "/") {
    risks.push_back({mount.writable ? Severity::kCritical : Severity::kHigh, "mount",
                     fmt::format("sees the host's whole file system ({})", where)});
    return;
  }
  if (source == "/dev/shm" || source.starts_with("/dev/mqueue"))
    return;  // the host's ipc, told there
  if (source.ends_with(".sock") && source.find("docker") != std::string::npos)
    source = kPaths[0].path;  // wherever dockerd was told to put it
  for (const PathRisk& risk : kPaths) {
    if (!IsWithin(source, risk.path) && !IsWithin(risk.path, source)) continue;
    risks.push_back({mount.writable ? risk.writable : risk.read_only, "mount",
                     fmt::format("sees {} ({})", risk.words, where)});
    return;
  }
}

void AddNamespaces(const NamespaceSet& own, const NamespaceSet& host, std::vector<Risk>& risks) {
  const auto shared = [](auto a, auto b) { return a != 0 && a == b; };
  if (shared(own.mount, host.mount))
    risks.push_back({Severity::kCritical, "host_mount", "shares the host's file systems"});
  if (shared(own.pid, host.pid))
    risks.push_back({Severity::kHigh, "host_pid",
                     "shares the host's process namespace: it sees "
                     "every process of the host"});
  if (shared(own.net, host.net))
    risks.push_back({Severity::kHigh, "host_net",
                     "shares the host's network: it reaches services "
                     "that listen only on the host itself"});
  if (shared(own.ipc, host.ipc))
    risks.push_back({Severity::kWarning, "host_ipc", "shares the host's shared memory"});
  if (shared(own.uts, host.uts))
    risks.push_back({Severity::kNotice, "host_uts", "shares the host's name"});
}

void AddCapabilities(const BirthDetails& birth, std::vector<Risk>& risks) {
  for (const CapabilityRisk& risk : kCapabilities)
    if ((birth.bounding | birth.permitted) >> risk.number & 1)
      risks.push_back(
          {risk.severity, "capability", fmt::format("has {}: it {}", risk.name, risk.text)});
}

// In a user namespace of its own, capabilities reach only what that namespace owns.
bool HasOwnUsers(const BirthDetails& birth, const NamespaceSet& host) {
  return host.user != 0 && birth.namespaces.user != 0 && birth.namespaces.user != host.user;
}

}  // namespace

bool IsPrivileged(const BirthDetails& birth, const NamespaceSet& host) {
  constexpr unsigned kTelling[] = {2, 16, 17, 19, 21, 25, 27};
  const bool all = std::all_of(std::begin(kTelling), std::end(kTelling),
                               [&](unsigned number) { return birth.bounding >> number & 1; });
  return all && birth.seccomp == 0 && !HasOwnUsers(birth, host);
}

std::vector<Risk> FindRisks(const Container& container, const BirthDetails& birth,
                            const NamespaceSet& host) {
  std::vector<Risk> risks;
  if (container.privileged)
    risks.push_back({Severity::kCritical, "privileged",
                     "is privileged: nothing but its file system separates it from the host"});
  AddNamespaces(birth.namespaces, host, risks);
  if (!HasOwnUsers(birth, host)) AddCapabilities(birth, risks);
  for (const MountInfo& mount : container.mounts) AddMount(mount, risks);
  for (const std::string& device : container.devices)
    risks.push_back(
        {device.find("(b ") != std::string::npos ? Severity::kCritical : Severity::kWarning,
         "device", fmt::format("may use the host's device {}", Printable(device, 256))});
  if (birth.seccomp == 0)
    risks.push_back({Severity::kWarning, "seccomp",
                     "has no seccomp filter: every system call of the kernel is open to it"});
  std::stable_sort(risks.begin(), risks.end(),
                   [](const Risk& a, const Risk& b) { return a.severity > b.severity; });
  return risks;
}

}  // namespace brig::identity
