// SPDX-License-Identifier: Apache-2.0
#include "agent/gather.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "base/file.h"

namespace brig::agent {
namespace {

constexpr std::size_t kMaxDirectoryEntries = 4096;
constexpr std::size_t kMaxStates = 8;  // sent for one container
constexpr std::time_t kRecentSeconds = 60;
constexpr std::size_t kMinNameBytes = 4;  // a shorter directory name appears in any path by chance
constexpr std::size_t kEngineIdDigits = 64;

Document ReadDocument(DocumentKind kind, const std::string& path) {
  auto content = ReadFile(path, Document::kMaxBytes);
  if (content) return {kind, path, *std::move(content)};
  return {DocumentKind::kFailure, path, content.error().message};
}

std::vector<std::string> ListDirectory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
  std::vector<std::string> names;
  if (!directory) return names;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.' || names.size() >= kMaxDirectoryEntries) continue;
    names.emplace_back(entry->d_name);
  }
  return names;
}

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::vector<Document> ProcessDocuments(std::uint32_t pid) {
  const std::string directory = fmt::format("/proc/{}/", pid);
  return {ReadDocument(DocumentKind::kCgroup, directory + "cgroup"),
          ReadDocument(DocumentKind::kMountInfo, directory + "mountinfo"),
          ReadDocument(DocumentKind::kStatus, directory + "status")};
}

std::vector<std::string> RuntimeRoots(const std::vector<std::string>& extra) {
  std::vector<std::string> roots = extra;
  roots.insert(roots.end(), {"/run/runc", "/run/crun", "/run/docker/runtime-runc/moby",
                             "/run/docker/runtime-runc/plugins.moby"});
  // containerd: a directory for each of its namespaces.
  for (const std::string parent :
       {"/run/containerd/runc", "/run/containerd/io.containerd.runtime.v2.task"})
    for (const std::string& name : ListDirectory(parent))
      roots.push_back(fmt::format("{}/{}", parent, name));
  for (const std::string& user : ListDirectory("/run/user"))
    for (const char* runtime : {"/runc", "/crun"})
      roots.push_back(fmt::format("/run/user/{}{}", user, runtime));
  return roots;
}

std::vector<Document> RuntimeStates(const std::vector<std::string>& roots,
                                    std::string_view cgroup) {
  std::vector<std::string> named;
  std::vector<std::pair<std::time_t, std::string>> recent;
  const std::time_t now = std::time(nullptr);
  for (const std::string& root : roots) {
    for (const std::string& name : ListDirectory(root)) {
      const std::string path = fmt::format("{}/{}/state.json", root, name);
      struct stat info{};
      if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
      if (name.size() >= kMinNameBytes && cgroup.find(name) != std::string_view::npos)
        named.push_back(path);
      else if (now - info.st_mtime <= kRecentSeconds)
        recent.emplace_back(info.st_mtime, path);
    }
  }
  std::ranges::sort(recent, std::greater());
  if (named.empty())
    for (const auto& [time, path] : recent) named.push_back(path);
  named.resize(std::min(named.size(), kMaxStates));
  std::vector<Document> states;
  for (const std::string& path : named)
    states.push_back(ReadDocument(DocumentKind::kRuntimeState, path));
  return states;
}

std::string FindEngineId(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && IsHexDigit(text[i])) {
      ++digits;
      continue;
    }
    if (digits == kEngineIdDigits)
      return std::string(text.substr(i - kEngineIdDigits, kEngineIdDigits));
    digits = 0;
  }
  return "";
}

void BoundDocuments(std::vector<Document>& documents) {
  std::size_t total = 0;
  for (Document& document : documents) {
    total += document.content.size() + document.source.size();
    if (total <= kMaxFactsBytes) continue;
    total -= document.content.size();
    document.kind = DocumentKind::kFailure;
    document.content = "too large together with the other documents";
  }
}

}  // namespace brig::agent
