// SPDX-License-Identifier: Apache-2.0
// What brigd was told on its command line, as each of its processes gets it. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/describe.h"
#include "model/names.h"

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

struct Options {
  std::string state = "/var/lib/brig";
  std::string run = "/run/brig";
  std::vector<Mode> modes = std::vector<Mode>(kInvariantCount, Mode::kWatch);  // by Invariant
  Keep keep = Keep::kDefault;
  std::vector<std::string> docker_sockets = {"/run/docker.sock"};
  std::vector<std::string> runtime_roots;
  bool debug = false;
  std::string node;                              // this host's name
  std::vector<Mode> surface = DefaultSurface();  // by Surface
  static void Describe(auto& self, auto& visit) {
    visit("state", self.state);
    visit("run", self.run);
    visit("modes", self.modes);
    visit("keep", self.keep);
    visit("docker_sockets", self.docker_sockets);
    visit("runtime_roots", self.runtime_roots);
    visit("debug", self.debug);
    visit("node", self.node);
    visit("surface", self.surface);
  }
  [[nodiscard]] std::string LedgerDirectory() const { return state + "/ledger"; }
  [[nodiscard]] std::string SignerDirectory() const { return state + "/signer"; }
  [[nodiscard]] std::string SocketPath() const { return run + "/brig.sock"; }
};

}  // namespace brig::agent
