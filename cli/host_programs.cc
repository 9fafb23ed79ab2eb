// SPDX-License-Identifier: Apache-2.0
// Which kinds of kernel programs and maps this kernel accepts, by loading the smallest one of each
// and letting it go at once. Nothing is attached.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <array>
#include <cstring>

#include "base/unique_fd.h"
#include "cli/host.h"

namespace brig::cli {
namespace {

// `return 0`
constexpr std::array kReturnZero = {
    bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
    bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};

// 0, or the errno of the refusal.
int TryProgram(bpf_prog_type type, bpf_attach_type attach, const char* target) {
  const int type_id = ::libbpf_find_vmlinux_btf_id(target, attach);
  if (type_id <= 0) return type_id == 0 ? ENOENT : -type_id;
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = attach;
  options.attach_btf_id = static_cast<__u32>(type_id);
  const UniqueFd program(::bpf_prog_load(type, "brig_doctor", "Dual BSD/GPL", kReturnZero.data(),
                                         kReturnZero.size(), &options));
  return program ? 0 : errno;
}

Check ProgramCheck(std::string name, int refused, Health health_without, std::string advice) {
  if (refused == 0) return {std::move(name), Health::kOk, "accepted", ""};
  return {std::move(name), health_without, fmt::format("refused: {}", std::strerror(refused)),
          std::move(advice)};
}

constexpr const char* kPrivilege =
    "run as root with CAP_BPF and CAP_PERFMON, outside a confined container";

Check MapCheck(std::string name, bpf_map_type type, std::string advice) {
  if (::libbpf_probe_bpf_map_type(type, nullptr) == 1)
    return {std::move(name), Health::kOk, "accepted", ""};
  // Without the right nothing is accepted: that says nothing of the kernel.
  const UniqueFd oldest(::bpf_map_create(BPF_MAP_TYPE_LRU_HASH, nullptr, 4, 4, 1, nullptr));
  if (!oldest) return {std::move(name), Health::kMissing, "cannot be tried", kPrivilege};
  return {std::move(name), Health::kMissing, "refused", std::move(advice)};
}

int Silent(libbpf_print_level, const char*, va_list) { return 0; }

}  // namespace

std::vector<Check> CheckPrograms() {
  ::libbpf_set_print(Silent);
  return {ProgramCheck("tracepoint programs",
                       TryProgram(BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "sched_process_exit"),
                       Health::kMissing, kPrivilege),
          MapCheck("task storage", BPF_MAP_TYPE_TASK_STORAGE, "boot a 5.11 kernel or newer"),
          MapCheck("ring buffer", BPF_MAP_TYPE_RINGBUF, "boot a 5.8 kernel or newer"),
          ProgramCheck("LSM programs", TryProgram(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "file_open"),
                       Health::kDegraded,
                       "the guard layer needs CONFIG_BPF_LSM=y; eye and leash work without")};
}

}  // namespace brig::cli
