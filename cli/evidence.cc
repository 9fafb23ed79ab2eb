// SPDX-License-Identifier: Apache-2.0
// `brig evidence`: what is known of a finding, each entry with its proof, in one file.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/finding_search.h"
#include "cli/history.h"
#include "cli/ledger_flags.h"
#include "cli/text.h"
#include "ledger/prove.h"

namespace brig::cli {
namespace {

class EvidenceCommand final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "evidence",
        .summary = "a finding and what came before it, provable anywhere",
        .details =
            "Prints the finding's entry, its container's, its repeats, and the container's last "
            "events before it, each as a proof that stands alone, with the signed checkpoint (and "
            "its cosignatures, where witnesses are asked) and how to check it all. `brig ledger "
            "check` does that on a machine that has never seen this node. Arguments and paths are "
            "in it as they were recorded: think of whom you give it to.",
        .examples = {{"brig evidence 3f9a > 3f9a.evidence", "the finding whose id begins so"},
                     {"brig evidence 3f9a --events 500 > 3f9a.evidence", "with more before it"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "ID",
                    .help = "the finding's id, or its start, as `brig findings` shows it",
                    .required = true,
                    .target = &id_});
    flags.Option({.name = "--events",
                  .value_name = "N",
                  .help = "how many of the container's events before it (default 100)",
                  .target = &events_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<std::vector<std::uint64_t>> Indices(const std::string& ledger, const FoundFinding& found,
                                             std::uint64_t size) const;
  std::string id_;
  std::uint64_t events_ = 100;
};

// The entries that belong to the finding, of those that the checkpoint covers.
Result<std::vector<std::uint64_t>> EvidenceCommand::Indices(const std::string& ledger,
                                                            const FoundFinding& found,
                                                            std::uint64_t size) const {
  const std::uint64_t container = found.finding.subject.container.key;
  std::vector<std::uint64_t> indices = {found.index};
  std::deque<std::uint64_t> events;
  BRIG_TRY(ForEachRecord(ledger, [&](Stored& stored) {
    if (stored.index >= size) return;
    const auto* repeat = std::get_if<FindingRepeat>(&stored.record);
    const auto* known = std::get_if<Container>(&stored.record);
    const auto* event = std::get_if<Event>(&stored.record);
    if (repeat != nullptr && repeat->id == found.finding.id) indices.push_back(stored.index);
    if (known != nullptr && container != 0 && known->key == container)
      indices.push_back(stored.index);
    if (event == nullptr || event->actor.process.container != container ||
        event->wall_ns > found.finding.wall_ns)
      return;
    events.push_back(stored.index);
    if (events.size() > events_) events.pop_front();
  }));
  indices.insert(indices.end(), events.begin(), events.end());
  std::ranges::sort(indices);
  return indices;
}

Result<Exit> EvidenceCommand::Run(const Session& session) {
  const std::string ledger = session.ledger_directory();
  BRIG_ASSIGN(const FoundFinding found, FindFinding(ledger, id_));
  BRIG_ASSIGN(const std::string note, CheckpointFor(ledger, found.index));
  BRIG_ASSIGN(const ledger::CheckpointBody head, ledger::ReadCheckpoint(note));
  if (found.index >= head.size)
    return Fail(ErrorCode::kUnavailable,
                fmt::format("the finding, entry {}, is not sealed yet: the checkpoint covers {}. "
                            "Try again in a second",
                            found.index, head.size));
  BRIG_ASSIGN(const auto indices, Indices(ledger, found, head.size));
  BRIG_ASSIGN(const ledger::VerifierKey key, ledger::ReadKey(ledger));
  ledger::Evidence evidence;
  BRIG_ASSIGN(evidence.proofs, ledger::ProveEntriesIn(ledger, indices, note));
  evidence.words = fmt::format(
      "finding {}: {}\n"
      "log     {}, {} entries; of them here: {}\n"
      "\n"
      "Nothing above or in these lines is proven; what follows is. To check it, on any machine:\n"
      "\n"
      "    brig ledger check THIS-FILE --key KEY [--policy WITNESSES]\n"
      "\n"
      "KEY is the log's public key, from somebody who has it from before: not from here. Each "
      "part\n"
      "between the lines that begin with === is a C2SP tlog-proof by itself "
      "(c2sp.org/tlog-proof),\n"
      "the entry as its extra data, in brig's encoding (model/record.h).\n"
      "\n",
      found.finding.id, Safe(found.finding.sentence), Safe(key.name), head.size, indices.size());
  const std::string text = ledger::FormatEvidence(evidence);
  if (text.size() > ledger::kMaxEvidenceBytes)
    return Fail(ErrorCode::kLimit, "too much for one file: ask for fewer by --events");
  fmt::print(session.out, "{}", text);
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeEvidence() { return std::make_unique<EvidenceCommand>(); }

}  // namespace brig::cli
