// SPDX-License-Identifier: Apache-2.0
// brigd: reads the command line, then is the warden, or with --role one of the warden's children.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>

#include "agent/canary.h"
#include "agent/courier.h"
#include "agent/engine.h"
#include "agent/loader.h"
#include "agent/reader.h"
#include "agent/scribe.h"
#include "agent/settings.h"
#include "agent/signer.h"
#include "agent/warden.h"
#include "base/log.h"

namespace brig::agent {
namespace {

constexpr int kUsageError = 2;
constexpr std::size_t kMaxPathBytes = 4095;  // what the kernel takes
constexpr std::size_t kMaxPlaces = 6;        // of a kind: all options fit into one message

// Directories and sockets: paths from the root, neither too long nor too many.
Result<> CheckPlaces(const Options& options) {
  std::vector<std::string> paths = {options.state, options.run};
  for (const auto& places : {options.docker_sockets, options.runtime_roots}) {
    if (places.size() > kMaxPlaces)
      return Fail(ErrorCode::kLimit, fmt::format("{} times --docker or --runtime-root: at most {}",
                                                 places.size(), kMaxPlaces));
    std::ranges::copy(places, std::back_inserter(paths));
  }
  for (const std::string& path : paths) {
    if (path.size() > kMaxPathBytes)
      return Fail(ErrorCode::kInvalid,
                  fmt::format("a path of {} bytes: at most {}", path.size(), kMaxPathBytes));
    if (!path.starts_with('/'))
      return Fail(ErrorCode::kInvalid, fmt::format("`{}` is not an absolute path", path));
  }
  return {};
}

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

int RunRole(const std::string& name) {
  const auto role = RoleOf(name);
  if (!role || *role == Role::kWarden) {
    LogError("--role is for brigd's own use");
    return kUsageError;
  }
  StartLog(name, LogLevel::kInfo);
  auto start = ReceiveStart(*role);
  if (!start) {
    LogError("start: {}", start.error().message);
    return kUsageError;
  }
  StartLog(name, start->setup.options.debug ? LogLevel::kDebug : LogLevel::kInfo);
  switch (*role) {
    case Role::kLoader: return RunLoader(*std::move(start));
    case Role::kReader: return RunReader(*std::move(start));
    case Role::kEngine: return RunEngine(*std::move(start));
    case Role::kScribe: return RunScribe(*std::move(start));
    case Role::kSigner: return RunSigner(*std::move(start));
    case Role::kCourier: return RunCourier(*std::move(start));
    case Role::kCanary: return RunCanary(*std::move(start));
    case Role::kWarden: break;
  }
  return kUsageError;
}

int Main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--role") return RunRole(argv[2]);
  Options options;
  options.node = HostName();
  std::vector<std::string> modes, surface, dockers, runtimes;
  std::string keep = "default", policy;
  bool foreground = false;
  CLI::App app("brigd guards the containers of this host. It runs in the foreground until SIGTERM.",
               "brigd");
  app.set_version_flag("--version", "brigd " BRIG_VERSION);
  app.add_option("--state", options.state, "directory of the ledger and the signing key")
      ->take_last()
      ->capture_default_str();
  app.add_option("--run", options.run, "directory of the clients' socket")
      ->take_last()
      ->capture_default_str();
  app.add_option("--policy", policy, "the policy file [/etc/brig/brig.yaml, if there is one]")
      ->take_last();
  app.add_option("--mode", modes,
                 "what happens when an invariant is broken: I1=watch (default), I1=refuse, "
                 "I1=kill, I1=off; all=refuse for every one; repeatable");
  app.add_option("--surface", surface,
                 "what containers may use of a part of the kernel: io_uring=allow, =watch or "
                 "=refuse; repeatable");
  app.add_option("--keep", keep, "which records the ledger keeps: default, or all with telemetry")
      ->check(CLI::IsMember({"default", "all"}))
      ->capture_default_str();
  app.add_option("--docker", dockers, "socket of a Docker engine, repeatable [/run/docker.sock]");
  app.add_option("--runtime-root", options.runtime_roots,
                 "directory with runc's state, besides the usual ones; repeatable");
  app.add_option("--runtime", runtimes,
                 "program that may start and enter containers, besides the usual; "
                 "/path@sha256:HEX holds it to that content; repeatable");
  app.add_option("--rules", options.rules,
                 "rule file in Falco's language, or a directory of such; repeatable, in order");
  app.add_flag("--debug", options.debug, "say more on stderr");
  app.add_flag("--foreground", foreground, "the only way it runs; accepted for clarity");
  app.footer("Examples:\n  brigd\n  brigd --mode I1=kill --mode I5=kill --state /srv/brig");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  StartLog("brigd", options.debug ? LogLevel::kDebug : LogLevel::kInfo);
  // Here brigd is still one process with all rights: the policy is root's own file, and nothing
  // else is parsed before the processes part (docs/privileges.md).
  auto step = TakePolicy(options, policy);
  for (const std::string& mode : modes)
    if (step) step = SetMode(options, mode);
  for (const std::string& setting : surface)
    if (step) step = SetSurface(options, setting);
  for (const std::string& runtime : runtimes)
    if (step) step = AddRuntime(options, runtime);
  if (!step) {
    LogError("{}", step.error().message);
    return kUsageError;
  }
  options.keep = keep == "all" ? Keep::kAll : Keep::kDefault;
  if (!dockers.empty()) options.docker_sockets = dockers;
  const auto places = CheckPlaces(options);
  if (!places) {
    LogError("{}", places.error().message);
    return kUsageError;
  }
  ::clearenv();
  return RunWarden(options);
}

}  // namespace
}  // namespace brig::agent

int main(int argc, char** argv) { return brig::agent::Main(argc, argv); }
