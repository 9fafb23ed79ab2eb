/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads a program of two instructions into the kernel, the beginning of every BPF rootkit. "map"
 * makes a table instead, "tracepoint hold" keeps the program until the attack is killed.
 */
#include <linux/bpf.h>
#include <stdint.h>

#include "drill/attacks/attack.h"

int attack_bpf_load(int argc, char** argv) {
  const char* kind = argc > 1 ? argv[1] : "tracepoint";
  if (strcmp(kind, "map") == 0) { /* a table, which adds no code */
    union bpf_attr table = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return finish(syscall(SYS_bpf, BPF_MAP_CREATE, &table, sizeof(table)));
  }
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
  long loaded = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
  if (loaded >= 0 && argc > 2 && strcmp(argv[2], "hold") == 0) pause();
  return finish(loaded);
}
