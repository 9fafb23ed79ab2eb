// SPDX-License-Identifier: Apache-2.0
#include "agent/proof_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <utility>

namespace brig::agent {
namespace {

bool IsKilled(Invariant invariant) { return invariant == Invariant::kCredentials; }

// "" when the act was refused as it must be.
std::string WhyNot(Invariant invariant, const Witnesses& saw) {
  // Some calls say EACCES whatever a hook answers.
  const bool refused =
      IsKilled(invariant) ? saw.signal == SIGKILL : saw.error == EPERM || saw.error == EACCES;
  if (saw.signal != 0 && !refused)
    return fmt::format("its canary was killed by signal {}", saw.signal);
  if (saw.guard == 0 && saw.error == 0 && saw.signal == 0)
    return "the act went through: the guard's programs do not run (kernel.ftrace_enabled must be "
           "1), or do not see the canary";
  if (saw.guard == 0 && refused) return "the act was refused, but not by the guard";
  if (saw.guard == 0)
    return fmt::format("the act could not be tried: {}", std::strerror(saw.error));
  if (!refused) return "the guard refused the act, and yet it was not stopped";
  if (saw.tracer == 0) return "the guard says it refused the act, no tracepoint program saw it";
  return "";
}

std::string NamesOf(const std::vector<Invariant>& invariants) {
  std::string text;
  for (const Invariant invariant : invariants)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", NameOf(invariant), TitleOf(invariant));
  return text;
}

// One notice for all proven ones, one for each reason why others are not.
std::vector<Notice> Tell(const std::vector<Proof>& proofs) {
  std::vector<Invariant> proven;
  std::map<std::string, std::vector<Invariant>> others;
  for (const Proof& proof : proofs)
    (proof.proven ? proven : others[proof.reason]).push_back(proof.invariant);
  std::vector<Notice> notices;
  const std::int64_t wall_ns = SystemClock().WallNs();
  for (const auto& [reason, invariants] : others)
    notices.push_back({wall_ns, "guard_unproven",
                       fmt::format("not proven: {}: {}", NamesOf(invariants), reason)});
  if (!proven.empty())
    notices.push_back({wall_ns, "guard_proven",
                       fmt::format("proven by an act that was refused: {}", NamesOf(proven))});
  return notices;
}

// Whether another notice would say something else.
bool SameStory(const std::vector<Proof>& a, const std::vector<Proof>& b) {
  return std::ranges::equal(a, b, [](const Proof& x, const Proof& y) {
    return x.invariant == y.invariant && x.proven == y.proven && x.reason == y.reason;
  });
}

}  // namespace

Proof Judge(const Proof& before, const Witnesses& witnesses, std::int64_t wall_ns) {
  Proof proof = before;
  proof.reason = WhyNot(proof.invariant, witnesses);
  proof.proven = proof.reason.empty();
  proof.refused += witnesses.guard;
  if (proof.proven) proof.proven_wall_ns = wall_ns;
  return proof;
}

std::vector<Notice> ProofBook::Take(std::vector<Proof> proofs, std::int64_t now_ns) {
  const bool news = !SameStory(proofs, proofs_) || now_ns - summary_ns_ >= kSummaryInterval;
  proofs_ = std::move(proofs);
  heard_ns_ = now_ns;
  silent_ = false;
  if (!news) return {};
  summary_ns_ = now_ns;
  return Tell(proofs_);
}

std::vector<Notice> ProofBook::Tick(std::int64_t now_ns) {
  if (!guarded_ || silent_ || now_ns - heard_ns_ < kPatience) return {};
  silent_ = true;
  const std::string reason = "no canary was heard of: look at brigd's log";
  for (Proof& proof : proofs_) {
    proof.proven = false;
    proof.reason = reason;
  }
  if (proofs_.empty())
    return {{SystemClock().WallNs(), "guard_unproven", fmt::format("not proven: {}", reason)}};
  return Tell(proofs_);
}

}  // namespace brig::agent
