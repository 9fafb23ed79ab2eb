// SPDX-License-Identifier: Apache-2.0
// What this kernel can do, found out by trying. Thread safe.
#pragma once

namespace brig::sensor {

// Can programs make 32-bit system calls here (IA-32 emulation)? Where they cannot, nobody needs to
// watch for them, and the host is spared a program run for every system call. Tries one in a child
// process; true when in doubt.
bool HasCompatCalls();

}  // namespace brig::sensor
