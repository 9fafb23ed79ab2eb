/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a program of two instructions into the kernel, the beginning of every BPF rootkit. */
#include <linux/bpf.h>
#include <stdint.h>

#include "tests/scenarios/attacks/attack.h"

int main(int argc, char** argv) {
  const char* kind = argc > 1 ? argv[1] : "tracepoint";
  (void)argv;
  struct bpf_insn program[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  union bpf_attr attributes = {.prog_type = strcmp(kind, "socket") == 0
                                                ? BPF_PROG_TYPE_SOCKET_FILTER
                                                : BPF_PROG_TYPE_TRACEPOINT,
                               .insns = (uintptr_t)program,
                               .insn_cnt = 2,
                               .license = (uintptr_t)"GPL"};
  return finish(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)));
}
