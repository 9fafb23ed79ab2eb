// SPDX-License-Identifier: Apache-2.0
// Cgroups and container engines; brig itself, its disk and its privileges.
#include <fmt/format.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/file.h"
#include "cli/client.h"
#include "cli/host.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

struct Engine {
  std::string_view name, socket;
  bool docker_like;  // answers GET /version
};
constexpr std::array kEngines = {Engine{"docker", "/run/docker.sock", true},
                                 Engine{"podman", "/run/podman/podman.sock", true},
                                 Engine{"containerd", "/run/containerd/containerd.sock", false},
                                 Engine{"cri-o", "/run/crio/crio.sock", false}};
constexpr int kEngineTimeoutMs = 1000;
constexpr std::size_t kMaxAnswer = 65536;
constexpr std::uint64_t kGigabyte = 1 << 30;

bool IsSocket(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode);
}

// The whole answer to a request, as long as it comes in time; "" when nothing did.
std::string AskHttp(const std::string& path, std::string_view request) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return "";
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return "";
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return "";
  std::string answer;
  while (answer.size() < kMaxAnswer) {
    pollfd waiting{fd.get(), POLLIN, 0};
    std::array<char, 8192> block{};
    if (::poll(&waiting, 1, kEngineTimeoutMs) <= 0) break;
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got <= 0) break;
    answer.append(block.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

std::string VersionOf(const std::string& answer) {
  const std::size_t body = answer.find('{');
  if (body == std::string::npos) return "";
  const auto json = nlohmann::json::parse(answer.substr(body), nullptr, false);
  const auto version = json.is_object() ? json.find("Version") : json.end();
  return json.is_object() && version != json.end() && version->is_string()
             ? Safe(version->get<std::string>(), 40)
             : "";
}

Check EngineCheck(const HostPlaces& places, const Engine& engine) {
  const std::string socket = places.root + std::string(engine.socket);
  const std::string name(engine.name);
  if (!engine.docker_like) return {name, Health::kOk, fmt::format("socket {}", socket), ""};
  const std::string answer = AskHttp(socket, "GET /version HTTP/1.0\r\nHost: brig\r\n\r\n");
  const std::string version = VersionOf(answer);
  if (!version.empty()) return {name, Health::kOk, fmt::format("{} at {}", version, socket), ""};
  return {name, Health::kDegraded, fmt::format("{} gives no answer", socket),
          "see whether the engine runs and you may use its socket; without it containers have no "
          "names"};
}

Check Cgroups(const HostPlaces& places) {
  const auto mounts = ReadFile(places.root + "/proc/self/mounts", 1 << 20);
  const bool v2 = mounts && mounts->find(" cgroup2 ") != std::string::npos;
  const bool v1 = mounts && mounts->find(" cgroup ") != std::string::npos;
  if (v2 && v1) return {"cgroups", Health::kOk, "hybrid: version 2 beside version 1", ""};
  if (v2) return {"cgroups", Health::kOk, "version 2", ""};
  return {
      "cgroups", Health::kDegraded, v1 ? "version 1 alone" : "not mounted",
      "boot with systemd.unified_cgroup_hierarchy=1: naming containers is surer with version 2"};
}

std::vector<std::string> MissingCapabilities(const HostPlaces& places) {
  constexpr std::array<std::pair<int, std::string_view>, 4> kNeeded = {
      {{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
       {CAP_BPF, "CAP_BPF"},
       {CAP_PERFMON, "CAP_PERFMON"},
       {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}}};
  const auto status = ReadFile(places.root + "/proc/self/status", 65536);
  constexpr std::string_view kKey = "CapEff:\t";
  const std::size_t at = status ? status->find(kKey) : std::string::npos;
  std::vector<std::string> missing;
  if (at == std::string::npos) return missing;
  std::uint64_t effective = 0;
  const char* const digits = status->data() + at + kKey.size();
  std::from_chars(digits, status->data() + status->size(), effective, 16);
  for (const auto& [bit, name] : kNeeded)
    if ((effective >> bit & 1) == 0) missing.emplace_back(name);
  return missing;
}

Check Disk(const HostPlaces& places) {
  std::string directory = places.state;
  struct statvfs space{};
  while (directory.size() > 1 && ::statvfs(directory.c_str(), &space) != 0)
    directory = directory.substr(0, std::max<std::size_t>(directory.rfind('/'), 1));
  if (::statvfs(directory.c_str(), &space) != 0)
    return {"disk", Health::kMissing, places.state + " cannot be reached",
            "give --state another directory"};
  const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
  const std::string found = fmt::format("{} free for {}", HumanBytes(free), places.state);
  if ((space.f_flag & ST_RDONLY) != 0)
    return {"disk", Health::kMissing, places.state + " is read-only",
            "give --state another directory"};
  if (free < kGigabyte / 4)
    return {"disk", Health::kMissing, found, "make room, or give --state another directory"};
  if (free < kGigabyte)
    return {"disk", Health::kDegraded, found, "make room: a busy host fills this in days"};
  return {"disk", Health::kOk, found, ""};
}

Check Agent(const HostPlaces& places) {
  const auto lines = AskAll(places.run + "/brig.sock", {"status", {}});
  if (!lines) {
    const bool off = lines.error().code == ErrorCode::kUnavailable;
    return {"brigd", Health::kDegraded,
            off ? "not running, or not answering" : lines.error().message,
            off ? "start it with `brig up`" : "see its log"};
  }
  const auto status = lines->size() == 1 ? ReadStatus(lines->front())
                                         : Result<Status>(Fail(ErrorCode::kInvalid, "no status"));
  if (!status)
    return {"brigd", Health::kDegraded, "answers rubbish: " + status.error().message,
            "start it again"};
  return {"brigd", Health::kOk, fmt::format("{} runs", Safe(status->version)), ""};
}

}  // namespace

std::vector<Check> CheckContainers(const HostPlaces& places) {
  std::vector<Check> checks = {Cgroups(places)};
  for (const Engine& engine : kEngines)
    if (IsSocket(places.root + std::string(engine.socket)))
      checks.push_back(EngineCheck(places, engine));
  if (checks.size() == 1)
    checks.push_back(
        {"engines", Health::kDegraded, "no socket of docker, podman, containerd or cri-o",
         "install one, such as docker.io; containers made without an engine are seen too"});
  return checks;
}

std::vector<Check> CheckSelf(const HostPlaces& places) {
  std::vector<Check> checks;
  if (::geteuid() == 0)
    checks.push_back({"root", Health::kOk, "yes", ""});
  else
    checks.push_back(
        {"root", Health::kMissing, fmt::format("no, uid {}", ::geteuid()), "run it with sudo"});
  const auto missing = MissingCapabilities(places);
  if (missing.empty())
    checks.push_back({"capabilities", Health::kOk, "all that brigd needs", ""});
  else
    checks.push_back({"capabilities", Health::kMissing,
                      fmt::format("without {}", fmt::join(missing, ", ")),
                      "run it as root, outside a confined container"});
  checks.push_back(Disk(places));
  checks.push_back(Agent(places));
  return checks;
}

}  // namespace brig::cli
