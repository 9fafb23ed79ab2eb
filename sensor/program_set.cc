// SPDX-License-Identifier: Apache-2.0
#include "sensor/program_set.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <mntent.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "base/unique_fd.h"

namespace brig::sensor {
namespace {

// libbpf says which program the verifier refused only in its log.
std::string& LastRefusedProgram() {
  thread_local std::string name;
  return name;
}

int OnLibbpfLine(libbpf_print_level level, const char* format, va_list args) {
  char line[2048];
  std::vsnprintf(line, sizeof line, format, args);
  char name[128];
  if (std::sscanf(line, "libbpf: prog '%127[^']': BPF program load failed", name) == 1)
    LastRefusedProgram() = name;
  if (level == LIBBPF_WARN) LogDebug("{}", line);
  return 0;
}

Result<BpfObject> Open(const SetPlan& plan, const Reasons& refused, Reasons& reasons) {
  BpfObject object(bpf_object__open_mem(plan.bytes.data(), plan.bytes.size(), nullptr),
                   &bpf_object__close);
  if (!object) return FailErrno("open the kernel programs");
  reasons.clear();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object.get()) {
    const std::string name = bpf_program__name(program);
    std::string reason = plan.why_absent(program);
    if (const auto found = refused.find(name); found != refused.end()) reason = found->second;
    bpf_program__set_autoload(program, reason.empty());
    if (!reason.empty()) reasons[name] = reason;
  }
  if (plan.prepare) BRIG_TRY(plan.prepare(object.get()));
  return object;
}

// The one cgroup that every task of the host is in. Invalid where no version 2 hierarchy is
// mounted.
UniqueFd OpenRootCgroup() {
  const std::unique_ptr<FILE, int (*)(FILE*)> mounts(::setmntent("/proc/self/mounts", "re"),
                                                     ::endmntent);
  while (const mntent* entry = mounts ? ::getmntent(mounts.get()) : nullptr)
    if (std::string_view(entry->mnt_type) == "cgroup2")
      return UniqueFd(::open(entry->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  errno = ENOENT;
  return {};
}

bpf_link* AttachProgram(const bpf_program* program) {
  if (bpf_program__type(program) != BPF_PROG_TYPE_CGROUP_SYSCTL)
    return bpf_program__attach(program);
  const UniqueFd cgroup = OpenRootCgroup();
  return cgroup ? bpf_program__attach_cgroup(program, cgroup.get()) : nullptr;
}

void TellSize(const bpf_program* program, Program& report) {
  bpf_prog_info info{};
  __u32 size = sizeof info;
  if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) != 0) return;
  report.instructions = static_cast<std::uint32_t>(info.xlated_prog_len / sizeof(bpf_insn));
  report.verified = info.verified_insns;
}

}  // namespace

void QuietLibbpf() { libbpf_set_print(OnLibbpfLine); }

Result<ProgramSet> LoadSet(const SetPlan& plan) {
  Reasons refused;
  for (;;) {
    ProgramSet set;
    BRIG_ASSIGN(set.object, Open(plan, refused, set.reasons));
    LastRefusedProgram().clear();
    const int failed = bpf_object__load(set.object.get());
    if (failed == 0) return set;
    const std::string culprit = LastRefusedProgram();
    if (culprit.empty() || refused.contains(culprit)) {
      return Within(
          "load the kernel programs (run as root, outside containers; `brig doctor` tells "
          "what this host lacks)",
          FailErrno("bpf", -failed).error());
    }
    refused[culprit] = fmt::format("program load refused: {}", std::strerror(-failed));
    LogWarn("program={} is left out: {}", culprit, std::strerror(-failed));
  }
}

std::size_t AttachSet(const ProgramSet& set, std::string_view object_name,
                      const std::function<bool(const bpf_program*)>& is_source, Loaded& loaded) {
  bpf_program* program = nullptr;
  std::size_t attached = 0;
  bpf_object__for_each_program(program, set.object.get()) {
    if (!is_source(program)) continue;
    Program report{.name = bpf_program__name(program),
                   .object = std::string(object_name),
                   .attached = false,
                   .reason = "",
                   .instructions = 0,
                   .verified = 0};
    if (const auto found = set.reasons.find(report.name); found != set.reasons.end()) {
      report.reason = found->second;
    } else if (bpf_link* link = AttachProgram(program); link != nullptr) {
      loaded.handles.links.emplace_back(::fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3));
      loaded.handles.programs.emplace_back(::fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 3));
      report.attached = true;
      TellSize(program, report);
      ++attached;
      bpf_link__disconnect(link);
      bpf_link__destroy(link);
    } else {
      report.reason = fmt::format("attach refused: {}", std::strerror(errno));
    }
    loaded.programs.push_back(std::move(report));
  }
  return attached;
}

}  // namespace brig::sensor
