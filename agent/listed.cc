// SPDX-License-Identifier: Apache-2.0
#include "agent/listed.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"

namespace brig::agent {
namespace {

// Runtimes, and what starts services with a root directory of their own: units may have
// RootDirectory=, and a service manager is no intruder. Not what makes sandboxes of the host's own
// programs (bubblewrap, flatpak): those are no containers, and would be refused their programs.
constexpr const char* kRuntimes[] = {"runc",
                                     "crun",
                                     "youki",
                                     "podman",
                                     "buildah",
                                     "dockerd",
                                     "containerd",
                                     "crio",
                                     "conmon",
                                     "systemd-nspawn",
                                     "lxc-start",
                                     "lxc-attach",
                                     "lxc-execute",
                                     "containerd-shim-runc-v2",
                                     "containerd-shim",
                                     "systemd",
                                     "systemd-executor",
                                     "lxc-monitord"};
constexpr const char* kDirectories[] = {"/usr/bin",     "/usr/sbin",        "/bin",
                                        "/sbin",        "/usr/local/bin",   "/usr/local/sbin",
                                        "/usr/libexec", "/usr/lib/systemd", "/lib/systemd",
                                        "/usr/lib/lxc", "/usr/libexec/lxc", "/usr/libexec/podman"};

constexpr const char* kHelpers[] = {"/sbin/modprobe",
                                    "/usr/sbin/modprobe",
                                    "/bin/kmod",
                                    "/usr/bin/kmod",
                                    "/sbin/request-key",
                                    "/usr/sbin/request-key",
                                    "/sbin/poweroff",
                                    "/usr/sbin/poweroff",
                                    "/bin/systemctl",
                                    "/usr/bin/systemctl",
                                    "/sbin/bridge-stp",
                                    "/usr/sbin/nfsdcltrack",
                                    "/sbin/nfsdcltrack",
                                    "/usr/sbin/nfs_cache_getent",
                                    "/sbin/drbdadm",
                                    "/usr/lib/systemd/systemd-coredump",
                                    "/lib/systemd/systemd-coredump",
                                    "/usr/lib/systemd/systemd-cgroups-agent",
                                    "/sbin/tomoyo-init",
                                    "/sbin/hotplug"};

// Settings that name a helper; core_pattern does after a "|".
constexpr const char* kSettings[] = {"/proc/sys/kernel/modprobe", "/proc/sys/kernel/poweroff_cmd",
                                     "/proc/sys/kernel/core_pattern", "/sys/kernel/uevent_helper"};

void Add(std::vector<sensor::ListedFile>& files, const std::string& path, bool runtime) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  const std::uint32_t device = sensor::DeviceOf(info.st_dev);
  auto known = std::ranges::find_if(files, [&](const sensor::ListedFile& file) {
    return file.inode == info.st_ino && file.device == device;
  });
  if (known == files.end())
    known = files.insert(files.end(), {.inode = info.st_ino, .device = device});
  (runtime ? known->runtime : known->helper) = true;
}

// The program that a setting of the kernel names, or "".
std::string ProgramIn(const std::string& setting) {
  const auto text = ReadFile(setting);
  if (!text) return "";
  const std::size_t from = text->starts_with('|') ? 1 : 0;
  const std::size_t to = text->find_first_of(" \n", from);
  const std::string path = text->substr(from, to - from);
  return path.starts_with('/') ? path : "";
}

}  // namespace

std::vector<sensor::ListedFile> FindListed(const Options& options) {
  std::vector<sensor::ListedFile> files;
  for (const char* directory : kDirectories)
    for (const char* name : kRuntimes) Add(files, std::string(directory) + "/" + name, true);
  for (const std::string& path : options.runtimes) Add(files, path, true);
  for (const char* path : kHelpers) Add(files, path, false);
  for (const char* setting : kSettings) Add(files, ProgramIn(setting), false);
  return files;
}

}  // namespace brig::agent
