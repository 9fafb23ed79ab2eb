// SPDX-License-Identifier: Apache-2.0
// Who and where: the container and the person that identity adds to an event. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/describe.h"
#include "model/event.h"

namespace brig {

// How much is known of who a container is.
enum class Naming : std::uint8_t {
  kUnidentified = 0,  // seen by the kernel; no engine vouches for it
  kRuntime = 1,       // a runtime's state names its first process
  kEngine = 2,        // and the engine knows it too
};
std::string_view NameOf(Naming naming);

// The human behind an act, and how we know.
enum class PersonBasis : std::uint8_t {
  kUnknown = 0,
  kLogin = 1,      // the audit login uid of the task itself
  kCaller = 2,     // the one process that was calling the engine's socket
  kAmbiguous = 3,  // several were; the name lists them
};
std::string_view NameOf(PersonBasis basis);

struct Person {
  PersonBasis basis = PersonBasis::kUnknown;
  std::string name = "unknown";  // user name, or several joined by " or "
  std::uint32_t login_uid = kUnsetId;
  std::uint32_t session = kUnsetId;
  std::string command;  // what the caller ran: "docker run --rm -it ..."
  static void Describe(auto& self, auto& visit) {
    visit("basis", self.basis);
    visit("name", self.name);
    visit("login_uid", self.login_uid);
    visit("session", self.session);
    visit("command", self.command);
  }
};

struct Label {
  std::string key, value;
  static void Describe(auto& self, auto& visit) {
    visit("key", self.key);
    visit("value", self.value);
  }
};

// One thing about a container's start that makes an escape easier, in words.
struct Risk {
  Severity severity = Severity::kNotice;
  std::string what;  // "host_pid", "capability", "mount", "device", "seccomp", "privileged" ...
  std::string text;  // "shares the host's process namespace"
  static void Describe(auto& self, auto& visit) {
    visit("severity", self.severity);
    visit("what", self.what);
    visit("text", self.text);
  }
};

struct MountInfo {
  std::string source, destination, filesystem;
  bool writable = false;
  static void Describe(auto& self, auto& visit) {
    visit("source", self.source);
    visit("destination", self.destination);
    visit("filesystem", self.filesystem);
    visit("writable", self.writable);
  }
};

struct Container {
  std::uint64_t key = 0;  // given by the kernel program at birth; unique on this node
  Naming naming = Naming::kUnidentified;
  std::string engine;  // "docker", "runc" ...; "" when unidentified
  std::string id, name, image, image_digest;
  std::vector<Label> labels;
  bool privileged = false;
  std::vector<Risk> risks;
  std::vector<MountInfo> mounts;
  std::vector<std::string> devices;
  std::string note;  // why it is unidentified, or what contradicts its claim
  ProcessRef first_process;
  Person started_by;
  std::int64_t started_wall_ns = 0;
  std::int64_t ended_wall_ns = 0;  // 0: running
  static void Describe(auto& self, auto& visit) {
    visit("key", self.key);
    visit("naming", self.naming);
    visit("engine", self.engine);
    visit("id", self.id);
    visit("name", self.name);
    visit("image", self.image);
    visit("image_digest", self.image_digest);
    visit("labels", self.labels);
    visit("privileged", self.privileged);
    visit("risks", self.risks);
    visit("mounts", self.mounts);
    visit("devices", self.devices);
    visit("note", self.note);
    visit("first_process", self.first_process);
    visit("started_by", self.started_by);
    visit("started_wall_ns", self.started_wall_ns);
    visit("ended_wall_ns", self.ended_wall_ns);
  }
  // What to call it on a screen: its name, else the short id, else "unidentified-<key>".
  [[nodiscard]] std::string DisplayName() const;
};

// A process of the tree, kept after its end.
struct Process {
  ProcessRef ref;
  ProcessRef parent;
  std::string path;
  std::vector<std::string> arguments;
  std::uint32_t pid_inside = 0;
  std::int64_t started_wall_ns = 0;
  std::int64_t ended_wall_ns = 0;
  std::uint32_t exit_status = 0, exit_signal = 0;
  static void Describe(auto& self, auto& visit) {
    visit("ref", self.ref);
    visit("parent", self.parent);
    visit("path", self.path);
    visit("arguments", self.arguments);
    visit("pid_inside", self.pid_inside);
    visit("started_wall_ns", self.started_wall_ns);
    visit("ended_wall_ns", self.ended_wall_ns);
    visit("exit_status", self.exit_status);
    visit("exit_signal", self.exit_signal);
  }
};

// Identity's answer for one event.
struct Subject {
  Container container;         // key 0: the host
  std::vector<Process> chain;  // the acting process first, then its ancestors as far as known
  Person person;
  static void Describe(auto& self, auto& visit) {
    visit("container", self.container);
    visit("chain", self.chain);
    visit("person", self.person);
  }
};

}  // namespace brig
