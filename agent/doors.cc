// SPDX-License-Identifier: Apache-2.0
#include "agent/doors.h"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <dirent.h>

namespace brig::agent {
namespace {

struct Place {
  const char* path;
  HostObject object;
};

constexpr Place kSockets[] = {
    {"/run/docker.sock", HostObject::kDockerSocket},
    {"/run/containerd/containerd.sock", HostObject::kContainerdSocket},
    {"/run/docker/containerd/containerd.sock", HostObject::kContainerdSocket},
    {"/run/podman/podman.sock", HostObject::kPodmanSocket},
    {"/run/crio/crio.sock", HostObject::kCrioSocket},
    {"/var/lib/kubelet/pod-resources/kubelet.sock", HostObject::kKubelet},
    {"/var/lib/kubelet/device-plugins/kubelet.sock", HostObject::kKubelet},
    {"/run/systemd/private", HostObject::kOtherDaemon},
    {"/run/dbus/system_bus_socket", HostObject::kOtherDaemon},
    {"/run/snapd.socket", HostObject::kOtherDaemon},
    {"/run/libvirt/libvirt-sock", HostObject::kOtherDaemon},
    {"/run/lxd/lxd.sock", HostObject::kOtherDaemon},
};

// The nearest one at or above a file decides, so kOrdinary takes a part out: what engines mount
// into every container, and what is shared without harm.
constexpr Place kDirectories[] = {
    {"/", HostObject::kRoot},
    {"/etc", HostObject::kConfiguration},
    {"/etc/passwd", HostObject::kAccounts},
    {"/etc/shadow", HostObject::kAccounts},
    {"/etc/group", HostObject::kAccounts},
    {"/etc/gshadow", HostObject::kAccounts},
    {"/etc/sudoers", HostObject::kAccounts},
    {"/etc/sudoers.d", HostObject::kAccounts},
    {"/etc/ssh", HostObject::kAccounts},
    {"/etc/pam.d", HostObject::kAccounts},
    {"/etc/ssl/certs", HostObject::kOrdinary},
    {"/etc/hosts", HostObject::kOrdinary},
    {"/etc/hostname", HostObject::kOrdinary},
    {"/etc/resolv.conf", HostObject::kOrdinary},
    {"/etc/timezone", HostObject::kOrdinary},
    {"/etc/cron.d", HostObject::kCron},
    {"/etc/cron.hourly", HostObject::kCron},
    {"/etc/cron.daily", HostObject::kCron},
    {"/etc/cron.weekly", HostObject::kCron},
    {"/etc/cron.monthly", HostObject::kCron},
    {"/etc/crontab", HostObject::kCron},
    {"/var/spool/cron", HostObject::kCron},
    {"/root", HostObject::kRootHome},
    {"/boot", HostObject::kBoot},
    {"/usr", HostObject::kPrograms},
    {"/usr/share", HostObject::kOrdinary},
    {"/usr/lib/os-release", HostObject::kOrdinary},
    // The first process that an engine lends to a container (docker run --init, a pod).
    {"/usr/bin/docker-init", HostObject::kOrdinary},
    {"/usr/libexec/docker/docker-init", HostObject::kOrdinary},
    {"/usr/libexec/podman/catatonit", HostObject::kOrdinary},
    {"/usr/bin/catatonit", HostObject::kOrdinary},
    {"/bin", HostObject::kPrograms},
    {"/sbin", HostObject::kPrograms},
    {"/lib", HostObject::kPrograms},
    {"/lib64", HostObject::kPrograms},
    {"/opt", HostObject::kPrograms},
    {"/var/log", HostObject::kLogs},
    {"/var/log/containers", HostObject::kOrdinary},
    {"/var/log/pods", HostObject::kOrdinary},
    {"/dev", HostObject::kDevices},
    {"/run", HostObject::kRuntimeState},
    {"/run/containers/storage/overlay-containers", HostObject::kOrdinary},
    {"/run/containers/storage/vfs-containers", HostObject::kOrdinary},
    {"/var/lib/docker", HostObject::kImageStore},
    {"/var/lib/docker/volumes", HostObject::kOrdinary},
    {"/var/lib/docker/containers", HostObject::kOrdinary},
    {"/var/lib/containerd", HostObject::kImageStore},
    {"/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes", HostObject::kOrdinary},
    {"/var/lib/containers/storage", HostObject::kImageStore},
    {"/var/lib/containers/storage/volumes", HostObject::kOrdinary},
    {"/var/lib/containers/storage/overlay-containers", HostObject::kOrdinary},
    {"/var/lib/containers/storage/vfs-containers", HostObject::kOrdinary},
    {"/var/lib/kubelet", HostObject::kRuntimeState},
    {"/var/lib/kubelet/pods", HostObject::kOrdinary},
};

constexpr std::size_t kMaxUsers = 64;  // whose rootless engines are looked for

void AddPlace(std::vector<sensor::InodeObject>& found, const std::string& path, HostObject object,
              bool socket) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || socket != S_ISSOCK(info.st_mode)) return;
  const sensor::InodeObject place{info.st_ino, sensor::DeviceOf(info.st_dev), object};
  // /bin is /usr/bin on most hosts: the first entry stands.
  const bool known = std::ranges::any_of(found, [&](const sensor::InodeObject& other) {
    return other.inode == place.inode && other.device == place.device;
  });
  if (!known) found.push_back(place);
}

std::vector<std::string> UserDirectories() {
  std::vector<std::string> paths;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/run/user"), &::closedir);
  if (!directory) return paths;
  while (const dirent* entry = ::readdir(directory.get()))
    if (entry->d_name[0] != '.' && paths.size() < kMaxUsers)
      paths.push_back(std::string("/run/user/") + entry->d_name);
  return paths;
}

sensor::AddressObject Endpoint(const char* address, std::uint32_t port, HostObject object) {
  sensor::AddressObject endpoint{.address = {}, .port = port, .object = object};
  in_addr v4{};
  if (::inet_pton(AF_INET, address, &v4) == 1) {
    endpoint.address[10] = endpoint.address[11] = 0xff;
    std::memcpy(&endpoint.address[12], &v4, sizeof v4);
  } else {
    BRIG_CHECK(::inet_pton(AF_INET6, address, endpoint.address.data()) == 1);
  }
  return endpoint;
}

}  // namespace

std::vector<sensor::InodeObject> FindUnixDoors(const Options& options) {
  std::vector<sensor::InodeObject> doors;
  AddPlace(doors, options.SocketPath(), HostObject::kBrigSocket, true);
  for (const std::string& socket : options.docker_sockets)
    AddPlace(doors, socket, HostObject::kDockerSocket, true);
  for (const Place& place : kSockets) AddPlace(doors, place.path, place.object, true);
  for (const std::string& user : UserDirectories()) {
    AddPlace(doors, user + "/docker.sock", HostObject::kDockerSocket, true);
    AddPlace(doors, user + "/podman/podman.sock", HostObject::kPodmanSocket, true);
  }
  return doors;
}

std::vector<sensor::InodeObject> FindGuarded(const Options& options) {
  std::vector<sensor::InodeObject> places;
  AddPlace(places, options.state, HostObject::kBrig, false);
  AddPlace(places, options.run, HostObject::kBrig, false);
  for (const Place& place : kDirectories) AddPlace(places, place.path, place.object, false);
  return places;
}

std::vector<sensor::AddressObject> InetDoors() {
  std::vector<sensor::AddressObject> doors = {Endpoint("169.254.169.254", 0, HostObject::kMetadata),
                                              Endpoint("169.254.170.2", 0, HostObject::kMetadata),
                                              Endpoint("100.100.100.200", 0, HostObject::kMetadata),
                                              Endpoint("fd00:ec2::254", 0, HostObject::kMetadata)};
  for (const char* loopback : {"127.0.0.1", "::1"}) {
    for (const std::uint32_t port : {2375U, 2376U})
      doors.push_back(Endpoint(loopback, port, HostObject::kDockerSocket));
    for (const std::uint32_t port : {10250U, 10255U})
      doors.push_back(Endpoint(loopback, port, HostObject::kKubelet));
    for (const std::uint32_t port : {2379U, 2380U})
      doors.push_back(Endpoint(loopback, port, HostObject::kEtcd));
  }
  return doors;
}

}  // namespace brig::agent
