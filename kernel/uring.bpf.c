/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Opens and connects that no system call names. What is asked is seen when the request is submitted
 * (by name only), what came out when it completes. io_uring's own threads carry the label of the
 * task that made them.
 */
#include "kernel/connect.h"
#include "kernel/open.h"

#define IORING_OP_CONNECT 16
#define IORING_OP_OPENAT 18
#define IORING_OP_OPENAT2 28

static __noinline void section_kernel_text(struct scratch *scratch, u16 kind, const void *text)
{
	u8 *to = section_begin(scratch);
	long length;

	if (!to)
		return;
	length = text ? bpf_probe_read_kernel_str(to, ABI_MAX_TEXT, text) : 0;
	if (length <= 0 || length > ABI_MAX_TEXT)
		length = 1;
	section_end(scratch, kind, length - 1, length == ABI_MAX_TEXT ? ABI_SECTION_CUT : 0);
}

static __always_inline void submitted(struct io_kiocb *request)
{
	u8 opcode = READ(request, opcode);
	struct io_open *open = (void *)request;
	struct call call = {.operation = OP_OPEN,
			    .flags = ABI_URING | ABI_ATTEMPT | ABI_PATH_AS_GIVEN};
	struct abi_named_file *body;
	struct scratch *scratch;

	if (opcode != IORING_OP_OPENAT && opcode != IORING_OP_OPENAT2)
		return;
	if (!find_subject(&call.subject) || !wanted(OP_OPEN))
		return;
	body = call_record(&scratch, &call, ABI_CLASS_TELEMETRY, ABI_FILE, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	if (bpf_core_field_exists(open->filename))
		section_kernel_text(scratch, ABI_SECTION_PATH, READ(open, filename, name));
	record_end(scratch, call.subject.task);
}

/* Until 6.13 the files stood in the table themselves. */
struct io_fixed_file {
	unsigned long file_ptr;
} __attribute__((preserve_access_index));
struct io_file_table___older {
	struct io_fixed_file *files;
} __attribute__((preserve_access_index));
struct io_ring_ctx___older {
	struct io_file_table___older file_table;
} __attribute__((preserve_access_index));

#define SLOT_FLAGS 7ul
#define ANY_SLOT 0xffffffff /* the kernel chose it, and the result says which */

static __always_inline struct file *file_of_slot(struct io_ring_ctx *ring, u32 slot)
{
	struct io_ring_ctx___older *older = (void *)ring;
	struct io_rsrc_node **nodes, *node = NULL;
	struct io_fixed_file *files;
	unsigned long pointer = 0;

	if (bpf_core_field_exists(ring->file_table.data.nodes)) {
		if (slot >= READ(ring, file_table.data.nr))
			return NULL;
		nodes = READ(ring, file_table.data.nodes);
		bpf_probe_read_kernel(&node, sizeof(node), nodes + slot);
		pointer = node ? READ(node, file_ptr) : 0;
	} else if (bpf_core_field_exists(older->file_table.files)) {
		files = READ(older, file_table.files);
		bpf_probe_read_kernel(&pointer, sizeof(pointer),
				      (void *)files +
					      slot * bpf_core_type_size(struct io_fixed_file));
	}
	return (struct file *)(pointer & ~SLOT_FLAGS);
}

/* What an open has given: a descriptor, or a place in the ring's own table. */
static __always_inline struct file *opened_file(struct io_kiocb *request, struct task_struct *task,
						u32 result)
{
	struct io_open *open = (void *)request;
	u32 slot = bpf_core_field_exists(open->file_slot) ? READ(open, file_slot) : 0;

	if (!slot)
		return file_of_descriptor(task, result);
	return file_of_slot(READ(request, ctx), slot == ANY_SLOT ? result : slot - 1);
}

static __always_inline void completed(struct io_kiocb *request, s32 result)
{
	struct call call = {.operation = OP_OPEN, .flags = ABI_URING, .ret = result};
	struct destination to = {};
	struct file *file;
	u8 opcode;

	if (!request || !find_subject(&call.subject))
		return;
	opcode = READ(request, opcode);
	if (opcode == IORING_OP_OPENAT || opcode == IORING_OP_OPENAT2) {
		if (result >= 0)
			file_opened(&call, opened_file(request, call.subject.task, result), 0);
	} else if (opcode == IORING_OP_CONNECT) {
		call.operation = OP_CONNECT;
		file = READ(request, file);
		if (!is_socket(file))
			return;
		socket_destination(&to, file);
		connected(&call, &to, 0, 0);
	}
}

/* Until 6.2 the tracepoint was called submit_sqe. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(io_uring_submit_sqe, struct io_kiocb *request)
{
	submitted(request);
	return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(io_uring_submit_req, struct io_kiocb *request)
{
	submitted(request);
	return 0;
}

/* The result moved from an argument into the completion entry in 6.13; the loader attaches the one
 * that fits. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(io_uring_complete_value, void *ring, void *request, u64 user_data, int result)
{
	completed(request, result);
	return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(io_uring_complete_entry, void *ring, void *request, struct io_uring_cqe *entry)
{
	completed(request, READ(entry, res));
	return 0;
}
