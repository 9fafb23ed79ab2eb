// SPDX-License-Identifier: Apache-2.0
#include "cli/witness_alarm.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "cli/http.h"
#include "model/record.h"

namespace brig::cli {
namespace {

constexpr std::uint64_t kSegmentBytes = 1 << 20;  // alarms are few
constexpr int kWebhookSeconds = 20;
constexpr unsigned kCommandSeconds = 60;

// In a process of its own. Does not return.
[[noreturn]] void TellWebhook(const std::string& url, const std::string& json) {
  const auto answer = HttpPost(url, json, "application/json", kWebhookSeconds);
  if (!answer) LogError("alarm: {}", answer.error().message);
  if (answer && answer->status / 100 != 2)
    LogError("alarm: {} answered with status {}", url, answer->status);
  ::_exit(0);
}

[[noreturn]] void TellCommand(const std::string& command, const std::string& json) {
  const UniqueFd input(::memfd_create("alarm", 0));
  const bool ready = input && WriteAll(input.get(), json) &&
                     ::lseek(input.get(), 0, SEEK_SET) == 0 &&
                     ::dup2(input.get(), STDIN_FILENO) == STDIN_FILENO;
  ::close_range(STDERR_FILENO + 1, ~0U, 0);  // the server's sockets are not the command's
  ::signal(SIGCHLD, SIG_DFL);
  ::alarm(kCommandSeconds);  // survives exec
  if (ready) ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  LogError("alarm: cannot run the command");
  ::_exit(1);
}

}  // namespace

std::string ToJson(const ledger::Alarm& alarm, const std::string& witness, std::int64_t wall_ns) {
  const nlohmann::ordered_json json = {{"kind", alarm.kind}, {"origin", alarm.origin},
                                       {"text", alarm.text}, {"evidence", alarm.evidence},
                                       {"witness", witness}, {"time", FormatTime(wall_ns)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<AlarmBell> AlarmBell::Open(const std::string& directory, const std::string& witness,
                                  Sinks sinks) {
  BRIG_ASSIGN(ledger::NamedKey key,
              ledger::LoadOrMakeKey(directory + "/ledger-key", witness + "/record"));
  AlarmBell bell(witness, std::move(key), std::move(sinks));
  ledger::WriterOptions options;
  options.key = {bell.key_.name, bell.key_.key.public_key()};
  options.segment_bytes = kSegmentBytes;
  BRIG_ASSIGN(bell.writer_, ledger::Writer::Open(directory + "/ledger", options));
  // Children are not waited for: they tell and go.
  ::signal(SIGCHLD, SIG_IGN);
  return bell;
}

Result<> AlarmBell::Keep(const std::string& what, const std::string& text) {
  const Bytes record = EncodeRecord(Notice{SystemClock().WallNs(), what, text});
  const ByteView view = record;
  BRIG_TRY(writer_->Append(std::span(&view, 1), ledger::Priority::kCritical));
  BRIG_TRY(writer_->Checkpoint([&](const ledger::CheckpointBody& body) {
    return ledger::SignCheckpoint(key_.key, key_.name, body);
  }));
  return {};
}

void AlarmBell::Ring(const ledger::Alarm& alarm) {
  LogWarn("alarm: {}: {}", alarm.kind, Printable(alarm.text));
  const std::string evidence = alarm.evidence.empty() ? "" : "\n" + alarm.evidence;
  if (const auto kept = Keep("witness_" + alarm.kind, alarm.text + evidence); !kept)
    LogError("alarm: not kept: {}", kept.error().message);
  const std::string json = ToJson(alarm, witness_, SystemClock().WallNs()) + "\n";
  if (!sinks_.webhook.empty() && ::fork() == 0) TellWebhook(sinks_.webhook, json);
  if (!sinks_.command.empty() && ::fork() == 0) TellCommand(sinks_.command, json);
}

}  // namespace brig::cli
