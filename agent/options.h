// SPDX-License-Identifier: Apache-2.0
// What brigd was told on its command line, as each of its processes gets it. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/describe.h"
#include "model/names.h"
#include "model/policy.h"

namespace brig::agent {

// Which records are kept in the ledger.
// Which telemetry the kernel sends, a bit for each Operation. Fork, exec and exit make the process
// tree and connections are kept; opens, by far the most, only when they are kept too or somebody
// looks.
inline constexpr std::uint64_t kAllTelemetry = ~0ULL;
inline constexpr std::uint64_t kKeptTelemetry =
    kAllTelemetry & ~(1ULL << static_cast<unsigned>(Operation::kOpen));

// What containers are kept from where nobody says otherwise: sockets that lead to the hypervisor
// and to the kernel's tables of keys, which no common image opens.
inline std::vector<Mode> DefaultSurface() {
  std::vector<Mode> surface(kSurfaceCount, Mode::kOff);
  surface[static_cast<std::size_t>(Surface::kVsockSockets)] = Mode::kRefuse;
  surface[static_cast<std::size_t>(Surface::kKeySockets)] = Mode::kRefuse;
  return surface;
}

enum class Keep : std::uint8_t { kDefault = 0, kAll };

// Refuse, where the guard runs. What an image may not bring (I8) is for each site to say, for
// package managers bring much; hand-made containers (I11) are held like any other, and told of.
inline std::vector<Mode> DefaultModes() {
  std::vector<Mode> modes(kInvariantCount, Mode::kRefuse);
  modes.at(static_cast<std::size_t>(Invariant::kImage)) = Mode::kOff;
  modes.at(static_cast<std::size_t>(Invariant::kStarts)) = Mode::kWatch;
  return modes;
}

struct Options {
  std::string state = "/var/lib/brig";
  std::string run = "/run/brig";
  std::vector<Mode> modes = DefaultModes();      // by Invariant
  std::vector<Mode> surface = DefaultSurface();  // by Surface; kOff: allowed
  Keep keep = Keep::kDefault;
  std::vector<std::string> docker_sockets = {"/run/docker.sock"};
  std::vector<std::string> runtime_roots;
  std::vector<ProgramFile> runtimes;  // programs that may start containers, besides the usual
  bool debug = false;
  std::string node;                // this host's name
  Policy policy;                   // its clauses reach the engine alone
  std::vector<std::string> rules;  // rule files and directories of such
  static void Describe(auto& self, auto& visit) {
    visit("state", self.state);
    visit("run", self.run);
    visit("modes", self.modes);
    visit("surface", self.surface);
    visit("keep", self.keep);
    visit("docker_sockets", self.docker_sockets);
    visit("runtime_roots", self.runtime_roots);
    visit("runtimes", self.runtimes);
    visit("debug", self.debug);
    visit("node", self.node);
    visit("policy", self.policy);
    visit("rules", self.rules);
  }
  [[nodiscard]] std::string LedgerDirectory() const { return state + "/ledger"; }
  [[nodiscard]] std::string SignerDirectory() const { return state + "/signer"; }
  [[nodiscard]] std::string SocketPath() const { return run + "/brig.sock"; }
};

}  // namespace brig::agent
