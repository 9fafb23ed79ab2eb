// SPDX-License-Identifier: Apache-2.0
// Facts: what the privileged reader fetched about a container, as bytes that nobody has parsed yet.
// They come from /proc, from runtimes' state files and from engines' sockets, so any of it may be
// hostile. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/describe.h"
#include "model/event.h"
#include "model/names.h"

namespace brig {

enum class DocumentKind : std::uint8_t {
  kCgroup = 0,     // /proc/PID/cgroup
  kMountInfo,      // /proc/PID/mountinfo
  kStatus,         // /proc/PID/status
  kRuntimeState,   // a runtime's own account of a container: runc's state.json, crun's status
  kSpec,           // the config.json that a container was made from
  kStorage,        // containers.json of podman's and CRI-O's storage
  kUserMap,        // /proc/PID/uid_map
  kDockerInspect,  // the HTTP answer to GET /containers/ID/json, headers included
  kDockerImage,    // the HTTP answer to GET /images/ID/json, headers included
  kUsers,          // /etc/passwd, with container 0
  kFailure,        // why a document could not be had; the content is one sentence
};
std::string_view NameOf(DocumentKind kind);

struct Document {
  static constexpr std::size_t kMaxBytes = 1 << 20;
  DocumentKind kind = DocumentKind::kFailure;
  std::string source;  // the path or socket it came from
  std::string content;
  std::uint32_t owner = 0;  // who could have written it: 0 root alone, kUnsetId more than one user
  static void Describe(auto& self, auto& visit) {
    visit("kind", self.kind);
    visit("source", self.source);
    visit("content", self.content);
    visit("owner", self.owner);
  }
};

struct Facts {
  std::uint64_t container = 0;  // the kernel's key; 0: about the host
  ProcessRef first_process;
  bool complete = true;  // false: more will come (an engine has not answered yet)
  std::vector<Document> documents;
  static void Describe(auto& self, auto& visit) {
    visit("container", self.container);
    visit("first_process", self.first_process);
    visit("complete", self.complete);
    visit("documents", self.documents);
  }
};

// What a container may do beyond the strict default, computed from its spec; carried out by the
// kernel programs.
struct DeviceRule {
  std::uint32_t type = 0;  // 'b' or 'c'
  std::uint32_t major = 0, minor = 0;
  bool any_minor = false;
  static void Describe(auto& self, auto& visit) {
    visit("type", self.type);
    visit("major", self.major);
    visit("minor", self.minor);
    visit("any_minor", self.any_minor);
  }
  friend bool operator==(const DeviceRule&, const DeviceRule&) = default;
};

// What a container's mode for an invariant is, where it is not everybody's.
struct InvariantSetting {
  Invariant invariant = Invariant::kNone;
  Mode mode = Mode::kWatch;
  static void Describe(auto& self, auto& visit) {
    visit("invariant", self.invariant);
    visit("mode", self.mode);
  }
  friend bool operator==(const InvariantSetting&, const InvariantSetting&) = default;
};

struct SurfaceSetting {
  Surface surface = Surface::kNone;
  Mode mode = Mode::kOff;  // kOff: everything of it is allowed
  static void Describe(auto& self, auto& visit) {
    visit("surface", self.surface);
    visit("mode", self.mode);
  }
  friend bool operator==(const SurfaceSetting&, const SurfaceSetting&) = default;
};

// Each invariant and each surface stands in it at most once.
struct Allowance {
  static constexpr std::size_t kMaxDevices = 256;
  std::uint64_t container = 0;
  std::vector<DeviceRule> devices;
  std::uint64_t capabilities = 0;  // rights over the whole host: bit = capability
  std::uint64_t objects = 0;       // guarded directories and doors: bit = HostObject
  std::vector<InvariantSetting> modes = {};
  std::vector<SurfaceSetting> surface = {};
  static void Describe(auto& self, auto& visit) {
    visit("container", self.container);
    visit("devices", self.devices);
    visit("capabilities", self.capabilities);
    visit("objects", self.objects);
    visit("modes", self.modes);
    visit("surface", self.surface);
  }
  friend bool operator==(const Allowance&, const Allowance&) = default;
};

}  // namespace brig
