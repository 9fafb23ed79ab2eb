// SPDX-License-Identifier: Apache-2.0
#include "agent/request.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <optional>

#include "base/bytes.h"

namespace brig::agent {
namespace {

std::optional<Command> CommandOf(std::string_view name) {
  if (name == "status") return Command::kStatus;
  if (name == "containers") return Command::kContainers;
  if (name == "ps") return Command::kPs;
  if (name == "findings") return Command::kFindings;
  if (name == "follow") return Command::kFollow;
  if (name == "drill") return Command::kDrill;
  return std::nullopt;
}

}  // namespace

Result<Request> ParseRequest(std::string_view line) {
  if (line.size() > kMaxRequestBytes)
    return Fail(ErrorCode::kLimit, fmt::format("request of more than {} bytes", kMaxRequestBytes));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, "request is not a JSON object on one line");
  std::uint64_t version = 0;
  if (object["version"].get(version) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, "request has no version");
  if (version != 1)
    return Fail(ErrorCode::kUnsupported, fmt::format("request of version {}, this is 1", version));
  std::string_view name;
  if (object["command"].get(name) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, "request has no command");
  const auto command = CommandOf(name);
  if (!command)
    return Fail(ErrorCode::kInvalid, fmt::format("unknown command {}", Printable(name, 64)));
  Request request{.command = *command, .container = "", .text = "", .all = false};
  simdjson::dom::element member;
  if (object["all"].get(member) == simdjson::SUCCESS &&
      member.get(request.all) != simdjson::SUCCESS)
    return Fail(ErrorCode::kInvalid, "all is neither true nor false");
  std::string_view container;
  if (object["container"].get(container) == simdjson::SUCCESS) request.container = container;
  if (request.command == Command::kPs && request.container.empty())
    return Fail(ErrorCode::kInvalid, "ps needs a container");
  std::string_view text;
  if (object["text"].get(text) == simdjson::SUCCESS) request.text = text;
  if (request.command == Command::kDrill && request.text.empty())
    return Fail(ErrorCode::kInvalid, "drill needs a text");
  return request;
}

}  // namespace brig::agent
