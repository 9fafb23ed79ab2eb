// SPDX-License-Identifier: Apache-2.0
// Status: how brig fares on this node, for `brig status`. The meter says for each invariant and
// layer whether it is held, and if not, why. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/describe.h"
#include "model/facts.h"
#include "model/names.h"

namespace brig {

enum class Layer : std::uint8_t { kGuard = 0, kCage, kLeash, kEye };
enum class LayerState : std::uint8_t { kAbsent = 0, kPartial, kActive };
std::string_view NameOf(Layer layer);
std::string_view NameOf(LayerState state);

// One cell of the meter.
struct Protection {
  Invariant invariant = Invariant::kNone;
  Layer layer = Layer::kGuard;
  LayerState state = LayerState::kAbsent;
  std::string reason;  // for kAbsent and kPartial
  static void Describe(auto& self, auto& visit) {
    visit("invariant", self.invariant);
    visit("layer", self.layer);
    visit("state", self.state);
    visit("reason", self.reason);
  }
};

// Whether the guard was seen to refuse an act of brig's own that breaks the invariant.
struct Proof {
  Invariant invariant = Invariant::kNone;
  bool proven = false;              // the last time it was tried
  std::int64_t proven_wall_ns = 0;  // when it last was; 0: never
  std::uint64_t refused = 0;        // acts so far
  std::string reason = {};          // why it is not
  static void Describe(auto& self, auto& visit) {
    visit("invariant", self.invariant);
    visit("proven", self.proven);
    visit("proven_wall_ns", self.proven_wall_ns);
    visit("refused", self.refused);
    visit("reason", self.reason);
  }
};

// One kernel program of ours.
struct Program {
  std::string name;    // "sys_exit_openat"
  std::string object;  // the file it comes from: "open"
  bool attached = false;
  std::string reason;              // when not attached
  std::uint32_t instructions = 0;  // as the kernel has it; 0 when not attached
  std::uint32_t verified = 0;      // instructions that the verifier looked at: 1,000,000 at most
  static void Describe(auto& self, auto& visit) {
    visit("name", self.name);
    visit("object", self.object);
    visit("attached", self.attached);
    visit("reason", self.reason);
    visit("instructions", self.instructions);
    visit("verified", self.verified);
  }
};

struct RecordCounters {
  RecordClass record_class = RecordClass::kCritical;
  std::uint64_t made = 0;  // by the kernel programs; received + lost + still in the ring
  std::uint64_t received = 0;
  std::uint64_t lost = 0;     // exact: counted by the kernel programs when there was no room
  std::uint64_t missed = 0;   // program runs that the kernel skipped (recursion)
  std::uint64_t refused = 0;  // records that did not decode
  static void Describe(auto& self, auto& visit) {
    visit("class", self.record_class);
    visit("made", self.made);
    visit("received", self.received);
    visit("lost", self.lost);
    visit("missed", self.missed);
    visit("refused", self.refused);
  }
};

struct ProcessStatus {
  std::string role;
  std::uint32_t pid = 0;
  std::uint64_t restarts = 0;
  std::uint64_t resident_bytes = 0;
  static void Describe(auto& self, auto& visit) {
    visit("role", self.role);
    visit("pid", self.pid);
    visit("restarts", self.restarts);
    visit("resident_bytes", self.resident_bytes);
  }
};

struct LedgerStatus {
  std::uint64_t entries = 0;  // durable
  std::uint64_t sealed = 0;   // covered by the latest checkpoint
  std::string root;           // hex, of the latest checkpoint
  std::string key;            // the verifier key, name+hash+base64
  std::string directory;
  std::string trouble;  // "" when it can write
  static void Describe(auto& self, auto& visit) {
    visit("entries", self.entries);
    visit("sealed", self.sealed);
    visit("root", self.root);
    visit("key", self.key);
    visit("directory", self.directory);
    visit("trouble", self.trouble);
  }
};

struct InvariantMode {
  Invariant invariant = Invariant::kNone;
  Mode mode = Mode::kWatch;
  std::uint64_t findings = 0;  // since start, repeats not counted
  static void Describe(auto& self, auto& visit) {
    visit("invariant", self.invariant);
    visit("mode", self.mode);
    visit("findings", self.findings);
  }
};

struct Status {
  std::string version;
  std::string node;
  std::string boot_id;
  std::string kernel;
  std::int64_t started_wall_ns = 0;
  std::uint64_t containers_running = 0, containers_ever = 0, findings = 0;
  std::vector<InvariantMode> modes;
  std::vector<Protection> meter;
  std::vector<Proof> proofs;  // of those that are tried, where the guard is attached
  std::vector<Program> programs;
  std::vector<RecordCounters> counters;
  std::vector<ProcessStatus> processes;
  LedgerStatus ledger;
  std::vector<std::string> notes;  // what is degraded, each a sentence that ends with what to do
  std::string policy;              // "/etc/brig/brig.yaml (SHA-256 ...)"; "": there is no file
  std::vector<SurfaceSetting> surface;
  static void Describe(auto& self, auto& visit) {
    visit("version", self.version);
    visit("node", self.node);
    visit("boot_id", self.boot_id);
    visit("kernel", self.kernel);
    visit("started_wall_ns", self.started_wall_ns);
    visit("containers_running", self.containers_running);
    visit("containers_ever", self.containers_ever);
    visit("findings", self.findings);
    visit("modes", self.modes);
    visit("meter", self.meter);
    visit("proofs", self.proofs);
    visit("programs", self.programs);
    visit("counters", self.counters);
    visit("processes", self.processes);
    visit("ledger", self.ledger);
    visit("notes", self.notes);
    visit("policy", self.policy);
    visit("surface", self.surface);
  }
};

}  // namespace brig
