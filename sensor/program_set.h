// SPDX-License-Identifier: Apache-2.0
// A BPF object whose programs are loaded and attached one by one: what the kernel lacks or refuses
// is left out, with the reason. Not thread safe.
#pragma once

#include <bpf/libbpf.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sensor/loader.h"

namespace brig::sensor {

using Reasons = std::map<std::string, std::string, std::less<>>;  // program -> why it is left out
using BpfObject = std::unique_ptr<bpf_object, decltype(&bpf_object__close)>;

struct ProgramSet {
  BpfObject object{nullptr, &bpf_object__close};
  Reasons reasons;
};

// What is to be done with a fresh object before it is loaded.
struct SetPlan {
  std::string_view bytes;  // of the object file
  // "" when the program is to be loaded, else why not.
  std::function<std::string(const bpf_program*)> why_absent;
  std::function<Result<>(bpf_object*)> prepare;  // may be empty
};

// Loads, leaving out one program more each time the kernel refuses one.
[[nodiscard]] Result<ProgramSet> LoadSet(const SetPlan& plan);

// Attaches what `is_source` chooses, reports every such program in `loaded`, whose handles take the
// links and programs. Gives the number attached.
std::size_t AttachSet(const ProgramSet& set, std::string_view object_name,
                      const std::function<bool(const bpf_program*)>& is_source, Loaded& loaded);

// Has libbpf's lines go to the debug log. Call once before LoadSet.
void QuietLibbpf();

}  // namespace brig::sensor
