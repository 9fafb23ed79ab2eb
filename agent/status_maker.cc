// SPDX-License-Identifier: Apache-2.0
#include "agent/status_maker.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "sensor/loader.h"

namespace brig::agent {
namespace {

std::array<Mode, kInvariantCount> ModesOf(const Options& options) {
  std::array<Mode, kInvariantCount> modes{};
  for (std::size_t i = 0; i < modes.size() && i < options.modes.size(); ++i)
    modes.at(i) = options.modes[i];
  return modes;
}

void AddNotes(const StatusInputs& inputs, Status& status) {
  status.notes = inputs.setup.notes;
  std::ranges::copy(inputs.reader_notes, std::back_inserter(status.notes));
  if (!inputs.scribe_connected)
    status.notes.emplace_back(
        "the scribe is not running, nothing is recorded: look at brigd's log");
  if (!status.ledger.trouble.empty())
    status.notes.push_back(fmt::format("the ledger is in trouble: {}", status.ledger.trouble));
  if (inputs.not_kept + inputs.refused > 0) {
    status.notes.push_back(
        fmt::format("{} records could not be kept, for lack of room: make room in {}",
                    inputs.not_kept + inputs.refused, inputs.setup.options.state));
  }
  for (const RecordCounters& counter : status.counters) {
    if (counter.lost == 0) continue;
    status.notes.push_back(
        fmt::format("the kernel found no room for {} {} records; each loss is in the ledger",
                    counter.lost, NameOf(counter.record_class)));
  }
}

// A guard that did not refuse what it must is none.
void DoubtGuard(Status& status) {
  for (const Proof& proof : status.proofs) {
    if (proof.proven) continue;
    for (Protection& cell : status.meter)
      if (cell.invariant == proof.invariant && cell.layer == Layer::kGuard)
        cell = {cell.invariant, cell.layer, LayerState::kAbsent,
                fmt::format("not proven: {}", proof.reason)};
  }
}

}  // namespace

HostFacts ReadHostFacts(const Setup& setup) {
  HostFacts facts;
  if (auto boot = ReadFile("/proc/sys/kernel/random/boot_id", 64)) {
    while (boot->ends_with('\n')) boot->pop_back();
    facts.boot_id = *boot;
  }
  utsname name{};
  if (::uname(&name) == 0) facts.kernel = name.release;
  facts.meter = sensor::Meter(setup.programs, ModesOf(setup.options));
  return facts;
}

Status MakeStatus(const StatusInputs& inputs) {
  Status status;
  status.version = BRIG_VERSION;
  status.node = inputs.setup.options.node;
  status.boot_id = inputs.host.boot_id;
  status.kernel = inputs.host.kernel;
  status.started_wall_ns = inputs.setup.started_wall_ns;
  status.containers_running = inputs.containers_running;
  status.containers_ever = inputs.containers_ever;
  status.findings = inputs.pipeline.findings_ever();
  const auto modes = ModesOf(inputs.setup.options);
  for (std::uint16_t i = 1; i < kInvariantCount; ++i) {
    const auto invariant = static_cast<Invariant>(i);
    status.modes.push_back({invariant, modes.at(i), inputs.pipeline.findings_of(invariant)});
  }
  const Options& options = inputs.setup.options;
  for (std::uint16_t i = 1; i < kSurfaceCount && i < options.surface.size(); ++i)
    status.surface.push_back({static_cast<Surface>(i), options.surface[i]});
  if (!options.policy.path.empty())
    status.policy = fmt::format("{} (SHA-256 {})", options.policy.path, options.policy.digest);
  status.programs = inputs.setup.programs;
  status.meter = inputs.host.meter;
  status.proofs = inputs.proofs;
  status.counters = inputs.pipeline.counters();
  status.processes = inputs.processes;
  status.ledger = inputs.ledger;
  DoubtGuard(status);
  AddNotes(inputs, status);
  return status;
}

}  // namespace brig::agent
