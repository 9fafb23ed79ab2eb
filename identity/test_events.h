// SPDX-License-Identifier: Apache-2.0
// Events as the kernel would have told them, and documents from testdata, for this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "model/event.h"
#include "model/facts.h"

namespace brig::identity {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kWallOfBoot = 1'700'000'000 * kSecond;

inline std::string TestData(const std::string& name) {
  auto content = ReadFile(std::string(BRIG_TESTDATA) + "/" + name);
  EXPECT_TRUE(content) << name;
  return content ? *std::move(content) : std::string();
}

inline ProcessRef Ref(std::uint32_t pid, std::uint64_t container, std::string comm = "sh",
                      std::uint64_t start_ns = 0) {
  return {.start_ns = start_ns == 0 ? pid * 1000ULL : start_ns,
          .pid = pid,
          .uid = 0,
          .container = container,
          .comm = std::move(comm)};
}

inline Event EventAt(std::int64_t boot_ns, Operation operation, const ProcessRef& process) {
  Event event;
  event.boot_ns = boot_ns;
  event.wall_ns = kWallOfBoot + boot_ns;
  event.operation = operation;
  event.actor.process = process;
  return event;
}

inline Event Fork(std::int64_t boot_ns, const ProcessRef& parent, const ProcessRef& child) {
  Event event = EventAt(boot_ns, Operation::kFork, parent);
  event.details = ForkDetails{.child = child, .clone_flags = 0};
  return event;
}

inline Event Exec(std::int64_t boot_ns, const ProcessRef& process, std::string path,
                  std::vector<std::string> arguments) {
  Event event = EventAt(boot_ns, Operation::kExec, process);
  ExecDetails details;
  details.path = std::move(path);
  details.arguments = std::move(arguments);
  event.details = std::move(details);
  return event;
}

inline Event Exit(std::int64_t boot_ns, const ProcessRef& process, std::uint32_t status = 0) {
  Event event = EventAt(boot_ns, Operation::kExit, process);
  event.details = ExitDetails{.status = status, .signal = 0};
  return event;
}

// A start or join below containerd-shim, as an engine does it.
inline Event Birth(std::int64_t boot_ns, Operation operation, const ProcessRef& process,
                   std::vector<std::string> arguments = {"sleep", "1000"}) {
  Event event = EventAt(boot_ns, operation, process);
  event.chain = {Ref(500, 0, "containerd-shim"), Ref(1, 0, "systemd")};
  BirthDetails details;
  details.namespaces = {
      .mount = 9, .pid = 91, .net = 92, .ipc = 93, .uts = 94, .cgroup = 95, .user = 6};
  details.bounding = details.permitted = details.effective = 0xa80425fb;  // Docker's usual
  details.seccomp = 2;
  details.path = "/bin/" + arguments[0];
  details.arguments = std::move(arguments);
  event.details = std::move(details);
  return event;
}

inline NamespaceSet HostNamespaces() {
  return {.mount = 1, .pid = 11, .net = 12, .ipc = 13, .uts = 14, .cgroup = 15, .user = 6};
}

// A client of an engine's socket.
inline Event Call(std::int64_t boot_ns, const ProcessRef& process, std::uint32_t login_uid,
                  std::vector<std::string> arguments, HostObject door = HostObject::kDockerSocket) {
  Event event = EventAt(boot_ns, Operation::kCaller, process);
  event.actor.login_uid = login_uid;
  ConnectDetails details;
  details.door = door;
  details.arguments = std::move(arguments);
  event.details = std::move(details);
  return event;
}

// The container "web" of testdata: its first process had pid 29170 and began at tick 193432.
inline ProcessRef WebProcess(std::uint64_t container) {
  return Ref(29170, container, "sleep", 193432ULL * 10'000'000 + 1234);
}
inline constexpr std::string_view kWebId =
    "4415f1e46cfdad8601b0a7783cb2d786cdc21673d8088695b917aca124e89461";

inline Facts WebFacts(std::uint64_t container) {
  Facts facts;
  facts.container = container;
  facts.first_process = WebProcess(container);
  facts.documents = {
      {DocumentKind::kRuntimeState, "/run/docker/runtime-runc/moby/web/state.json",
       TestData("runtime_state_corpus/web.json")},
      {DocumentKind::kDockerInspect, "/run/docker.sock", TestData("docker_answer_corpus/web.http")},
      {DocumentKind::kDockerImage, "/run/docker.sock",
       TestData("docker_answer_corpus/image.http")}};
  return facts;
}

}  // namespace brig::identity
