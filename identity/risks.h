// SPDX-License-Identifier: Apache-2.0
// What about a container's start makes an escape easier, in words. What the kernel saw at birth
// (namespaces, capabilities, seccomp) counts, not what an engine says of it; mounts and devices
// come from the runtime's state. Most dangerous first. Thread safe (no state).
#pragma once

#include <vector>

#include "model/event.h"
#include "model/subject.h"

namespace brig::identity {

std::vector<Risk> FindRisks(const Container& container, const BirthDetails& birth,
                            const NamespaceSet& host);

// Every capability that leads out of a container, and no filter on system calls.
bool IsPrivileged(const BirthDetails& birth, const NamespaceSet& host);

}  // namespace brig::identity
