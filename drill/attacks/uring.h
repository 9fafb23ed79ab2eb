/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest io_uring: one request at a time, by raw system calls, without a library. */
#ifndef BRIG_DRILL_URING_H
#define BRIG_DRILL_URING_H

#include <linux/io_uring.h>
#include <sys/mman.h>

#include "drill/attacks/attack.h"

struct uring {
  int fd;
  unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
  struct io_uring_sqe* sqes;
  struct io_uring_cqe* cqes;
};

static inline int uring_open(struct uring* ring) {
  struct io_uring_params params = {0};
  ring->fd = (int)syscall(SYS_io_uring_setup, 4, &params);
  if (ring->fd < 0) return -1;
  int flags = MAP_SHARED | MAP_POPULATE, access = PROT_READ | PROT_WRITE;
  size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  size_t sqes_size = params.sq_entries * sizeof(struct io_uring_sqe);
  char* sq = mmap(NULL, sq_size, access, flags, ring->fd, IORING_OFF_SQ_RING);
  char* cq = mmap(NULL, cq_size, access, flags, ring->fd, IORING_OFF_CQ_RING);
  ring->sqes = mmap(NULL, sqes_size, access, flags, ring->fd, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || ring->sqes == MAP_FAILED) return -1;
  ring->sq_tail = (unsigned*)(sq + params.sq_off.tail);
  ring->sq_mask = (unsigned*)(sq + params.sq_off.ring_mask);
  ring->sq_array = (unsigned*)(sq + params.sq_off.array);
  ring->cq_head = (unsigned*)(cq + params.cq_off.head);
  ring->cq_tail = (unsigned*)(cq + params.cq_off.tail);
  ring->cq_mask = (unsigned*)(cq + params.cq_off.ring_mask);
  ring->cqes = (struct io_uring_cqe*)(cq + params.cq_off.cqes);
  return 0;
}

/* Submits one request and waits for it. Returns its result, or -1 with errno set. */
static inline int uring_do(struct uring* ring, const struct io_uring_sqe* request) {
  unsigned tail = *ring->sq_tail, slot = tail & *ring->sq_mask;
  ring->sqes[slot] = *request;
  ring->sq_array[slot] = slot;
  __atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -1;
  unsigned head = *ring->cq_head;
  if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE)) {
    errno = EAGAIN;
    return -1;
  }
  int result = ring->cqes[head & *ring->cq_mask].res;
  __atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

#endif
