// SPDX-License-Identifier: Apache-2.0
// Events for the tests and fuzz targets of the matcher.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "model/event.h"
#include "model/subject.h"

namespace brig::rules {

struct Seen {
  Event event;
  Subject subject;
};

inline Seen In(const std::string& container) {
  Seen seen;
  seen.event.sequence = 41;
  seen.event.boot_ns = 10'000'000'000;
  seen.event.wall_ns = 1'700'000'000'123'456'789;
  seen.event.actor.process = {.start_ns = 9'000'000'000, .pid = 200, .uid = 0, .comm = "sh"};
  seen.event.actor.tid = 200;
  seen.event.actor.pid_inside = 7;
  seen.event.actor.parent_pid = 100;
  const auto process = [](const ProcessRef& ref, const std::string& path,
                          std::vector<std::string> arguments) {
    Process made;
    made.ref = ref;
    made.path = path;
    made.arguments = std::move(arguments);
    return made;
  };
  const Process self = process(seen.event.actor.process, "/bin/sh", {"sh", "-c", "id"});
  const Process parent = process({.start_ns = 1, .pid = 100, .uid = 0, .comm = "nginx"},
                                 "/usr/sbin/nginx", {"nginx", "-g", "daemon off;"});
  const Process above = process({.start_ns = 1, .pid = 1, .uid = 0, .comm = "containerd-shim"},
                                "/usr/bin/containerd-shim", {});
  seen.subject.chain = {self, parent, above};
  if (container.empty()) return seen;
  seen.event.actor.process.container = 5;
  Container& known = seen.subject.container;
  known.key = 5;
  known.naming = Naming::kEngine;
  known.engine = "docker";
  known.id = "0123456789abcdef0123456789abcdef";
  known.name = container;
  known.image = "registry:5000/team/web:1.2";
  known.labels = {{"io.kubernetes.pod.namespace", "prod"}, {"team", "web"}};
  known.mounts = {{"/etc", "/host-etc", "ext4", true}};
  return seen;
}

inline Seen Open(const std::string& path, std::uint64_t flags, std::int64_t result = 3) {
  Seen seen = In("web");
  seen.event.operation = Operation::kOpen;
  seen.event.result = result;
  FileDetails file;
  file.path = path;
  file.flags = flags;
  file.file.inode = 99;
  file.file.mode = S_IFREG | 0644;
  file.path_as_given = result < 0;
  seen.event.details = file;
  return seen;
}

inline Seen Exec(const std::string& path, std::vector<std::string> arguments,
                 const std::string& container = "web") {
  Seen seen = In(container);
  seen.event.operation = Operation::kExec;
  seen.event.actor.process.comm = path.substr(path.rfind('/') + 1).substr(0, 15);
  ExecDetails exec;
  exec.path = path;
  exec.arguments = std::move(arguments);
  seen.subject.chain[0].ref.comm = seen.event.actor.process.comm;
  seen.subject.chain[0].path = exec.path;
  seen.subject.chain[0].arguments = exec.arguments;
  seen.event.details = exec;
  return seen;
}

inline Seen Connect(const std::string& address, std::uint32_t port, std::int64_t result = 0) {
  Seen seen = In("web");
  seen.event.operation = Operation::kConnect;
  seen.event.result = result;
  ConnectDetails connect;
  connect.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (address.starts_with('/')) connect.family = AF_UNIX;
  connect.address = address;
  connect.port = port;
  seen.event.details = connect;
  return seen;
}

}  // namespace brig::rules
