// SPDX-License-Identifier: Apache-2.0
// Where on this host the doors and the guarded directories are: management sockets, directories
// that belong to the host alone. Looked up by path, told to the kernel programs by inode. Thread
// safe (no state).
#pragma once

#include <string>
#include <vector>

#include "agent/options.h"
#include "sensor/maps.h"

namespace brig::agent {

std::vector<sensor::InodeObject> FindUnixDoors(const Options& options);
std::vector<sensor::InodeObject> FindGuarded(const Options& options);
// Where no link may lead that a container leaves on storage that others reach.
std::vector<sensor::LinkPlace> LinkPlaces();
// Endpoints by address: cloud metadata, and what listens on the host's loopback.
std::vector<sensor::AddressObject> InetDoors();

}  // namespace brig::agent
