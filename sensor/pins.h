// SPDX-License-Identifier: Apache-2.0
// Pins: names for the kernel programs in the BPF filesystem, so that they go on refusing when all
// of brigd is gone. A new brigd pins its own set beside the old one, and removes that when it knows
// the containers that it found: no moment is unguarded. Root only; not thread safe.
#pragma once

#include <string>

#include "base/result.h"
#include "sensor/handles.h"

namespace brig::sensor {

// Where a brigd that uses the directory `run` pins: two of them do not meet.
std::string PinDirectory(const std::string& run);

// Pins every link and what the programs need as one more set. Fails with kUnavailable when no BPF
// filesystem is mounted; when it fails midway, no set is left.
[[nodiscard]] Result<> Pin(const Handles& handles, const std::string& directory);

// Removes all sets but the newest.
void UnpinOlder(const std::string& directory);

// Removes it all: the programs leave the kernel with their last descriptor.
void Unpin(const std::string& directory);

}  // namespace brig::sensor
