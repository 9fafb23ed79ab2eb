// SPDX-License-Identifier: Apache-2.0
#include "identity/oci_spec.h"

#include <algorithm>

#include "identity/json.h"

namespace brig::identity {
namespace {

// A rule without a type or a number is one for all of them.
DeviceClaim ReadDevice(const JsonView& device) {
  const std::string type = device["type"].Text();
  const std::string access = device["access"].Text();
  return {.type = type.empty() ? 'a' : type[0],
          .major = device["major"].Number().value_or(-1),
          .minor = device["minor"].Number().value_or(-1),
          .path = device["path"].Text(),
          .permissions = access.empty() ? "rwm" : access,
          .allow = device["allow"].True()};
}

void ReadMount(const JsonView& mount, RuntimeState& state) {
  bool bind = mount["type"].Text() == "bind", read_only = false;
  mount["options"].ForEach([&](const JsonView& option) {
    const std::string word = option.Text();
    bind |= word == "bind" || word == "rbind";
    read_only |= word == "ro";
  });
  if (bind)
    state.mounts.push_back({.source = mount["source"].Text(),
                            .destination = mount["destination"].Text(),
                            .filesystem = "bind",
                            .writable = !read_only});
}

}  // namespace

Result<> ReadSpec(std::string_view json, RuntimeState& state) {
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(json));
  const JsonView process = root["process"], linux_part = root["linux"];
  state.no_new_privileges = process["noNewPrivileges"].True();
  state.seccomp = linux_part["seccomp"].has_items();
  root["mounts"].ForEach([&](const JsonView& mount) { ReadMount(mount, state); });
  linux_part["devices"].ForEach(
      [&](const JsonView& device) { state.nodes.push_back(ReadDevice(device)); });
  linux_part["resources"]["devices"].ForEach(
      [&](const JsonView& rule) { state.rules.push_back(ReadDevice(rule)); });
  process["capabilities"]["bounding"].ForEach(
      [&](const JsonView& name) { state.capabilities.push_back(name.Text()); });
  root["annotations"].ForEachField([&](std::string_view key, const JsonView& value) {
    state.annotations.push_back({std::string(key.substr(0, JsonView::kMaxText)), value.Text()});
  });
  return {};
}

}  // namespace brig::identity
