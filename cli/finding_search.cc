// SPDX-License-Identifier: Apache-2.0
#include "cli/finding_search.h"

#include <fmt/format.h>

#include <deque>

#include "cli/history.h"
#include "cli/late_names.h"

namespace brig::cli {

constexpr std::size_t kMaxFindings = 20;  // told about when the id is ambiguous

Result<FoundFinding> FindFinding(const std::string& ledger, const std::string& id) {
  std::vector<FoundFinding> found;
  LateNames names;
  std::uint64_t more = 0;
  BRIG_TRY(ForEachRecord(ledger, [&](Stored& stored) {
    names.Learn(stored.record);
    if (const auto* repeat = std::get_if<FindingRepeat>(&stored.record))
      for (FoundFinding& known : found)
        if (known.finding.id == repeat->id) known.finding.count = repeat->count;
    auto* finding = std::get_if<Finding>(&stored.record);
    if (finding == nullptr || !finding->id.starts_with(id)) return;
    if (found.size() < kMaxFindings)
      found.push_back({stored.index, std::move(*finding)});
    else
      ++more;
  }));
  if (found.empty())
    return Fail(ErrorCode::kNotFound, fmt::format("no finding {}: `brig findings` lists them", id));
  if (found.size() > 1) {
    std::string ids;
    for (const FoundFinding& known : found) ids += " " + known.finding.id;
    return Fail(ErrorCode::kInvalid, fmt::format("{} findings begin with {}: give more of it:{}",
                                                 found.size() + more, id, ids));
  }
  names.Name(found.front().finding);
  return std::move(found.front());
}

Result<std::vector<Event>> EventsBefore(const std::string& ledger, const Finding& finding,
                                        std::size_t max) {
  std::deque<Event> events;
  BRIG_TRY(ForEachRecord(ledger, [&](Stored& stored) {
    auto* event = std::get_if<Event>(&stored.record);
    if (event == nullptr || event->actor.process.container != finding.subject.container.key) return;
    if (event->wall_ns > finding.wall_ns) return;
    events.push_back(std::move(*event));
    if (events.size() > max) events.pop_front();
  }));
  return std::vector<Event>(events.begin(), events.end());
}

}  // namespace brig::cli
