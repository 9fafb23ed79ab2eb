// SPDX-License-Identifier: Apache-2.0
#include "drill/host_state.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "drill/words.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kClockStepNs = 100'000'000'000;
constexpr int kOneProcess = 1;  // IOPRIO_WHO_PROCESS, whose header is none for C++

std::string LinkOf(const std::string& path) {
  std::error_code error;
  return fs::read_symlink(path, error).string();
}

std::string StateOfOne(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return "none";
  char attribute[64] = {};
  const ssize_t size =
      ::lgetxattr(path.c_str(), "trusted.brig-drill", attribute, sizeof attribute - 1);
  const std::string content = S_ISREG(info.st_mode) ? ReadFile(path).value_or("unreadable") : "";
  return fmt::format("{} {:o} {}:{} {} {}.{} {} {}\n{}\n", path, info.st_mode, info.st_uid,
                     info.st_gid, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                     info.st_nlink, size, content);
}

// The lines of /proc/PID/status that others can change.
std::string StatusLines(pid_t pid) {
  const auto status = ReadFile(fmt::format("/proc/{}/status", pid));
  if (!status) return "gone";
  std::string kept;
  std::istringstream lines(*status);
  for (std::string line; std::getline(lines, line);) {
    // Asleep and running are the same to us.
    if (line.starts_with("State:\t"))
      kept += line.find_first_of("RSD", 7) == 7 ? "alive\n" : line.substr(0, 8) + "\n";
    if (line.starts_with("TracerPid") || line.starts_with("Cpus_allowed:")) kept += line + "\n";
  }
  return kept;
}

std::string FieldOf(const std::string& path, std::string_view name) {
  std::istringstream lines(ReadFile(path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.substr(0, colon) != name) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

bool HoldsFile(pid_t pid, std::string_view suffix, bool for_writing) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", pid), error)) {
    const std::string number = entry.path().filename().string();
    if (!LinkOf(entry.path()).ends_with(suffix)) continue;
    const std::string flags =
        FieldOf(fmt::format("/proc/{}/fdinfo/{}", pid, number), "flags");  // octal
    if (!for_writing || (!flags.empty() && (flags.back() == '1' || flags.back() == '2')))
      return true;
  }
  return false;
}

bool HasCode(pid_t pid, std::string_view suffix) {
  std::istringstream lines(ReadFile(fmt::format("/proc/{}/maps", pid)).value_or(""));
  for (std::string line; std::getline(lines, line);)
    if (line.ends_with(suffix) &&
        line.substr(0, line.find(' ', line.find(' ') + 1)).ends_with("xp"))
      return true;
  return false;
}

std::string NamespaceOf(const std::string& pid, const std::string& kind) {
  return LinkOf(fmt::format("/proc/{}/ns/{}", pid, kind));
}

// A gain counts when it has been used: when a program was executed with it.
bool HasStartedHolder(pid_t pid) {
  return ReadFile(fmt::format("/proc/{}/cmdline", pid))
      .value_or("")
      .ends_with(std::string_view("hold\0", 5));
}

bool HasCapability(pid_t pid, const std::string& number) {
  const std::string text = FieldOf(fmt::format("/proc/{}/status", pid), "CapEff");
  std::uint64_t set = 0;
  unsigned bit = 0;
  std::from_chars(text.data(), text.data() + text.size(), set, 16);
  std::from_chars(number.data(), number.data() + number.size(), bit);
  return bit < 64 && (set >> bit & 1) != 0;
}

}  // namespace

std::string StateOfFile(const std::string& path) {
  const fs::path canary(path);
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(canary.parent_path(), error))
    if (entry.path().filename().string().starts_with(canary.filename().string()))
      found.push_back(entry.path().string());
  std::ranges::sort(found);
  std::string state;
  for (const std::string& each : found) state += StateOfOne(each);
  return state;
}

std::string StateOfProcess(pid_t pid) {
  const std::string status = StatusLines(pid);
  if (status == "gone" || status.find("alive") == std::string::npos) return status;
  const std::string directory = fmt::format("/proc/{}/", pid);
  std::string state = status;
  for (const char* name : {"limits", "oom_score_adj", "coredump_filter", "cgroup", "comm"})
    state += ReadFile(directory + name).value_or("");
  return fmt::format("{}nice {} policy {} io {}", state,
                     ::getpriority(PRIO_PROCESS, static_cast<id_t>(pid)), ::sched_getscheduler(pid),
                     ::syscall(SYS_ioprio_get, kOneProcess, pid));
}

std::string StateOfSetting(std::string_view setting) {
  if (setting != "clock") return ReadFile(std::string(setting)).value_or("");
  const std::int64_t offset = SystemClock().WallNs() - SystemClock().BootNs();
  return std::to_string((offset + kClockStepNs / 2) / kClockStepNs);
}

bool Holds(pid_t pid, std::string_view proof) {
  const auto [kind, value] = KeyAndValue(proof);
  const std::string directory = fmt::format("/proc/{}/", pid);
  if (kind == "write") return HoldsFile(pid, value, true);
  if (kind == "file") return HoldsFile(pid, value, false);
  if (kind == "program") {
    const std::string children =
        ReadFile(fmt::format("{0}task/{1}/children", directory, pid)).value_or("");
    for (const std::string& each : WordsOf(children))
      if (LinkOf(fmt::format("/proc/{}/exe", each)).starts_with(value)) return true;
    return LinkOf(directory + "exe").starts_with(value);
  }
  if (kind == "code") return HasCode(pid, value);
  if (kind == "capability") return HasCapability(pid, value) && HasStartedHolder(pid);
  if (kind == "privileges")
    return FieldOf(directory + "status", "NoNewPrivs") == "0" && HasStartedHolder(pid);
  if (kind == "tracer")
    return FieldOf(directory + "status", "TracerPid") != "0" && HasStartedHolder(pid);
  const std::size_t colon = value.find(':');
  const std::string space = NamespaceOf(std::to_string(pid), value.substr(0, colon));
  if (kind == "root") return LinkOf(directory + "root") == value && HasStartedHolder(pid);
  if (kind == "mount")
    return ReadFile(directory + "mountinfo").value_or("").find(" " + value + " ") !=
           std::string::npos;
  if (kind == "out") return !space.empty() && space != NamespaceOf("self", value);
  return kind == "in" && !space.empty() && HasStartedHolder(pid) &&
         space == NamespaceOf(value.substr(colon + 1), value.substr(0, colon));
}

bool IsLeft(std::string_view proof) {
  const auto [kind, path] = KeyAndValue(proof);
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return false;
  if (kind == "setuid") return S_ISREG(info.st_mode) && (info.st_mode & S_ISUID) != 0;
  if (kind == "setgid") return S_ISREG(info.st_mode) && (info.st_mode & S_ISGID) != 0;
  if (kind == "capability") return ::lgetxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
  if (kind == "device") return S_ISBLK(info.st_mode) || S_ISCHR(info.st_mode);
  return kind == "link" && S_ISLNK(info.st_mode);
}

}  // namespace brig::drill
