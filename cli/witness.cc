// SPDX-License-Identifier: Apache-2.0
// `brig witness`: keeps other nodes' records honest.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/http.h"
#include "cli/witness_alarm.h"
#include "ledger/witness.h"

namespace brig::cli {
namespace {

std::uint64_t NowSeconds() {
  return static_cast<std::uint64_t>(SystemClock().WallNs() / 1'000'000'000);
}

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "host";
}

// A file may hold many keys, a line each; # begins a comment.
Result<> AddKeys(const std::string& word, std::vector<ledger::VerifierKey>& keys) {
  std::string text = word;
  if (auto content = ReadFile(word)) text = *std::move(content);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line = text.substr(0, end);
    text.erase(0, end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    auto key = ledger::ParseVerifierKey(line);
    if (!key) return Within(fmt::format("--log {}, line {}", word, number), std::move(key).error());
    keys.push_back(*std::move(key));
  }
  return {};
}

// What a label's value may not hold as it is.
std::string Label(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

std::string MetricsOf(const ledger::Witness& witness) {
  std::string size, grown, trouble;
  for (const ledger::WitnessedLog& log : witness.logs()) {
    const std::string label = fmt::format("{{origin=\"{}\"", Label(log.origin));
    size += fmt::format("brig_witness_log_entries{}}} {}\n", label, log.size);
    grown += fmt::format("brig_witness_log_grown_timestamp_seconds{}}} {}\n", label, log.grown_s);
    for (const std::string_view kind : ledger::kAlarmKinds)
      if (kind != "well")
        trouble += fmt::format("brig_witness_log_trouble{},kind=\"{}\"}} {}\n", label, kind,
                               log.trouble == kind ? 1 : 0);
  }
  return "# HELP brig_witness_log_entries Entries of the head cosigned last.\n"
         "# TYPE brig_witness_log_entries gauge\n" +
         size +
         "# HELP brig_witness_log_grown_timestamp_seconds When the log last grew; 0: never seen.\n"
         "# TYPE brig_witness_log_grown_timestamp_seconds gauge\n" +
         grown +
         "# HELP brig_witness_log_trouble 1 while an alarm of this kind holds.\n"
         "# TYPE brig_witness_log_trouble gauge\n" +
         trouble;
}

class WitnessCommand final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "witness",
        .summary = "a server that vouches for the records of other nodes",
        .details =
            "Keeps the latest checkpoint of each log it is told of and cosigns only what continues "
            "it (C2SP tlog-witness, add-checkpoint), so that nobody rewrites a record that it has "
            "seen. It tells when a log forks, shrinks, or stops growing: in a record of its own "
            "below DIRECTORY (`brig --state DIRECTORY events`), to a command, to a web address, "
            "and on /metrics. Run it where the node's root has no say.\n"
            "\n"
            "The log's public key is key.pub beside a node's record. The witness prints its own "
            "at the start; DIRECTORY/key.pub holds it too.",
        .examples = {{"brig witness /var/lib/brig-witness --log node-1.pub",
                      "on port 8340 of this "
                      "host alone"},
                     {"brig witness /srv/w --log logs.pub --listen 0.0.0.0:8340 --silence 900 "
                      "--alarm 'mail -s brig ops'",
                      "for a fleet"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "DIRECTORY",
                    .help = "what the witness keeps",
                    .hint = Hint::kDirectory,
                    .required = true,
                    .target = &directory_});
    flags.Option({.name = "--log",
                  .value_name = "KEY",
                  .help = "a log's public key, or a file of them; may be given several times",
                  .hint = Hint::kFile,
                  .target = &logs_});
    flags.Option({.name = "--listen",
                  .value_name = "PLACE",
                  .help = "address and port (default 127.0.0.1:8340)",
                  .target = &place_});
    flags.Option({.name = "--name",
                  .value_name = "NAME",
                  .help = "what the witness' key is called, when it is made",
                  .target = &name_});
    flags.Option({.name = "--silence",
                  .value_name = "SECONDS",
                  .help = "how long a log may not grow (default 1200; brigd writes every 600)",
                  .target = &silence_s_});
    flags.Option({.name = "--alarm",
                  .value_name = "COMMAND",
                  .help = "run by sh at each alarm, with the alarm as JSON to read",
                  .target = &sinks_.command});
    flags.Option({.name = "--webhook",
                  .value_name = "URL",
                  .help = "the alarm is posted there as JSON",
                  .target = &sinks_.webhook});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string directory_, place_ = "127.0.0.1:8340", name_;
  std::vector<std::string> logs_;
  std::uint64_t silence_s_ = 1200;
  AlarmBell::Sinks sinks_;
};

HttpAnswer Answer(const HttpRequest& request, ledger::Witness& witness, AlarmBell& bell) {
  if (request.method == "GET" && request.target == "/metrics")
    return {200, "text/plain; version=0.0.4", MetricsOf(witness)};
  if (request.target != "/add-checkpoint") return {404, "text/plain; charset=utf-8", "not here\n"};
  if (request.method != "POST") return {405, "text/plain; charset=utf-8", "POST it\n"};
  ledger::WitnessAnswer answer = witness.AddCheckpoint(request.body, NowSeconds());
  if (answer.alarm) bell.Ring(*answer.alarm);
  return {answer.status, std::move(answer.type), std::move(answer.body)};
}

Result<Exit> WitnessCommand::Run(const Session& session) {
  std::vector<ledger::VerifierKey> keys;
  for (const std::string& word : logs_) BRIG_TRY(AddKeys(word, keys));
  if (keys.empty())
    return Fail(ErrorCode::kInvalid,
                "whose logs? give the public key of one at least by --log (key.pub beside a node's "
                "record)");
  if (name_.empty()) name_ = "brig-witness/" + HostName();
  StartLog("witness", LogLevel::kInfo);
  BRIG_TRY(MakeDirectories(directory_, 0700));
  BRIG_ASSIGN(ledger::NamedKey key, ledger::LoadOrMakeKey(directory_ + "/key", name_));
  const std::string name = key.name;
  BRIG_ASSIGN(ledger::Witness witness,
              ledger::Witness::Open(directory_ + "/heads", std::move(key.key), name, keys));
  const std::string public_key = ledger::FormatCosignerKey(witness.key());
  BRIG_TRY(ReplaceFile(directory_ + "/key.pub", public_key + "\n", 0644));
  BRIG_ASSIGN(AlarmBell bell, AlarmBell::Open(directory_, name, sinks_));
  BRIG_ASSIGN(const auto server, HttpServer::Listen(place_));
  BRIG_TRY(bell.Keep("witness_start",
                     fmt::format("{} logs, on {}", witness.logs().size(), server->place())));
  fmt::print(session.out, "witness {}\nlistens on http://{}\n", public_key, server->place());
  std::fflush(session.out);
  server->Run([&](const HttpRequest& request) { return Answer(request, witness, bell); },
              [&] {
                for (const ledger::Alarm& alarm : witness.FindSilent(NowSeconds(), silence_s_))
                  bell.Ring(alarm);
              });
  BRIG_TRY(bell.Keep("witness_stop", "told to stop"));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeWitness() { return std::make_unique<WitnessCommand>(); }

}  // namespace brig::cli
