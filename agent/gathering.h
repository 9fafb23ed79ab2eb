// SPDX-License-Identifier: Apache-2.0
// Fetches the facts about one container, over a few seconds: /proc at once, the runtime's state as
// soon as it is there, then what the engine says. Each piece is handed on as it comes. Not thread
// safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/docker_request.h"
#include "agent/gather.h"
#include "agent/loop.h"
#include "agent/options.h"
#include "model/facts.h"

namespace brig::agent {

class Gathering {
 public:
  // The last facts have `complete`; after them the gathering is done.
  using OnFacts = std::function<void(Facts)>;

  // `cgroup` is what an earlier gathering found: the process may be another by now, so it is not
  // asked again. "" for the first.
  Gathering(Loop& loop, const Options& options, std::uint64_t container, ProcessRef first_process,
            std::string cgroup, OnFacts on_facts);
  ~Gathering();
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  // The content of /proc/PID/cgroup, as far as it is known.
  [[nodiscard]] const std::string& cgroup() const { return cgroup_; }

 private:
  void Begin();
  void LookForState();
  void TakeStates(RuntimeStates states);
  void AskDocker(std::size_t socket, bool again);
  void TakeInspect(Document document, std::size_t socket, bool again);
  void AskImage(const std::string& image, const std::string& socket);
  void Send(std::vector<Document> documents, bool complete);

  Loop& loop_;
  const Options& options_;
  std::uint64_t container_;
  ProcessRef first_process_;
  OnFacts on_facts_;
  std::string cgroup_;
  std::string engine_id_;
  std::size_t attempt_ = 0;
  Loop::Timer timer_ = 0;
  std::unique_ptr<DockerRequest> request_;
};

}  // namespace brig::agent
