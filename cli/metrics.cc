// SPDX-License-Identifier: Apache-2.0
#include "cli/metrics.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>
#include <utility>

#include "cli/text.h"

namespace brig::cli {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

double Seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string Quoted(std::string_view text) {
  std::string quoted;
  for (const char c : Safe(text)) {
    if (c == '\\' || c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

// A family's samples follow its head.
class Metrics {
 public:
  void Head(std::string_view name, std::string_view help) {
    name_ = name;
    const std::string_view type = name.ends_with("_total") ? "counter" : "gauge";
    text_ += fmt::format("# HELP brig_{} {}\n# TYPE brig_{} {}\n", name, help, name, type);
  }
  void Sample(const Labels& labels, auto value) {
    std::string inside;
    for (const auto& [name, label] : labels)
      inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", name, Quoted(label));
    text_ += fmt::format("brig_{}{} {}\n", name_, inside.empty() ? "" : "{" + inside + "}", value);
  }
  void One(std::string_view name, std::string_view help, auto value) {
    Head(name, help);
    Sample({}, value);
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

void AddGuard(const Status& status, Metrics& out) {
  out.Head("protection", "how a layer holds an invariant: 0 absent, 1 partial, 2 active");
  for (const Protection& cell : status.meter)
    out.Sample({{"invariant", NameOf(cell.invariant)}, {"layer", NameOf(cell.layer)}},
               static_cast<int>(cell.state));
  out.Head("guard_proven", "1 when the last canary of the invariant was refused");
  for (const Proof& proof : status.proofs)
    out.Sample({{"invariant", NameOf(proof.invariant)}}, proof.proven ? 1 : 0);
  out.Head("guard_proven_time_seconds", "when a canary of the invariant was last refused; 0 never");
  for (const Proof& proof : status.proofs)
    out.Sample({{"invariant", NameOf(proof.invariant)}}, Seconds(proof.proven_wall_ns));
  out.Head("guard_canaries_refused_total", "canaries that the guard counted as refused");
  for (const Proof& proof : status.proofs)
    out.Sample({{"invariant", NameOf(proof.invariant)}}, proof.refused);
  out.Head("findings_total", "findings since brigd's engine started, repeats not counted");
  for (const InvariantMode& mode : status.modes)
    out.Sample({{"invariant", NameOf(mode.invariant)}}, mode.findings);
}

void AddFlow(const Status& status, Metrics& out) {
  const auto each = [&](std::string_view name, std::string_view help, auto field) {
    out.Head(name, help);
    for (const RecordCounters& counters : status.counters)
      out.Sample({{"class", NameOf(counters.record_class)}}, counters.*field);
  };
  each("records_received_total", "records taken from the kernel", &RecordCounters::received);
  each("records_lost_total", "records for which the kernel had no room", &RecordCounters::lost);
  each("program_runs_missed_total", "program runs that the kernel skipped",
       &RecordCounters::missed);
  each("records_refused_total", "records that did not decode", &RecordCounters::refused);
  out.Head("process_restarts_total", "restarts of a process of brigd");
  for (const ProcessStatus& process : status.processes)
    out.Sample({{"role", process.role}}, process.restarts);
  out.Head("process_resident_bytes", "memory of a process of brigd");
  for (const ProcessStatus& process : status.processes)
    out.Sample({{"role", process.role}}, process.resident_bytes);
}

}  // namespace

std::string MetricsOf(const Status& status) {
  Metrics out;
  out.Head("info", "1; its labels tell which brig");
  out.Sample({{"version", status.version}, {"node", status.node}, {"kernel", status.kernel}}, 1);
  out.One("start_time_seconds", "when brigd started", Seconds(status.started_wall_ns));
  out.One("containers_running", "containers that run", status.containers_running);
  AddGuard(status, out);
  AddFlow(status, out);
  out.One("ledger_entries", "durable entries of the record", status.ledger.entries);
  out.One("ledger_sealed_entries", "of these, under a signed checkpoint", status.ledger.sealed);
  out.One("ledger_trouble", "1 when the record cannot be kept or sealed",
          status.ledger.trouble.empty() ? 0 : 1);
  return out.Take();
}

}  // namespace brig::cli
