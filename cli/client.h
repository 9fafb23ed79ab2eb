// SPDX-License-Identifier: Apache-2.0
// Asks brigd over its socket: one line of JSON there, lines of JSON back. A connection carries one
// request. Everything is bounded: a line, an answer, the time without one. Not thread safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "cli/json_reader.h"

namespace brig::cli {

inline constexpr std::chrono::seconds kAnswerTimeout{5};
inline constexpr std::size_t kMaxAnswerBytes = 256 << 20;  // of one request, followed ones apart

// Bytes in any pieces become lines.
class LineBuffer {
 public:
  void Add(std::string_view bytes);
  // The next whole line, or nothing yet. kLimit when one is longer than kMaxJsonBytes.
  [[nodiscard]] Result<std::optional<std::string>> Next();

 private:
  std::string bytes_;
  std::size_t searched_ = 0;  // no newline before this
};

struct Request {
  std::string command;
  std::vector<std::pair<std::string, std::string>> fields;  // name, value as JSON
  [[nodiscard]] std::string ToLine() const;
};

class Client {
 public:
  // kUnavailable when nobody listens there: the message says how to start brigd.
  [[nodiscard]] static Result<Client> Connect(const std::string& socket_path);
  explicit Client(UniqueFd connected) : fd_(std::move(connected)) {}

  [[nodiscard]] Result<> Ask(const Request& request);
  // Waits for the next answer; nothing when the time is over. Never kError: that becomes the Error.
  [[nodiscard]] Result<std::optional<Answer>> Next(std::chrono::milliseconds timeout);
  // An answer that has arrived already, or nothing. Reads at most one block, so never waits.
  [[nodiscard]] Result<std::optional<Answer>> Take();
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  // Reads a block if one is there. False: there is none now.
  [[nodiscard]] Result<bool> Fill();
  [[nodiscard]] Result<std::optional<Answer>> Buffered();

  UniqueFd fd_;
  LineBuffer lines_;
};

// The items of a whole answer, as JSON lines.
[[nodiscard]] Result<std::vector<std::string>> AskAll(const std::string& socket_path,
                                                      const Request& request);
// The same on a connected client.
[[nodiscard]] Result<std::vector<std::string>> AskAll(Client& client, const Request& request);

}  // namespace brig::cli
