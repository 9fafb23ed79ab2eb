// SPDX-License-Identifier: Apache-2.0
// One question to a Docker engine: HTTP/1.0 GET over its socket, never blocking, with a deadline
// and a size limit. The engine may be hung or answer rubbish: then the answer is a kFailure. Not
// thread safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/loop.h"
#include "base/unique_fd.h"
#include "model/facts.h"

namespace brig::agent {

class DockerRequest {
 public:
  static constexpr std::int64_t kDeadline = 5 * kSecond;

  // Called once; may destroy the request.
  using OnDone = std::function<void(Document)>;

  // `path` is the URL's, for example "/containers/ID/json". The loop must outlive the request.
  DockerRequest(Loop& loop, const std::string& socket, const std::string& path, DocumentKind kind,
                OnDone on_done);
  ~DockerRequest();
  DockerRequest(const DockerRequest&) = delete;
  DockerRequest& operator=(const DockerRequest&) = delete;

 private:
  void Connect();
  void Handle();
  void Finish(Document document);
  void FailWith(const std::string& why);

  Loop& loop_;
  std::string socket_;
  DocumentKind kind_;
  OnDone on_done_;
  std::string request_;
  std::size_t sent_ = 0;
  std::string answer_;
  UniqueFd fd_;
  Loop::Timer deadline_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // watched by the delayed start
};

}  // namespace brig::agent
