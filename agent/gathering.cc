// SPDX-License-Identifier: Apache-2.0
#include "agent/gathering.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "agent/gather.h"

namespace brig::agent {
namespace {

// A runtime writes its state before, at or shortly after the moment when the kernel sees the birth.
constexpr std::array<std::int64_t, 5> kAttempts = {0, 30 * kMillisecond, 150 * kMillisecond,
                                                   700 * kMillisecond, 3 * kSecond};

// The image that an inspect answer names, found without parsing: "Image":"sha256:<64 digits>".
std::string FindImage(std::string_view answer) {
  constexpr std::string_view kBefore = "\"Image\":\"sha256:";
  const std::size_t at = answer.find(kBefore);
  if (at == std::string_view::npos) return "";
  return FindEngineId(answer.substr(at + kBefore.size(), 64));
}

// Does the answer begin as one to a question about what there is not? HTTP/1.1 404 ...
bool IsUnknown(const Document& document) {
  constexpr std::size_t kStatusAt = 9;
  return document.kind == DocumentKind::kDockerInspect && document.content.size() > kStatusAt &&
         document.content.compare(kStatusAt, 3, "404") == 0;
}

}  // namespace

Gathering::Gathering(Loop& loop, const Options& options, std::uint64_t container,
                     ProcessRef first_process, std::string cgroup, OnFacts on_facts)
    : loop_(loop),
      options_(options),
      container_(container),
      first_process_(std::move(first_process)),
      on_facts_(std::move(on_facts)),
      cgroup_(std::move(cgroup)) {
  timer_ = loop_.After(0, [this] { Begin(); });
}

Gathering::~Gathering() { loop_.Cancel(timer_); }

void Gathering::Begin() {
  if (!cgroup_.empty()) return LookForState();
  std::vector<Document> documents = ProcessDocuments(first_process_.pid);
  if (documents.front().kind == DocumentKind::kCgroup) cgroup_ = documents.front().content;
  Send(std::move(documents), false);
  LookForState();
}

void Gathering::LookForState() {
  RuntimeStates states =
      FindRuntimeStates(RuntimeRoots(options_.runtime_roots), cgroup_, first_process_.pid);
  const bool last = ++attempt_ == kAttempts.size();
  if (states.certain || last) return TakeStates(std::move(states));
  timer_ =
      loop_.After(kAttempts.at(attempt_) - kAttempts.at(attempt_ - 1), [this] { LookForState(); });
}

void Gathering::TakeStates(RuntimeStates states) {
  engine_id_ = FindEngineId(cgroup_);
  // Directories are named by the id, also where the cgroup is not.
  if (engine_id_.empty() && states.certain)
    engine_id_ = FindEngineId(states.documents.front().source);
  std::vector<Document> storage = StorageDocuments(states.documents);
  if (!states.documents.empty()) Send(std::move(states.documents), false);
  if (storage.empty()) return AskDocker(0, false);
  Send(std::move(storage), true);
}

void Gathering::AskDocker(std::size_t socket, bool again) {
  if (engine_id_.empty() || socket >= options_.docker_sockets.size()) return Send({}, true);
  request_ = std::make_unique<DockerRequest>(
      loop_, options_.docker_sockets[socket], fmt::format("/containers/{}/json", engine_id_),
      DocumentKind::kDockerInspect, [this, socket, again](Document document) {
        TakeInspect(std::move(document), socket, again);
      });
}

void Gathering::TakeInspect(Document document, std::size_t socket, bool again) {
  const bool failed = document.kind == DocumentKind::kFailure;
  // During a start the engine answers late, because it holds the container: ask once more.
  const bool late = failed && document.content.find("seconds") != std::string::npos;
  if (late && !again) return AskDocker(socket, true);
  // Another docker may know it: what one of several does not know says nothing.
  if (IsUnknown(document) && socket + 1 < options_.docker_sockets.size())
    return AskDocker(socket + 1, false);
  const std::string image = failed ? "" : FindImage(document.content);
  std::vector<Document> documents;
  documents.push_back(std::move(document));
  Send(std::move(documents), false);
  if (failed) return AskDocker(socket + 1, false);
  if (image.empty()) return Send({}, true);
  AskImage(image, options_.docker_sockets[socket]);
}

void Gathering::AskImage(const std::string& image, const std::string& socket) {
  request_ =
      std::make_unique<DockerRequest>(loop_, socket, fmt::format("/images/sha256:{}/json", image),
                                      DocumentKind::kDockerImage, [this](Document document) {
                                        std::vector<Document> documents;
                                        documents.push_back(std::move(document));
                                        Send(std::move(documents), true);
                                      });
}

// With `complete` the owner may destroy this object.
void Gathering::Send(std::vector<Document> documents, bool complete) {
  BoundDocuments(documents);
  on_facts_(Facts{container_, first_process_, complete, std::move(documents)});
}

}  // namespace brig::agent
