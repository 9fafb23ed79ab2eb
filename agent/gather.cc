// SPDX-License-Identifier: Apache-2.0
#include "agent/gather.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "agent/owned_file.h"
#include "base/file.h"

namespace brig::agent {
namespace {

constexpr std::size_t kMaxDirectoryEntries = 4096;
constexpr std::size_t kMaxStates = 8;       // sent for one container
constexpr std::size_t kMaxCandidates = 64;  // looked into for its pid
constexpr std::time_t kRecentSeconds = 60;
constexpr std::size_t kMinNameBytes = 4;  // a shorter directory name appears in any path by chance
constexpr std::size_t kEngineIdDigits = 64;

Document ReadDocument(DocumentKind kind, const std::string& path) {
  auto file = ReadOwnedFile(path, Document::kMaxBytes);
  if (file) return {kind, path, std::move(file->content), file->owner};
  return {DocumentKind::kFailure, path, file.error().message};
}

// A file of a process: the kernel wrote it, whoever the process belongs to.
Document ReadProcessDocument(DocumentKind kind, const std::string& path) {
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

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

// Does the state have a field ...pid of that number?
bool NamesProcess(std::string_view state, std::uint32_t pid) {
  constexpr std::string_view kBefore = "pid\":";
  const std::string digits = std::to_string(pid);
  for (std::size_t at = state.find(kBefore); at != std::string_view::npos;
       at = state.find(kBefore)) {
    state.remove_prefix(at + kBefore.size());
    if (state.starts_with(' ')) state.remove_prefix(1);
    if (state.starts_with(digits) &&
        (state.size() == digits.size() || !IsDigit(state[digits.size()])))
      return true;
  }
  return false;
}

struct Candidate {
  std::string path;
  std::time_t changed = 0;
  bool named = false;  // by the cgroup
  // Users may write what they like below /run/user: it takes nobody else's place.
  [[nodiscard]] std::tuple<bool, bool, std::time_t> Rank() const {
    return {!path.starts_with("/run/user/"), named, changed};
  }
};

// The state in a container's directory, as runc or crun calls it; none: an empty path.
Candidate FindState(const std::string& directory) {
  for (const char* name : {"/state.json", "/status"}) {
    struct stat info{};
    const std::string path = directory + name;
    if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) return {path, info.st_mtime};
  }
  return {};
}

// The state, and before it the specification that crun keeps beside its own.
void AddState(Document state, RuntimeStates& states) {
  const std::string directory = state.source.substr(0, state.source.rfind('/'));
  if (state.source.ends_with("/status"))
    states.documents.push_back(ReadDocument(DocumentKind::kSpec, directory + "/config.json"));
  states.documents.push_back(std::move(state));
}

// The storage of podman or CRI-O that a state's bundle lies in, found without parsing: the path
// after "bundle= or "bundle": ends in /ID/userdata there.
std::string FindStorage(std::string_view state) {
  constexpr std::string_view kEnd = "/userdata";
  for (const std::string_view before : {"\"bundle=", "\"bundle\":\"", "\"bundle\": \""}) {
    const std::size_t at = state.find(before);
    if (at == std::string_view::npos) continue;
    state.remove_prefix(at + before.size());
    std::string_view bundle = state.substr(0, state.find('"'));
    if (!bundle.starts_with('/') || !bundle.ends_with(kEnd)) return "";
    bundle.remove_suffix(kEnd.size());
    return std::string(bundle.substr(0, bundle.rfind('/')));
  }
  return "";
}

}  // namespace

std::vector<Document> ProcessDocuments(std::uint32_t pid) {
  const std::string directory = fmt::format("/proc/{}/", pid);
  return {ReadProcessDocument(DocumentKind::kCgroup, directory + "cgroup"),
          ReadProcessDocument(DocumentKind::kMountInfo, directory + "mountinfo"),
          ReadProcessDocument(DocumentKind::kStatus, directory + "status"),
          ReadProcessDocument(DocumentKind::kUserMap, directory + "uid_map")};
}

std::vector<std::string> RuntimeRoots(const std::vector<std::string>& extra) {
  std::vector<std::string> roots = extra;
  roots.insert(roots.end(), {"/run/runc", "/run/crun"});
  // docker: a directory for each runtime that it was told of.
  for (const std::string& name : ListDirectory("/run/docker")) {
    if (!name.starts_with("runtime-")) continue;
    for (const char* space : {"moby", "plugins.moby"})
      roots.push_back(fmt::format("/run/docker/{}/{}", name, space));
  }
  // containerd: a directory for each of its namespaces.
  for (const std::string& name : ListDirectory("/run/containerd/runc"))
    roots.push_back(fmt::format("/run/containerd/runc/{}", name));
  for (const std::string& user : ListDirectory("/run/user"))
    for (const char* runtime : {"/runc", "/crun"})
      roots.push_back(fmt::format("/run/user/{}{}", user, runtime));
  return roots;
}

RuntimeStates FindRuntimeStates(const std::vector<std::string>& roots, std::string_view cgroup,
                                std::uint32_t pid) {
  std::vector<Candidate> candidates;
  const std::time_t now = std::time(nullptr);
  for (const std::string& root : roots) {
    for (const std::string& name : ListDirectory(root)) {
      Candidate candidate = FindState(fmt::format("{}/{}", root, name));
      candidate.named = name.size() >= kMinNameBytes && cgroup.find(name) != std::string_view::npos;
      if (!candidate.path.empty() && (candidate.named || now - candidate.changed <= kRecentSeconds))
        candidates.push_back(std::move(candidate));
    }
  }
  std::ranges::stable_sort(candidates, std::greater(), &Candidate::Rank);
  candidates.resize(std::min(candidates.size(), kMaxCandidates));
  std::vector<Document> found, others;
  for (const Candidate& candidate : candidates) {
    Document state = ReadDocument(DocumentKind::kRuntimeState, candidate.path);
    (NamesProcess(state.content, pid) ? found : others).push_back(std::move(state));
  }
  RuntimeStates states;
  states.certain = !found.empty();
  if (!states.certain) found = std::move(others);
  found.resize(std::min(found.size(), kMaxStates));
  for (Document& state : found) AddState(std::move(state), states);
  return states;
}

std::vector<Document> StorageDocuments(const std::vector<Document>& states) {
  std::vector<Document> lists;
  std::set<std::string> storages;
  for (const Document& state : states)
    if (state.kind == DocumentKind::kRuntimeState) storages.insert(FindStorage(state.content));
  for (const std::string& storage : storages) {
    if (storage.empty()) continue;
    for (const char* name : {"/containers.json", "/volatile-containers.json"}) {
      Document list = ReadDocument(DocumentKind::kStorage, storage + name);
      if (list.kind == DocumentKind::kStorage) lists.push_back(std::move(list));
    }
  }
  return lists;
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
