/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Making one record: take scratch memory, fill it, submit it. A record is built in per-CPU scratch
 * because its length is known only at the end. Programs can be preempted by one another on newer
 * kernels, so scratch has slots: taking one is an atomic step, and when all are taken the record is
 * counted as lost.
 */
#ifndef BRIG_RECORD_H
#define BRIG_RECORD_H

#include "kernel/maps.h"

#define SCRATCH_SLOTS 4
#define TEXT_AREA 8192 /* where a path grows from the end to the front */
#define SECTION_LIMIT (ABI_MAX_RECORD - ABI_MAX_TEXT) /* where the last section may begin */

struct scratch {
	u8 record[ABI_MAX_RECORD];
	u8 text[TEXT_AREA + ABI_MAX_TEXT];
	u32 used; /* bytes of record */
	u32 busy; /* somebody's */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__type(key, u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct abi_counter *counter_of(u32 record_class)
{
	return bpf_map_lookup_elem(&counters, &record_class);
}

static __always_inline void count_lost(u32 record_class)
{
	struct abi_counter *counter = counter_of(record_class);

	if (counter) {
		__sync_fetch_and_add(&counter->next, 1);
		__sync_fetch_and_add(&counter->lost, 1);
	}
}

static __always_inline void scratch_give(struct scratch *scratch)
{
	__sync_lock_test_and_set(&scratch->busy, 0);
}

/*
 * Functions that are not static are verified by themselves, once, whoever calls them with what:
 * verifying is most of the time it takes to load a program. They take numbers and whole structures,
 * so kernel objects are given by their address, and may give back a number only.
 */

static __always_inline bool take_slot(u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);

	return scratch && __sync_val_compare_and_swap(&scratch->busy, 0, 1) == 0;
}

/* Written out: old verifiers take the loop for an endless one. */
__noinline u32 free_slot(void)
{
	return take_slot(0) ? 0 : take_slot(1) ? 1 : take_slot(2) ? 2 : take_slot(3) ? 3 : 4;
}

static __always_inline struct scratch *scratch_take(u32 record_class)
{
	u32 slot = free_slot();
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot); /* NULL for the fifth */

	if (!scratch)
		count_lost(record_class);
	return scratch;
}

/* Where the next section's bytes go; NULL when the record is full. Finish with section_end. */
static __always_inline u8 *section_begin(struct scratch *scratch)
{
	u32 at = scratch->used;

	if (at > SECTION_LIMIT - sizeof(struct abi_section))
		return NULL;
	return &scratch->record[at] + sizeof(struct abi_section);
}

static __always_inline void section_end(struct scratch *scratch, u16 kind, u32 length, u16 flags)
{
	u32 at = scratch->used;
	struct abi_section *section;

	if (at > SECTION_LIMIT - sizeof(*section))
		return;
	section = (void *)&scratch->record[at];
	section->kind = kind;
	section->flags = flags;
	section->length = length;
	scratch->used = at + sizeof(*section) + ((length + 7) & ~7u);
}

/* Text from user memory. `text` may be any number: a bad address makes an empty section. */
__noinline int section_user_text(struct scratch *scratch, u32 kind, u64 text)
{
	u8 *to = scratch ? section_begin(scratch) : NULL;
	long length;

	if (!to)
		return 0;
	length = text ? bpf_probe_read_user_str(to, ABI_MAX_TEXT, (void *)text) : 0;
	if (length <= 0 || length > ABI_MAX_TEXT)
		length = 1;
	section_end(scratch, kind, length - 1, length == ABI_MAX_TEXT ? ABI_SECTION_CUT : 0);
	return 0;
}

/* The arguments of the current process, whose memory it is, as they lie there. */
__noinline int arguments_of(struct scratch *scratch, u64 memory)
{
	struct mm_struct *mm = (void *)memory;
	u64 start = READ(mm, arg_start);
	u64 end = READ(mm, arg_end);
	u8 *to = scratch ? section_begin(scratch) : NULL;
	u64 length = end > start ? end - start : 0;
	u16 flags = 0;

	if (!to)
		return 0;
	if (length > ABI_MAX_TEXT) {
		length = ABI_MAX_TEXT;
		flags = ABI_SECTION_CUT;
	}
	if (bpf_probe_read_user(to, length, (void *)start)) {
		length = 0;
		flags = ABI_SECTION_CUT;
	}
	section_end(scratch, ABI_SECTION_ARGUMENTS, length, flags);
	return 0;
}

static __always_inline void section_arguments(struct scratch *scratch, struct task_struct *task)
{
	arguments_of(scratch, (u64)READ(task, mm));
}

/*
 * One container's flood must not push out what others do: while the telemetry ring is more than
 * half full, a container may add only BUDGET records in each WINDOW.
 */
#define BUDGET 256
#define WINDOW_NS 100000000ull

static __always_inline bool over_budget(struct birth *birth, u64 now)
{
	if (now - birth->window_start > WINDOW_NS) {
		birth->window_start = now;
		birth->window_records = 0;
	}
	if (__sync_fetch_and_add(&birth->window_records, 1) < BUDGET)
		return false;
	return bpf_ringbuf_query(&telemetry, BPF_RB_AVAIL_DATA) > (2 << 20);
}

/*
 * Waking the reader costs more than the record. Telemetry waits for the reader's next look, some
 * milliseconds away, unless there is much of it.
 */
static __always_inline u64 telemetry_wakeup(void)
{
	return bpf_ringbuf_query(&telemetry, BPF_RB_AVAIL_DATA) > (512 << 10) ? BPF_RB_FORCE_WAKEUP
									      : BPF_RB_NO_WAKEUP;
}

/* Numbers the record and hands it over. The scratch is given back by the caller. */
static __noinline void submit(struct scratch *scratch)
{
	struct abi_header *header = (void *)scratch->record;
	struct abi_task *task = (void *)(header + 1);
	u64 container = task->container;
	struct birth *birth = container ? bpf_map_lookup_elem(&births, &container) : NULL;
	u32 size = scratch->used, record_class = header->record_class;
	struct abi_counter *counter = counter_of(record_class);
	long failed;

	/* What canaries do is counted, not recorded. */
	if (!counter || size > ABI_MAX_RECORD || is_canary(container))
		return;
	header->size = size;
	header->sequence = __sync_fetch_and_add(&counter->next, 1);
	if (birth)
		__sync_fetch_and_add(&birth->records, 1);
	if (record_class == ABI_CLASS_CRITICAL)
		failed = bpf_ringbuf_output(&critical, scratch->record, size, BPF_RB_FORCE_WAKEUP);
	else if (birth && over_budget(birth, header->time_ns))
		failed = 1;
	else
		failed = bpf_ringbuf_output(&telemetry, scratch->record, size, telemetry_wakeup());
	if (failed) {
		__sync_fetch_and_add(&counter->lost, 1);
		if (birth)
			__sync_fetch_and_add(&birth->shed, 1);
	}
}

#endif
