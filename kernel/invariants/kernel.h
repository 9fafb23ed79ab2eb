/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I6 kernel: no code or hook is added to the kernel, and no kernel memory is read. */
#ifndef BRIG_I6_KERNEL_H
#define BRIG_I6_KERNEL_H

#include "kernel/object.h"
#include "kernel/verdict.h"

/* bpf(2) commands that add code or hooks; the rest reads or fills maps. */
static __always_inline bool bpf_adds_code(u64 command)
{
	return command == 5 /* PROG_LOAD */ || command == 8 /* PROG_ATTACH */ ||
	       command == 17 /* RAW_TRACEPOINT_OPEN */ || command == 28 /* LINK_CREATE */;
}

/* /proc/kcore is the kernel's memory as a file; it belongs to no process and no setting. */
static __always_inline bool i6_file(struct subject *subject, struct object *object,
				    struct verdict *verdict)
{
	u64 name = 0;

	if (object->magic != PROC_MAGIC)
		return false;
	bpf_probe_read_kernel_str(&name, sizeof(name), READ(object->dentry, d_name.name));
	return name == 0x65726f636bull /* "kcore" */ &&
	       broken(verdict, I_KERNEL, CAUSE_KERNEL_MEMORY, 0);
}

#endif
