// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

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
      {Invariant::kStarts, {"task_newtask", "sched_process_exec"}},
  };
  return needs;
}

// "" when the program is attached, else why not. Some have several forms, of which one fits.
std::string WhyMissing(const std::vector<Program>& programs, std::string_view name) {
  const bool forms = name == "io_uring_complete" || name == "guard_bpf" || name == "guard_perf" ||
                     name == "guard_setattr";
  std::string reason = "not built into this brig";
  for (const Program& program : programs) {
    if (!program.name.starts_with(name) || (!forms && program.name != name)) continue;
    if (program.attached) return "";
    reason = program.reason;
  }
  // A call that this kernel does not have is no road.
  if (reason == kNoSuchCall || reason == kNoCompatCalls) return "";
  // What holds for all programs is said once, and not of each.
  const bool common = reason.starts_with("lsm list") || reason.starts_with("LSM programs") ||
                      reason.starts_with(kLsmListUnread);
  return common ? reason : fmt::format("{}: {}", name, reason);
}

// The hooks that refuse for an invariant.
const std::vector<Need>& GuardNeeds() {
  static const std::vector<Need> needs = {
      {Invariant::kFiles,
       {"guard_file_open", "guard_file_receive", "guard_path_rename", "guard_path_link",
        "guard_path_unlink", "guard_path_chmod", "guard_path_mknod", "guard_path_chroot",
        "guard_sb_mount", "guard_sb_kern_mount", "guard_move_mount", "guard_setattr",
        "guard_inode_setxattr", "guard_inode_removexattr", "guard_bprm_check_security",
        "guard_capable"}},
      {Invariant::kDevices, {"guard_file_open", "guard_path_mknod", "guard_sb_kern_mount"}},
      {Invariant::kNamespaces,
       {"guard_file_open", "guard_file_receive", "guard_ptrace_access_check", "guard_capable",
        "guard_socket_create"}},
      {Invariant::kCredentials,
       {"guard_file_open", "guard_bprm_check_security", "guard_bprm_committed_creds",
        "guard_capable", "guard_task_fix_setuid", "guard_capset"}},
      {Invariant::kProcesses,
       {"guard_ptrace_access_check", "guard_task_kill", "guard_task_setrlimit",
        "guard_task_setscheduler", "guard_task_setnice", "guard_task_setioprio",
        "guard_task_movememory", "guard_file_set_fowner", "guard_file_send_sigiotask"}},
      {Invariant::kKernel,
       {"guard_kernel_read_file", "guard_kernel_load_data", "guard_bpf", "guard_perf",
        "guard_syslog", "guard_capable", "guard_file_open", "guard_bprm_check_security"}},
      {Invariant::kDoors,
       {"guard_socket_connect", "guard_socket_sendmsg", "guard_unix_stream_connect",
        "guard_unix_may_send"}},
      {Invariant::kImage, {"guard_bprm_check_security", "guard_mmap_file", "guard_file_mprotect"}},
      {Invariant::kNeighbours,
       {"guard_ipc_permission", "guard_key_permission", "guard_inode_create", "guard_file_open"}},
      {Invariant::kLeavings, {"guard_path_chmod", "guard_path_mknod", "guard_inode_setxattr"}},
      {Invariant::kStarts, {"guard_bprm_check_security", "guard_task_alloc"}},
  };
  return needs;
}

LayerState StateOf(std::size_t missing, std::size_t needed) {
  if (missing == needed) return LayerState::kAbsent;
  return missing == 0 ? LayerState::kActive : LayerState::kPartial;
}

// How far a layer's programs are there; equal reasons are said once.
Protection HeldBy(Layer layer, const Need& need, const std::vector<Program>& programs) {
  Protection cell{need.invariant, layer, LayerState::kActive, ""};
  std::size_t missing = 0;
  std::vector<std::string> reasons;
  for (const std::string_view name : need.programs) {
    const std::string why = WhyMissing(programs, name);
    if (why.empty()) continue;
    ++missing;
    if (std::ranges::find(reasons, why) == reasons.end()) reasons.push_back(why);
  }
  cell.state = StateOf(missing, need.programs.size());
  for (const std::string& reason : reasons)
    cell.reason += (cell.reason.empty() ? "" : "; ") + reason;
  return cell;
}

// What the mode makes of a layer that could hold.
Protection WithMode(Protection cell, Mode mode) {
  if (mode == Mode::kOff)
    return {cell.invariant, cell.layer, LayerState::kAbsent, "its mode is off"};
  const bool acts = cell.layer == Layer::kEye || mode == Mode::kKill ||
                    (cell.layer == Layer::kGuard && mode == Mode::kRefuse);
  if (acts || cell.state == LayerState::kAbsent) return cell;
  const std::string_view wanted = cell.layer == Layer::kGuard ? "refuse" : "kill";
  return {
      cell.invariant, cell.layer, LayerState::kAbsent,
      fmt::format("its mode is {}; `--mode {}={}` has it {}", NameOf(mode), NameOf(cell.invariant),
                  wanted, wanted == "kill" ? "kill the offender" : "refuse")};
}

}  // namespace

std::vector<Protection> Meter(const std::vector<Program>& programs,
                              const std::array<Mode, kInvariantCount>& modes) {
  std::vector<Protection> meter;
  for (const Need& guard : GuardNeeds()) {
    const Mode mode = modes[static_cast<std::size_t>(guard.invariant)];
    const auto watched = std::ranges::find(Needs(), guard.invariant, &Need::invariant);
    const Need eye = watched != Needs().end() ? *watched : Need{guard.invariant, {}};
    meter.push_back(WithMode(HeldBy(Layer::kGuard, guard, programs), mode));
    meter.push_back({guard.invariant, Layer::kCage, LayerState::kAbsent,
                     "this version has no start-time door"});
    for (const Layer layer : {Layer::kLeash, Layer::kEye}) {
      Protection cell = HeldBy(layer, eye, programs);
      if (eye.programs.empty()) cell.reason = "no tracepoint sees it: the guard alone does";
      meter.push_back(WithMode(std::move(cell), mode));
    }
  }
  return meter;
}

}  // namespace brig::sensor
