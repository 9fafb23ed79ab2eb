// SPDX-License-Identifier: Apache-2.0
#include "agent/fit.h"

#include "base/log.h"

namespace brig::agent {
namespace {

constexpr std::string_view kNote = "; this record leaves out some of it, for its size";

// Takes away half of the longest list. False when there is nothing left to take.
template <class T>
bool Halve(std::vector<T>& list, std::size_t at_least) {
  if (list.size() <= at_least) return false;
  list.resize(list.size() / 2);
  return true;
}

bool Shrink(Container& container) {
  if (!container.note.ends_with(kNote)) container.note += kNote;
  return Halve(container.mounts, 16) || Halve(container.labels, 8) || Halve(container.devices, 8) ||
         Halve(container.risks, 8) || Halve(container.mounts, 0) || Halve(container.labels, 0);
}

bool Shrink(Process& process) { return Halve(process.arguments, 1); }

bool Shrink(Finding& finding) {
  // The far ancestors first; the acting process last.
  for (std::size_t i = finding.subject.chain.size(); i-- > 1;)
    if (Shrink(finding.subject.chain[i])) return true;
  if (Shrink(finding.subject.container) || Halve(finding.subject.chain, 4)) return true;
  return !finding.subject.chain.empty() && Shrink(finding.subject.chain.front());
}

bool Shrink(Event& event) {
  if (auto* exec = std::get_if<ExecDetails>(&event.details)) {
    exec->arguments_cut = true;
    return Halve(exec->arguments, 1);
  }
  return false;
}

bool Shrink(auto&) { return false; }

}  // namespace

Bytes EncodeToFit(const Record& record, std::size_t max_bytes) {
  Bytes bytes = EncodeRecord(record);
  if (bytes.size() <= max_bytes) return bytes;
  Record smaller = record;
  while (bytes.size() > max_bytes) {
    if (!std::visit([](auto& noun) { return Shrink(noun); }, smaller)) {
      LogError("a record of {} bytes is too large for the ledger", bytes.size());
      return bytes;
    }
    bytes = EncodeRecord(smaller);
  }
  return bytes;
}

}  // namespace brig::agent
