// SPDX-License-Identifier: Apache-2.0
#include "identity/runtime_state.h"

#include <algorithm>

#include "identity/json.h"

namespace brig::identity {
namespace {

// USER_HZ: 100 on every architecture that brig runs on, whatever the kernel's own HZ.
constexpr std::uint64_t kTickNs = 10'000'000;
constexpr std::int64_t kReadOnly = 1;  // MS_RDONLY
constexpr std::int64_t kBind = 4096;   // MS_BIND

DeviceClaim ReadDevice(const JsonView& device) {
  return {.type = static_cast<char>(device["type"].Number().value_or(0) & 0x7f),
          .major = device["major"].Number().value_or(-1),
          .minor = device["minor"].Number().value_or(-1),
          .path = device["path"].Text(),
          .permissions = device["permissions"].Text(),
          .allow = device["allow"].True()};
}

void ReadConfig(const JsonView& config, RuntimeState& state) {
  state.rootfs = config["rootfs"].Text();
  state.cgroup = config["cgroups"]["path"].Text();
  state.seccomp = config["seccomp"].has_items();
  state.no_new_privileges = config["no_new_privileges"].True();
  config["mounts"].ForEach([&](const JsonView& mount) {
    const std::int64_t flags = mount["flags"].Number().value_or(0);
    if ((flags & kBind) == 0) return;
    state.mounts.push_back({.source = mount["source"].Text(),
                            .destination = mount["destination"].Text(),
                            .filesystem = "bind",
                            .writable = (flags & kReadOnly) == 0});
  });
  config["devices"].ForEach(
      [&](const JsonView& device) { state.nodes.push_back(ReadDevice(device)); });
  config["cgroups"]["devices"].ForEach(
      [&](const JsonView& rule) { state.rules.push_back(ReadDevice(rule)); });
  config["capabilities"]["Bounding"].ForEach(
      [&](const JsonView& name) { state.capabilities.push_back(name.Text()); });
  config["labels"].ForEach([&](const JsonView& label) {
    const std::string text = label.Text();
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string value = text.substr(std::min(equals + 1, text.size()));
    if (text.starts_with("bundle="))
      state.bundle = value;
    else
      state.annotations.push_back({text.substr(0, equals), value});
  });
}

std::int64_t ReadRunc(const JsonView& root, RuntimeState& state) {
  state.runtime = "runc";
  state.id = root["id"].Text();
  state.init_pid = root["init_process_pid"].Number().value_or(0);
  ReadConfig(root["config"], state);
  return root["init_process_start"].Number().value_or(0);
}

std::int64_t ReadCrun(const JsonView& root, std::string_view path, RuntimeState& state) {
  state.runtime = "crun";
  const std::string_view directory = path.substr(0, path.rfind('/'));
  state.id = directory.substr(directory.rfind('/') + 1);  // npos + 1 is 0
  state.init_pid = root["pid"].Number().value_or(0);
  state.rootfs = root["rootfs"].Text();
  state.cgroup = root["cgroup-path"].Text();
  state.bundle = root["bundle"].Text();
  return root["process-start-time"].Number().value_or(0);
}

}  // namespace

Result<RuntimeState> ParseRuntimeState(std::string_view json, std::string_view path) {
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(json));
  RuntimeState state;
  const bool crun = root["process-start-time"].present();
  const std::int64_t start = crun ? ReadCrun(root, path, state) : ReadRunc(root, state);
  if (state.id.empty() || state.init_pid <= 0 || start <= 0)
    return Fail(ErrorCode::kInvalid, "the runtime's state names no first process");
  state.init_start_ticks = static_cast<std::uint64_t>(start);
  return state;
}

std::string_view AnnotationOf(const RuntimeState& state, std::string_view key) {
  const auto found = std::ranges::find(state.annotations, key, &Label::key);
  return found == state.annotations.end() ? std::string_view() : found->value;
}

bool SameProcess(const RuntimeState& state, const ProcessRef& process) {
  const std::uint64_t ticks = process.start_ns / kTickNs;
  const std::uint64_t apart = ticks > state.init_start_ticks ? ticks - state.init_start_ticks
                                                             : state.init_start_ticks - ticks;
  return state.init_pid == process.pid && apart <= 1;
}

}  // namespace brig::identity
