// SPDX-License-Identifier: Apache-2.0
#include "drill/spec.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "drill/words.h"

namespace brig::drill {
namespace {

using Json = nlohmann::json;

constexpr const char* kCapabilities[] = {
    "CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",    "CAP_FSETID",
    "CAP_KILL",        "CAP_MKNOD",   "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",   "CAP_SETFCAP",
    "CAP_SETGID",      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT"};
constexpr const char* kNamespaces[] = {"pid", "network", "ipc", "uts", "mount", "cgroup"};
constexpr const char* kMasked[] = {"/proc/acpi",       "/proc/kcore",       "/proc/keys",
                                   "/proc/timer_list", "/proc/sched_debug", "/proc/scsi",
                                   "/sys/firmware"};
constexpr const char* kReadOnly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                     "/proc/sysrq-trigger"};

Result<Weakness::Bind> ReadBind(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    return Fail(ErrorCode::kInvalid, fmt::format("bind={}: write HOST:INSIDE", text));
  Weakness::Bind bind{text.substr(0, colon), text.substr(colon + 1)};
  if (bind.target.ends_with(":ro")) {
    bind.read_only = true;
    bind.target.resize(bind.target.size() - 3);
  }
  return bind;
}

Json Mount(const char* target, const char* type, std::vector<std::string> options) {
  return {{"destination", target}, {"type", type}, {"source", type}, {"options", options}};
}

Json BindMount(const Weakness::Bind& bind) {
  return {{"destination", bind.target},
          {"type", "bind"},
          {"source", bind.source},
          {"options", {"rbind", "rprivate", bind.read_only ? "ro" : "rw"}}};
}

Json Mounts(const Weakness& weakness, const std::string& volume) {
  const bool own_network = std::ranges::find(weakness.shared, "network") == weakness.shared.end();
  Json mounts = {Mount("/proc", "proc", {"nosuid", "noexec", "nodev"}),
                 Mount("/dev", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
                 Mount("/dev/pts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666"}),
                 Mount("/dev/shm", "tmpfs",
                       weakness.programs_in_shm
                           ? std::vector<std::string>{"nosuid", "nodev", "mode=1777"}
                           : std::vector<std::string>{"nosuid", "nodev", "noexec", "mode=1777"})};
  // Sysfs belongs to a network namespace: only one's own can be mounted.
  if (own_network) mounts.push_back(Mount("/sys", "sysfs", {"nosuid", "noexec", "nodev", "ro"}));
  mounts.push_back(BindMount({volume, "/volume"}));
  for (const Weakness::Bind& bind : weakness.binds) mounts.push_back(BindMount(bind));
  return mounts;
}

// What a runtime is told of a device: the node to make, and the rule to allow it.
struct Given {
  Json nodes = Json::array(), rules = Json::array();
};
Given DevicesOf(const Weakness& weakness) {
  Given given;
  given.rules = {{{"allow", false}, {"access", "rwm"}},
                 {{"allow", true}, {"type", "c"}, {"access", "m"}},
                 {{"allow", true}, {"type", "b"}, {"access", "m"}}};
  for (const std::string& path : weakness.devices) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) continue;  // the run has been skipped
    const Json device = {{"type", S_ISBLK(info.st_mode) ? "b" : "c"},
                         {"major", major(info.st_rdev)},
                         {"minor", minor(info.st_rdev)}};
    given.nodes.push_back(device);
    given.nodes.back().update({{"path", path}, {"fileMode", 0666}, {"uid", 0}, {"gid", 0}});
    given.rules.push_back(device);
    given.rules.back().update({{"allow", true}, {"access", "rwm"}});
  }
  return given;
}

}  // namespace

Result<Weakness> ReadWeakness(const std::string& words) {
  Weakness weakness;
  for (const std::string& word : WordsOf(words)) {
    const auto [key, value] = KeyAndValue(word);
    if (key == "cap") {
      weakness.capabilities.push_back("CAP_" + value);
    } else if (key == "host") {
      weakness.shared.push_back(value);
    } else if (key == "bind") {
      BRIG_ASSIGN(Weakness::Bind bind, ReadBind(value));
      weakness.binds.push_back(std::move(bind));
    } else if (key == "device") {
      weakness.devices.push_back(value);
    } else if (key == "unmasked") {
      weakness.unmasked = true;
    } else if (key == "shm-exec") {
      weakness.programs_in_shm = true;
    } else if (key == "any-device") {
      weakness.any_device = true;
    } else if (key == "new-privileges" && value == "no") {
      weakness.no_new_privileges = true;
    } else if (key == "host-act") {
      weakness.host_act = true;
    } else if (key == "exec") {
      weakness.enters = true;
    } else if (key == "exec-cap") {
      weakness.enters = true;
      weakness.entering_capabilities.push_back("CAP_" + value);
    } else if (key == "leak") {
      weakness.enters = true;
      weakness.leaked = value;
    } else {
      return Fail(ErrorCode::kInvalid, fmt::format("{} is no weakness", word));
    }
  }
  return weakness;
}

std::string MakeConfig(const Weakness& weakness, const std::vector<std::string>& words,
                       const std::string& rootfs, const std::string& volume) {
  std::vector<std::string> capabilities(std::begin(kCapabilities), std::end(kCapabilities));
  capabilities.insert(capabilities.end(), weakness.capabilities.begin(),
                      weakness.capabilities.end());
  const Given devices = DevicesOf(weakness);
  Json namespaces = Json::array();
  for (const char* name : kNamespaces)
    if (std::ranges::find(weakness.shared, name) == weakness.shared.end())
      namespaces.push_back({{"type", name}});
  const Json config = {
      {"ociVersion", "1.0.2"},
      {"process",
       {{"terminal", false},
        {"user", {{"uid", 0}, {"gid", 0}}},
        {"cwd", "/"},
        {"args", words},
        {"env", {"PATH=/bin"}},
        {"noNewPrivileges", weakness.no_new_privileges},
        {"capabilities",
         {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}}}},
      {"root", {{"path", rootfs}, {"readonly", false}}},
      {"mounts", Mounts(weakness, volume)},
      {"linux",
       {{"namespaces", namespaces},
        {"maskedPaths", weakness.unmasked ? Json::array() : Json(kMasked)},
        {"readonlyPaths", weakness.unmasked ? Json::array() : Json(kReadOnly)},
        {"devices", devices.nodes},
        {"resources", {{"devices", devices.rules}}}}}};
  return config.dump(1);
}

}  // namespace brig::drill
