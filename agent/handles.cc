// SPDX-License-Identifier: Apache-2.0
#include "agent/handles.h"

#include <utility>

namespace brig::agent {

std::vector<NamedHandle> NameHandles(const sensor::Handles& handles) {
  std::vector<NamedHandle> named;
  for (std::size_t i = 0; i < sensor::kMapCount; ++i)
    named.push_back(
        {{HandleUse::kMap, std::string(sensor::kMapNames.at(i))}, handles.maps.at(i).get()});
  for (const UniqueFd& link : handles.links) named.push_back({{HandleUse::kLink, ""}, link.get()});
  for (const UniqueFd& program : handles.programs)
    named.push_back({{HandleUse::kProgram, ""}, program.get()});
  return named;
}

sensor::Handles TakeHandles(Start& start) {
  sensor::Handles handles;
  for (std::size_t i = 0; i < start.setup.handles.size(); ++i) {
    const Handle& handle = start.setup.handles[i];
    if (handle.use == HandleUse::kLink) handles.links.push_back(std::move(start.handles[i]));
    if (handle.use == HandleUse::kProgram) handles.programs.push_back(std::move(start.handles[i]));
    if (handle.use != HandleUse::kMap) continue;
    for (std::size_t map = 0; map < sensor::kMapCount; ++map)
      if (sensor::kMapNames.at(map) == handle.name)
        handles.maps.at(map) = std::move(start.handles[i]);
  }
  return handles;
}

}  // namespace brig::agent
