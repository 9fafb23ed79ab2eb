// SPDX-License-Identifier: Apache-2.0
// A small HTTP server: one thread, bounded requests, a deadline for each. What it serves is decided
// by a function. Not thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace brig::cli {

constexpr std::size_t kMaxHttpHeader = 8 << 10;
constexpr std::size_t kMaxHttpBody = 256 << 10;
constexpr std::size_t kMaxHttpConnections = 256;  // more are closed at once
constexpr int kHttpPatienceSeconds = 30;          // for a whole request, and for reading the answer

struct HttpRequest {
  std::string method;
  std::string target;  // "/add-checkpoint"
  std::string body;
};

struct HttpAnswer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  // `place` is "127.0.0.1:8340" or "[::1]:8340"; port 0: any that is free.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> Listen(const std::string& place);
  // Where it listens, in the same form.
  [[nodiscard]] std::string place() const;
  // Answers until SIGINT or SIGTERM comes; calls `tick` every second.
  void Run(const std::function<HttpAnswer(const HttpRequest&)>& answer,
           const std::function<void()>& tick);

  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// POSTs to an http:// URL and gives the answer, whatever its status. kUnavailable when there was
// none within the time; kUnsupported for https:// (a proxy before it can speak that).
[[nodiscard]] Result<HttpAnswer> HttpPost(const std::string& url, const std::string& body,
                                          const std::string& type, int patience_s);

}  // namespace brig::cli
