// SPDX-License-Identifier: Apache-2.0
// The parts of the catalogue, a table for each family. Only catalogue.cc includes it and the tables
// themselves.
#pragma once

#include <span>

#include "drill/technique.h"

namespace brig::drill::tables {

std::span<const Technique> Mounts();
std::span<const Technique> Devices();
std::span<const Technique> Capabilities();
std::span<const Technique> Namespaces();
std::span<const Technique> Processes();
std::span<const Technique> Procfs();
std::span<const Technique> Kernel();
std::span<const Technique> Runtime();
std::span<const Technique> Uring();
std::span<const Technique> Daemons();
std::span<const Technique> Exploits();
std::span<const Technique> Starts();
std::span<const Technique> Drift();
std::span<const Technique> Neighbours();
std::span<const Technique> Leavings();

}  // namespace brig::drill::tables
