// SPDX-License-Identifier: Apache-2.0
// The policy of a node, as its file says it, and what came of it for one container. docs/policy.md
// is the reference. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/describe.h"
#include "model/facts.h"
#include "model/names.h"
#include "model/subject.h"

namespace brig {

enum class GrantKind : std::uint8_t {
  kDevice = 0,
  kCapability,
  kDirectory,
  kDoor,
  kPrivileged,  // what being privileged gives, but for kKeptByPrivileged
  kMode,
  kSurface,
  kWaiver,
};
std::string_view NameOf(GrantKind kind);

// One thing that a clause says, and where.
struct Ruling {
  GrantKind kind = GrantKind::kDevice;
  std::uint32_t line = 0;
  std::uint32_t number = 0;  // of the capability, HostObject, Invariant or Surface
  Mode mode = Mode::kOff;    // kMode, kSurface
  DeviceRule device = {};    // kDevice
  static void Describe(auto& self, auto& visit) {
    visit("kind", self.kind);
    visit("line", self.line);
    visit("number", self.number);
    visit("mode", self.mode);
    visit("device", self.device);
  }
};

// Patterns with * and ?; an empty one fits everything. All must fit.
struct ContainerMatch {
  std::string name, image, image_digest, engine;
  std::vector<Label> labels;  // the value is a pattern
  static void Describe(auto& self, auto& visit) {
    visit("name", self.name);
    visit("image", self.image);
    visit("image_digest", self.image_digest);
    visit("engine", self.engine);
    visit("labels", self.labels);
  }
};

// One item of `containers:`.
struct Clause {
  std::uint32_t line = 0;
  ContainerMatch match;
  std::vector<Ruling> rulings;
  std::string reason;
  static void Describe(auto& self, auto& visit) {
    visit("line", self.line);
    visit("match", self.match);
    visit("rulings", self.rulings);
    visit("reason", self.reason);
  }
};

// A program, by its path and, where that is given, by the SHA-256 of its content (hexadecimal).
struct ProgramFile {
  std::string path;
  std::string sha256;
  static void Describe(auto& self, auto& visit) {
    visit("path", self.path);
    visit("sha256", self.sha256);
  }
  friend bool operator==(const ProgramFile&, const ProgramFile&) = default;
};

struct Policy {
  static constexpr std::size_t kMaxFileBytes = 256 << 10;
  static constexpr std::size_t kMaxEncodedBytes = 64 << 10;  // it travels in one message
  static constexpr std::size_t kMaxClauses = 256;
  static constexpr std::size_t kMaxRulings = 128;  // of one clause
  static constexpr std::size_t kMaxLabels = 32;    // of one match
  static constexpr std::size_t kMaxRuntimes = 64;
  static constexpr std::size_t kMaxText = 256;  // of one value; a reason may have 512 bytes
  static constexpr std::size_t kMaxReason = 512;

  std::string path;    // "": there is no file
  std::string digest;  // SHA-256 of the file, hexadecimal
  std::vector<InvariantSetting> modes;
  std::vector<SurfaceSetting> surface;
  std::vector<ProgramFile> runtimes;  // besides the usual ones, or what a usual one must be
  std::vector<Clause> clauses;        // the first that fits a container counts
  static void Describe(auto& self, auto& visit) {
    visit("path", self.path);
    visit("digest", self.digest);
    visit("modes", self.modes);
    visit("surface", self.surface);
    visit("runtimes", self.runtimes);
    visit("clauses", self.clauses);
  }
};

// What a privileged container keeps although policy admits it, unless each is waived by name.
inline constexpr Invariant kKeptByPrivileged[] = {Invariant::kProcesses, Invariant::kKernel,
                                                  Invariant::kDoors, Invariant::kLeavings,
                                                  Invariant::kBrig};

// One part of a container's allowance, for people.
struct Grant {
  GrantKind kind = GrantKind::kDevice;
  std::string what;    // "/dev/fuse (c 10:229)", "SYS_TIME", "I8=refuse"
  std::string source;  // "its start", or the file and line of the policy
  bool loosens = false;
  static void Describe(auto& self, auto& visit) {
    visit("kind", self.kind);
    visit("what", self.what);
    visit("source", self.source);
    visit("loosens", self.loosens);
  }
};

// How a container stands: the clause that it falls under and everything its allowance holds.
struct Posture {
  std::string clause;  // "/etc/brig/brig.yaml:12"; "": none fits
  std::string reason;
  std::vector<Grant> grants;
  static void Describe(auto& self, auto& visit) {
    visit("clause", self.clause);
    visit("reason", self.reason);
    visit("grants", self.grants);
  }
};

}  // namespace brig
