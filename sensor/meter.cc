// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/file.h"
#include "sensor/loader.h"

namespace brig::sensor {
namespace {

// The programs that an invariant is watched through. A missing one leaves a road unseen.
struct Need {
  Invariant invariant;
  std::vector<std::string_view> programs;
};

const std::vector<Need>& Needs() {
  static const std::vector<Need> needs = {
      {Invariant::kFiles,
       {"task_newtask", "sched_process_exec", "sys_exit_open", "sys_exit_openat",
        "sys_exit_openat2", "sys_exit_creat", "sys_exit_open_by_handle_at", "sys_exit_chroot",
        "sys_exit_pivot_root", "io_uring_complete", "sys_exit_compat"}},
      {Invariant::kDevices,
       {"sys_exit_open", "sys_exit_openat", "sys_exit_openat2", "sys_exit_mknod",
        "sys_exit_mknodat", "sys_exit_mount", "sys_exit_fsmount", "sys_exit_move_mount",
        "io_uring_complete", "sys_exit_compat"}},
      {Invariant::kNamespaces,
       {"task_newtask", "sys_exit_setns", "sys_exit_unshare", "sys_exit_openat",
        "sys_exit_compat"}},
      {Invariant::kCredentials,
       {"sched_process_exec", "sys_exit_setuid", "sys_exit_setresuid", "sys_exit_setreuid",
        "sys_exit_setgid", "sys_exit_setresgid", "sys_exit_capset", "sys_exit_openat"}},
      {Invariant::kProcesses,
       {"signal_generate", "sys_exit_ptrace", "sys_exit_process_vm_readv",
        "sys_exit_process_vm_writev", "sys_exit_pidfd_getfd", "sys_exit_prlimit64",
        "sys_exit_openat", "sys_exit_compat"}},
      {Invariant::kKernel,
       {"sys_exit_bpf", "sys_exit_init_module", "sys_exit_finit_module", "sys_exit_kexec_load",
        "sys_exit_perf_event_open", "sys_exit_syslog", "sys_exit_openat", "sys_exit_compat"}},
      {Invariant::kDoors, {"sys_exit_connect", "io_uring_complete", "sys_exit_compat"}},
  };
  return needs;
}

// "" when the program is attached, else why not. io_uring_complete is whichever of its forms fits.
std::string WhyMissing(const std::vector<Program>& programs, std::string_view name) {
  std::string reason = "not built into this brig";
  for (const Program& program : programs) {
    if (!program.name.starts_with(name)) continue;
    if (name != "io_uring_complete" && program.name != name) continue;
    if (program.attached) return "";
    reason = program.reason;
  }
  // A call that this kernel does not have is no road.
  return reason == kNoSuchCall || reason == kNoCompatCalls ? ""
                                                           : fmt::format("{}: {}", name, reason);
}

Protection EyeOf(const Need& need, const std::vector<Program>& programs) {
  Protection eye{need.invariant, Layer::kEye, LayerState::kActive, ""};
  std::size_t missing = 0;
  for (const std::string_view name : need.programs) {
    const std::string why = WhyMissing(programs, name);
    if (why.empty()) continue;
    if (missing++ != 0) eye.reason += "; ";
    eye.reason += why;
  }
  if (missing == need.programs.size())
    eye.state = LayerState::kAbsent;
  else if (missing != 0)
    eye.state = LayerState::kPartial;
  return eye;
}

std::string WhyNoGuard() {
  const auto list = ReadFile("/sys/kernel/security/lsm");
  if (list && list->find("bpf") == std::string::npos) return "lsm list has no bpf";
  return "this version has no guard programs";
}

}  // namespace

std::vector<Protection> Meter(const std::vector<Program>& programs,
                              const std::array<Mode, kInvariantCount>& modes) {
  std::vector<Protection> meter;
  const std::string no_guard = WhyNoGuard();
  for (const Need& need : Needs()) {
    const Mode mode = modes[static_cast<std::size_t>(need.invariant)];
    meter.push_back({need.invariant, Layer::kGuard, LayerState::kAbsent, no_guard});
    meter.push_back(
        {need.invariant, Layer::kCage, LayerState::kAbsent, "this version has no start-time door"});
    Protection eye = EyeOf(need, programs);
    if (mode == Mode::kOff)
      eye = {need.invariant, Layer::kEye, LayerState::kAbsent, "its mode is off"};
    Protection leash = eye;
    leash.layer = Layer::kLeash;
    if (mode == Mode::kWatch) {
      leash.state = LayerState::kAbsent;
      leash.reason = fmt::format("its mode is watch; `--mode {}=kill` kills the offender",
                                 NameOf(need.invariant));
    }
    meter.push_back(leash);
    meter.push_back(eye);
  }
  return meter;
}

}  // namespace brig::sensor
