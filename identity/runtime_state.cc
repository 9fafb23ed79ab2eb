// SPDX-License-Identifier: Apache-2.0
#include "identity/runtime_state.h"

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
    state.labels.push_back(label.Text());
    if (state.labels.back().starts_with("bundle=")) state.bundle = state.labels.back().substr(7);
  });
}

}  // namespace

Result<RuntimeState> ParseRuntimeState(std::string_view json) {
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(json));
  RuntimeState state;
  state.id = root["id"].Text();
  state.init_pid = root["init_process_pid"].Number().value_or(0);
  const std::int64_t start = root["init_process_start"].Number().value_or(0);
  if (state.id.empty() || state.init_pid <= 0 || start <= 0)
    return Fail(ErrorCode::kInvalid, "the runtime's state names no first process");
  state.init_start_ticks = static_cast<std::uint64_t>(start);
  ReadConfig(root["config"], state);
  return state;
}

bool SameProcess(const RuntimeState& state, const ProcessRef& process) {
  const std::uint64_t ticks = process.start_ns / kTickNs;
  const std::uint64_t apart = ticks > state.init_start_ticks ? ticks - state.init_start_ticks
                                                             : state.init_start_ticks - ticks;
  return state.init_pid == process.pid && apart <= 1;
}

}  // namespace brig::identity
