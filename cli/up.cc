// SPDX-License-Identifier: Apache-2.0
// `brig up`: starts brigd here and shows what it sees; ends with it.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/live_loop.h"

namespace brig::cli {
namespace {

class Up final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "up",
        .summary = "start brigd here and show what it sees; Ctrl-C stops it",
        .details =
            "Starts the agent, brigd, on this host and shows the live view: the protection meter, "
            "the "
            "containers, the findings as they come. q or Ctrl-C stops brigd in order. Needs root.\n"
            "\n"
            "Without a terminal, or with --plain, it prints a line for each finding and container "
            "instead. To run brigd for good, use its systemd unit and `brig top`.",
        .examples = {{"brig up", "watch this host"},
                     {"brig up --mode I1=kill --plain",
                      "kill what reaches for the host's files, print lines"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option(
        {.name = "--mode",
         .value_name = "I1=kill",
         .help = "what happens when an invariant is broken: watch (default), refuse, kill or off; "
                 "all=refuse for every one; may be given several times",
         .target = &modes_});
    flags.Option({.name = "--policy",
                  .value_name = "FILE",
                  .help = "the policy file (default /etc/brig/brig.yaml, if there is one)",
                  .hint = Hint::kFile,
                  .target = &policy_});
    flags.Option({.name = "--surface",
                  .value_name = "io_uring=refuse",
                  .help = "what containers may use of a part of the kernel: allow, watch or "
                          "refuse; may be given several times",
                  .target = &surface_});
    flags.Option({.name = "--keep",
                  .value_name = "WHAT",
                  .help = "which records are kept: default, or all with telemetry",
                  .choices = {"default", "all"},
                  .target = &keep_});
    flags.Option(
        {.name = "--docker",
         .value_name = "SOCKET",
         .help = "a Docker engine's socket (default /run/docker.sock); may be given several times",
         .hint = Hint::kFile,
         .target = &dockers_});
    flags.Option({.name = "--runtime-root",
                  .value_name = "DIR",
                  .help = "where else runc keeps its state; may be given several times",
                  .hint = Hint::kDirectory,
                  .target = &runtime_roots_});
    flags.Option({.name = "--debug", .help = "let brigd say more", .target = &debug_});
    flags.Option({.name = "--plain", .help = "lines instead of the screen", .target = &plain_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  [[nodiscard]] std::vector<std::string> AgentArguments(const Globals& globals) const;
  std::vector<std::string> modes_, surface_, dockers_, runtime_roots_;
  std::string keep_, policy_;
  bool debug_ = false, plain_ = false;
};

std::vector<std::string> Up::AgentArguments(const Globals& globals) const {
  std::vector<std::string> arguments = {"--foreground", "--state", globals.state, "--run",
                                        globals.run};
  const auto add_all = [&](const std::string& flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) arguments.insert(arguments.end(), {flag, value});
  };
  add_all("--mode", modes_);
  add_all("--surface", surface_);
  add_all("--docker", dockers_);
  add_all("--runtime-root", runtime_roots_);
  if (!policy_.empty()) add_all("--policy", {policy_});
  if (!keep_.empty()) add_all("--keep", {keep_});
  if (debug_) arguments.emplace_back("--debug");
  return arguments;
}

Result<Exit> Up::Run(const Session& session) {
  if (Client::Connect(session.socket_path()))
    return Fail(
        ErrorCode::kUnavailable,
        fmt::format("brigd runs here already (it answers at {}): look with `brig top`, or give "
                    "--run and --state for a second one",
                    session.socket_path()));
  if (::geteuid() != 0)
    return Fail(ErrorCode::kDenied, "brigd must be started by root: try `sudo brig up`");
  BRIG_ASSIGN(const std::string program, FindAgent());
  const bool plain =
      plain_ || session.globals.json || ::isatty(STDOUT_FILENO) != 1 || ::isatty(STDIN_FILENO) != 1;
  BRIG_ASSIGN(AgentProcess agent, AgentProcess::Start(program, AgentArguments(session.globals)));
  return LiveLoop(session, &agent, plain).Run();
}

}  // namespace

std::unique_ptr<Command> MakeUp() { return std::make_unique<Up>(); }

}  // namespace brig::cli
