// SPDX-License-Identifier: Apache-2.0
#include "cli/live_records.h"

namespace brig::cli {

Result<LiveRecords> LiveRecords::Start(const std::string& socket_path, bool all) {
  BRIG_ASSIGN(Client client, Client::Connect(socket_path));
  BRIG_TRY(client.Ask({"follow", {{"all", all ? "true" : "false"}}}));
  BRIG_ASSIGN(const std::optional<Answer> answer, client.Next(kAnswerTimeout));
  if (!answer)
    return Fail(ErrorCode::kUnavailable, "brigd does not answer: see its log, or try again");
  if (answer->kind != Answer::Kind::kFollowing)
    return Fail(ErrorCode::kInvalid,
                "brigd did not say that it follows: is it of another version?");
  return LiveRecords(std::move(client));
}

void LiveRecords::AlreadySeen(const Record& record) {
  recent_.push_back(record);
  if (recent_.size() > kMaxRemembered) recent_.pop_front();
}

Result<std::optional<LiveRecord>> LiveRecords::Use(Result<std::optional<Answer>> answer) {
  if (!answer) return std::unexpected(std::move(answer).error());
  if (!*answer) return std::nullopt;
  const Answer& got = **answer;
  if (got.kind == Answer::Kind::kEnd)
    return Fail(ErrorCode::kUnavailable, "brigd has stopped: start it again with `brig up`");
  if (got.kind == Answer::Kind::kSkipped) return LiveRecord{{}, got.skipped};
  if (got.kind != Answer::Kind::kItem) return std::nullopt;
  // Disk and socket write a record the same way, so equal records are equal lines.
  for (; !recent_.empty(); recent_.pop_front()) seen_.insert(ToJson(recent_.front()));
  if (seen_.erase(got.line) > 0) return std::nullopt;
  auto record = ReadRecord(got.line);
  if (!record) return Within("a record from brigd", std::move(record).error());
  return LiveRecord{*std::move(record), 0};
}

Result<std::optional<LiveRecord>> LiveRecords::Next(std::chrono::milliseconds timeout) {
  return Use(client_.Next(timeout));
}

Result<std::optional<LiveRecord>> LiveRecords::Take() { return Use(client_.Take()); }

}  // namespace brig::cli
