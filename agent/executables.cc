// SPDX-License-Identifier: Apache-2.0
#include "agent/executables.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace brig::agent {
namespace {

constexpr std::string_view kNames[] = {"runc",   "crun",   "containerd", "dockerd",
                                       "podman", "conmon", "brig",       "brigd"};
constexpr std::string_view kShim = "containerd-shim";  // and what follows: the protocol's version
constexpr std::size_t kMaxDirectoryEntries = 16384;

struct Candidate {
  bool by_name = false;
  std::uint64_t size = 0;
  std::string path;
};

bool IsNamed(std::string_view name) {
  return name.starts_with(kShim) || std::ranges::find(kNames, name) != std::end(kNames);
}

class Finder {
 public:
  // With `by_name` any file, else only one that runs as root whoever starts it.
  void Add(const std::string& path, bool by_name) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
    const bool set_uid = (info.st_mode & S_ISUID) != 0 && info.st_uid == 0;
    if (!by_name && !set_uid) return;
    if (!known_.emplace(info.st_dev, info.st_ino).second) return;  // /bin is /usr/bin
    found_.push_back({by_name, static_cast<std::uint64_t>(info.st_size), path});
  }

  void AddDirectory(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
    if (!directory) return;
    for (std::size_t i = 0; i < kMaxDirectoryEntries; ++i) {
      const dirent* entry = ::readdir(directory.get());
      if (entry == nullptr) return;
      Add(path + "/" + entry->d_name, IsNamed(entry->d_name));
    }
  }

  Executables Take() {
    std::ranges::sort(found_, [](const Candidate& a, const Candidate& b) {
      return std::tie(b.by_name, a.size, a.path) < std::tie(a.by_name, b.size, b.path);
    });
    Executables chosen;
    std::uint64_t bytes = 0;
    for (Candidate& candidate : found_) {
      if (chosen.paths.size() == kMaxExecutables || bytes + candidate.size > kMaxExecutableBytes) {
        ++chosen.left_out;
        continue;
      }
      bytes += candidate.size;
      chosen.paths.push_back(std::move(candidate.path));
    }
    return chosen;
  }

 private:
  std::vector<Candidate> found_;
  std::set<std::pair<dev_t, ino_t>> known_;
};

}  // namespace

Executables FindExecutables(const std::vector<std::string>& directories,
                            const std::string& modprobe) {
  Finder finder;
  std::error_code error;
  finder.Add(std::filesystem::read_symlink("/proc/self/exe", error), true);
  if (modprobe.starts_with("/")) finder.Add(modprobe, true);
  for (const std::string& directory : directories) finder.AddDirectory(directory);
  return finder.Take();
}

std::vector<std::string> ProgramDirectories() {
  return {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",          "/usr/bin",
          "/sbin",           "/bin",           "/usr/libexec/podman"};
}

}  // namespace brig::agent
