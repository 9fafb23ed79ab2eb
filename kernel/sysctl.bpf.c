/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Settings of the kernel itself by which it starts programs, or stops ours: what is written to
 * them through /proc/sys, by anybody on the host, also by a descriptor that was opened long ago. A
 * text that changes while nothing is written here was changed in the kernel's memory.
 */
#include "kernel/maps.h"
#include "kernel/verdict.h"

#define MAX_NAME 24 /* longer than each of ours, so that a longer name is none of them */

static __always_inline bool is_name(const char *name, const char *ours, u32 size)
{
	for (u32 i = 0; i < size; i++)
		if (name[i] != ours[i])
			return false;
	return true;
}

#define IS_NAME(name, ours) is_name(name, ours, sizeof(ours))

static __always_inline int sysctl_number(const char *name)
{
	if (IS_NAME(name, "kernel/modprobe"))
		return ABI_SYSCTL_MODPROBE;
	if (IS_NAME(name, "kernel/core_pattern"))
		return ABI_SYSCTL_CORE_PATTERN;
	if (IS_NAME(name, "kernel/poweroff_cmd"))
		return ABI_SYSCTL_POWEROFF_CMD;
	if (IS_NAME(name, "kernel/ftrace_enabled"))
		return ABI_SYSCTL_FTRACE;
	return -1;
}

/* Programs that refuse do not run while ftrace is off: where there are some it stays on. */
static __always_inline bool silences_the_guard(struct abi_sysctl *note)
{
	struct abi_settings *set = read_settings();

	if (!set || !note->kept ||
	    (note->whole && note->value[0] == '1' &&
	     (note->value[1] == 0 || note->value[1] == '\n')))
		return false;
	for (u32 i = 0; i < ABI_INVARIANTS; i++)
		if (set->mode[i] == MODE_REFUSE)
			return true;
	return false;
}

/* The write is noted before it happens; `begun` and `noted` differ while the note is written. */
SEC("cgroup/sysctl")
int sysctl_write(struct bpf_sysctl *ctx)
{
	char name[MAX_NAME] = {};
	struct abi_sysctl *note;
	int number, size;
	u32 key;

	if (!ctx->write || bpf_sysctl_get_name(ctx, name, sizeof(name), 0) < 0)
		return 1;
	number = sysctl_number(name);
	if (number < 0)
		return 1;
	key = number;
	note = bpf_map_lookup_elem(&sysctls, &key);
	if (!note)
		return 1;
	__sync_fetch_and_add(&note->begun, 1);
	size = bpf_sysctl_get_new_value(ctx, (char *)note->value, sizeof(note->value));
	note->whole = size >= 0 && ctx->file_pos == 0;
	note->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(note->command, sizeof(note->command));
	__sync_fetch_and_add(&note->noted, 1);
	if (number != ABI_SYSCTL_FTRACE || !silences_the_guard(note))
		return 1;
	__sync_fetch_and_add(&note->refused, 1);
	return 0;
}
