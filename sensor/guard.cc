// SPDX-License-Identifier: Apache-2.0
#include "sensor/guard.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "base/log.h"
#include "kernel/guard.skel.h"
#include "sensor/program_set.h"

namespace brig::sensor {
namespace {

constexpr const char* kLsmList = "/sys/kernel/security/lsm";

std::string_view Bytes() {
  std::size_t size = 0;
  const void* data = brig_guard__elf_bytes(&size);
  return {static_cast<const char*>(data), size};
}

// How many arguments the kernel's hook takes, or -1 when it does not have it.
int HookArguments(const btf* kernel, std::string_view hook) {
  const auto id =
      btf__find_by_name_kind(kernel, fmt::format("bpf_lsm_{}", hook).c_str(), BTF_KIND_FUNC);
  if (id < 0) return -1;
  const btf_type* function = btf__type_by_id(kernel, static_cast<__u32>(id));
  return btf_vlen(btf__type_by_id(kernel, function->type));
}

// Forms of one hook for the numbers of arguments that kernels give it.
struct Form {
  std::string_view program;
  int arguments;
};
constexpr Form kForms[] = {{"guard_bpf_three", 3},   {"guard_bpf_four", 4},
                           {"guard_perf_two", 2},    {"guard_perf_one", 1},
                           {"guard_setattr_two", 2}, {"guard_setattr_three", 3}};

std::string WhyAbsent(const btf* kernel, const bpf_program* program) {
  const std::string_view section = bpf_program__section_name(program);
  const int arguments = HookArguments(kernel, section.substr(section.rfind('/') + 1));
  if (arguments < 0) return kNoSuchHook;
  for (const Form& form : kForms)
    if (form.program == bpf_program__name(program) && form.arguments != arguments)
      return kOtherForm;
  return "";
}

// Why no LSM program can work here, or "": with `bpf` missing in the list they load, attach, and
// are never called.
std::string WhyNone() {
  const auto list = ReadFile(kLsmList);
  if (!list) return fmt::format("{}: {}", kLsmListUnread, list.error().message);
  if (list->find("bpf") == std::string::npos)
    return "lsm list has no bpf: add it to lsm= on the kernel's command line";
  // Ask once with a program that does nothing: some kernels refuse them all.
  const bpf_insn nothing[] = {{.code = 0xb7, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
                              {.code = 0x95, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  const int id = libbpf_find_vmlinux_btf_id("file_open", BPF_LSM_MAC);
  if (id < 0) return "this kernel has no LSM hooks for programs";
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = BPF_LSM_MAC;
  options.attach_btf_id = static_cast<__u32>(id);
  const int fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "probe", "GPL", nothing, 2, &options);
  if (fd < 0) return fmt::format("LSM programs are refused: {}", std::strerror(-fd));
  ::close(fd);
  return "";
}

Result<> ShareMaps(bpf_object* guard, const bpf_object* sensor) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, guard) {
    const char* name = bpf_map__name(map);
    const int fd = bpf_object__find_map_fd_by_name(sensor, name);
    if (fd < 0) continue;  // the guard's own
    if (bpf_map__reuse_fd(map, fd) != 0) return FailErrno(fmt::format("share the map {}", name));
  }
  return {};
}

}  // namespace

bool GuardAttached(const std::vector<Program>& programs) {
  return std::ranges::any_of(programs, [](const Program& program) {
    return program.object == kGuardObject && program.attached;
  });
}

Result<> LoadGuard(const btf* kernel, const bpf_object* sensor, Loaded& loaded) {
  const std::string none = WhyNone();
  const SetPlan plan{.bytes = Bytes(),
                     .why_absent =
                         [&](const bpf_program* program) {
                           return none.empty() ? WhyAbsent(kernel, program) : none;
                         },
                     .prepare = [&](bpf_object* guard) { return ShareMaps(guard, sensor); }};
  BRIG_ASSIGN(const ProgramSet set, LoadSet(plan));
  AttachSet(set, kGuardObject, [](const bpf_program*) { return true; }, loaded);
  return {};
}

}  // namespace brig::sensor
