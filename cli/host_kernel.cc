// SPDX-License-Identifier: Apache-2.0
// What the kernel says about itself.
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <optional>

#include "base/file.h"
#include "cli/host.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

// A small file without its last newline; nothing when it cannot be read.
std::optional<std::string> Line(const HostPlaces& places, const std::string& path) {
  auto content = ReadFile(places.root + path, 65536);
  if (!content) return std::nullopt;
  while (content->ends_with('\n')) content->pop_back();
  return Safe(*content);
}

bool IsDirectory(const HostPlaces& places, const std::string& path) {
  struct stat about{};
  return ::stat((places.root + path).c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

Check Btf(const HostPlaces& places) {
  struct stat about{};
  if (::stat((places.root + "/sys/kernel/btf/vmlinux").c_str(), &about) == 0)
    return {"BTF", Health::kOk, "present", ""};
  return {"BTF", Health::kMissing, "no /sys/kernel/btf/vmlinux",
          "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, as Debian's and Ubuntu's are"};
}

Check Tracefs(const HostPlaces& places) {
  for (const std::string path : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"})
    if (IsDirectory(places, path + "/events")) return {"tracefs", Health::kOk, "at " + path, ""};
  const auto known = Line(places, "/proc/filesystems");
  if (known && known->find("tracefs") != std::string::npos)
    return {"tracefs", Health::kOk, "not mounted: brigd mounts it for itself", ""};
  return {"tracefs", Health::kMissing, "unknown to this kernel",
          "boot a kernel with CONFIG_FTRACE=y and CONFIG_EVENT_TRACING=y"};
}

Check LsmList(const HostPlaces& places) {
  const auto list = Line(places, "/sys/kernel/security/lsm");
  if (!list)
    return {"LSM list", Health::kDegraded, "cannot be read: securityfs is not mounted",
            "mount -t securityfs none /sys/kernel/security"};
  if ((*list + ",").find("bpf,") != std::string::npos) return {"LSM list", Health::kOk, *list, ""};
  return {"LSM list", Health::kDegraded, *list + ": no bpf",
          "for the guard layer, add lsm=" + *list + ",bpf to the kernel's command line"};
}

Check Switch(const HostPlaces& places) {
  const auto value = Line(places, "/proc/sys/kernel/ftrace_enabled");
  if (value && *value == "0")
    return {"ftrace_enabled", Health::kDegraded, "0: every LSM and fentry program is silent",
            "sysctl kernel.ftrace_enabled=1 (what brig runs today goes on regardless)"};
  return {"ftrace_enabled", Health::kOk, value ? *value : "no such switch", ""};
}

Check Audit(const HostPlaces& places) {
  const auto login = Line(places, "/proc/self/loginuid");
  if (!login)
    return {"login uid", Health::kDegraded,
            "this kernel keeps none: people are told by the engine's caller alone",
            "boot a kernel with CONFIG_AUDIT=y"};
  if (*login == "4294967295")
    return {
        "login uid", Health::kDegraded, "kept, but not set for this session",
        "log in through a PAM service with pam_loginuid (sshd, login), so that acts carry a name"};
  return {"login uid", Health::kOk, "kept; this session's is " + *login, ""};
}

Check Uring(const HostPlaces& places) {
  const auto value = Line(places, "/proc/sys/kernel/io_uring_disabled");
  if (!value)
    return {"io_uring", Health::kOk, "no switch: on or not built in; brig watches it", ""};
  constexpr std::array<std::string_view, 3> kMeanings = {"on for everybody; brig watches it",
                                                         "off for the unprivileged", "off"};
  const std::size_t index = value->size() == 1 ? static_cast<std::size_t>((*value)[0] - '0') : 3;
  return {"io_uring", Health::kOk,
          index < kMeanings.size() ? std::string(kMeanings[index]) : "setting " + *value, ""};
}

Check UnprivilegedBpf(const HostPlaces& places) {
  const auto value = Line(places, "/proc/sys/kernel/unprivileged_bpf_disabled");
  if (value && *value == "0")
    return {"unprivileged bpf", Health::kDegraded, "everybody may load programs",
            "sysctl kernel.unprivileged_bpf_disabled=2"};
  return {"unprivileged bpf", Health::kOk, value ? "off" : "no such switch", ""};
}

Check Lockdown(const HostPlaces& places) {
  const auto value = Line(places, "/sys/kernel/security/lockdown");
  if (value && value->find("[confidentiality]") != std::string::npos)
    return {"lockdown", Health::kDegraded, "confidentiality: classic tracepoints are refused",
            "use lockdown=integrity where this host's policy allows it"};
  return {"lockdown", Health::kOk, value ? *value : "none", ""};
}

}  // namespace

std::string_view NameOf(Health health) {
  switch (health) {
    case Health::kOk: return "ok";
    case Health::kDegraded: return "degraded";
    case Health::kMissing: break;
  }
  return "missing";
}

std::vector<Check> CheckKernel(const HostPlaces& places) {
  const auto release = Line(places, "/proc/sys/kernel/osrelease");
  return {{"kernel", Health::kOk, release.value_or("unknown"), ""},
          Btf(places),
          Tracefs(places),
          LsmList(places),
          Lockdown(places),
          Switch(places),
          UnprivilegedBpf(places),
          Uring(places),
          Audit(places)};
}

}  // namespace brig::cli
