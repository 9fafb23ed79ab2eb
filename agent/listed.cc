// SPDX-License-Identifier: Apache-2.0
#include "agent/listed.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

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

using File = std::pair<std::uint32_t, std::uint64_t>;  // device, inode

std::optional<File> FileAt(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return File(sensor::DeviceOf(info.st_dev), info.st_ino);
}

// The paths of all runtimes, by file: one file may have several names.
std::map<File, std::string> FindRuntimes(const Options& options) {
  std::map<File, std::string> runtimes;
  const auto add = [&](const std::string& path) {
    if (const auto file = FileAt(path)) runtimes.emplace(*file, path);
  };
  for (const ProgramFile& runtime : options.runtimes) add(runtime.path);
  for (const char* directory : kDirectories)
    for (const char* name : kRuntimes) add(std::string(directory) + "/" + name);
  return runtimes;
}

// Is each content that was asked of this file its content?
bool IsAsAsked(const Options& options, const File& file, const HashOf& hash_of) {
  return std::ranges::all_of(options.runtimes, [&](const ProgramFile& runtime) {
    return runtime.sha256.empty() || FileAt(runtime.path) != file ||
           hash_of(runtime.path) == runtime.sha256;
  });
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

Listed FindListed(const Options& options, const HashOf& hash_of) {
  Listed listed;
  std::map<File, sensor::ListedFile> files;
  const auto at = [&](const File& file) -> sensor::ListedFile& {
    return files.try_emplace(file, sensor::ListedFile{.inode = file.second, .device = file.first})
        .first->second;
  };
  for (const auto& [file, path] : FindRuntimes(options)) {
    listed.runtimes.push_back(path);
    if (IsAsAsked(options, file, hash_of)) {
      at(file).runtime = true;
    } else {
      at(file).unlike = true;
      listed.unlike.push_back(path);
    }
  }
  std::vector<std::string> helpers(std::begin(kHelpers), std::end(kHelpers));
  for (const char* setting : kSettings) helpers.push_back(ProgramIn(setting));
  for (const std::string& path : helpers)
    if (const auto file = FileAt(path)) at(*file).helper = true;
  for (const auto& [file, entry] : files) listed.files.push_back(entry);
  return listed;
}

}  // namespace brig::agent
