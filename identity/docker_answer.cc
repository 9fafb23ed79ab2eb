// SPDX-License-Identifier: Apache-2.0
#include "identity/docker_answer.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "identity/http_answer.h"
#include "identity/json.h"

namespace brig::identity {
namespace {

Result<std::string> BodyOf(std::string_view answer) {
  BRIG_ASSIGN(HttpAnswer http, ParseHttpAnswer(answer));
  if (http.status == 404) return Fail(ErrorCode::kNotFound, "docker does not know it");
  if (http.status != 200)
    return Fail(ErrorCode::kUnavailable, fmt::format("docker answered with status {}: {}",
                                                     http.status, Printable(http.body, 200)));
  return std::move(http.body);
}

std::vector<std::string> Texts(const JsonView& list) {
  std::vector<std::string> texts;
  list.ForEach([&](const JsonView& item) { texts.push_back(item.Text()); });
  return texts;
}

void ReadHostConfig(const JsonView& host, DockerContainer& container) {
  container.privileged = host["Privileged"].True();
  container.pid_mode = host["PidMode"].Text();
  container.network_mode = host["NetworkMode"].Text();
  container.ipc_mode = host["IpcMode"].Text();
  container.uts_mode = host["UTSMode"].Text();
  container.userns_mode = host["UsernsMode"].Text();
  container.capabilities_added = Texts(host["CapAdd"]);
  container.security_options = Texts(host["SecurityOpt"]);
  host["Devices"].ForEach(
      [&](const JsonView& device) { container.devices.push_back(device["PathOnHost"].Text()); });
}

}  // namespace

Result<DockerContainer> ParseDockerInspect(std::string_view answer) {
  BRIG_ASSIGN(const std::string body, BodyOf(answer));
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(body));
  DockerContainer container;
  container.id = root["Id"].Text();
  if (container.id.empty()) return Fail(ErrorCode::kInvalid, "docker's answer names no container");
  container.name = root["Name"].Text();
  if (container.name.starts_with('/')) container.name.erase(0, 1);
  container.image = root["Config"]["Image"].Text();
  container.image_id = root["Image"].Text();
  container.pid = root["State"]["Pid"].Number().value_or(0);
  root["Config"]["Labels"].ForEachField([&](std::string_view key, const JsonView& value) {
    container.labels.push_back({std::string(key.substr(0, JsonView::kMaxText)), value.Text()});
  });
  ReadHostConfig(root["HostConfig"], container);
  root["Mounts"].ForEach([&](const JsonView& mount) {
    container.mounts.push_back({.source = mount["Source"].Text(),
                                .destination = mount["Destination"].Text(),
                                .filesystem = mount["Type"].Text(),
                                .writable = mount["RW"].True()});
  });
  return container;
}

Result<DockerImage> ParseDockerImage(std::string_view answer) {
  BRIG_ASSIGN(const std::string body, BodyOf(answer));
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(body));
  DockerImage image{.id = root["Id"].Text(), .repo_digests = Texts(root["RepoDigests"])};
  if (image.id.empty()) return Fail(ErrorCode::kInvalid, "docker's answer names no image");
  return image;
}

}  // namespace brig::identity
