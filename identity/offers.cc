// SPDX-License-Identifier: Apache-2.0
#include "identity/offers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "identity/oci_spec.h"

namespace brig::identity {
namespace {

std::string_view DirectoryOf(std::string_view path) { return path.substr(0, path.rfind('/')); }

}  // namespace

Result<> Offers::AddState(const Document& document, const Facts& facts) {
  BRIG_ASSIGN(RuntimeState state, ParseRuntimeState(document.content, document.source));
  state.owner = document.owner;
  for (const Document& spec : facts.documents)
    if (spec.kind == DocumentKind::kSpec && spec.owner == document.owner &&
        DirectoryOf(spec.source) == DirectoryOf(document.source))
      BRIG_TRY(ReadSpec(spec.content, state));
  const auto known = std::ranges::find(offers_, document.source, &Offer::source);
  if (known != offers_.end())
    known->state = std::move(state);
  else if (offers_.size() < kMaxStates)
    offers_.push_back({.state = std::move(state), .source = document.source, .stored = {}});
  return {};
}

Result<> Offers::AddStorage(const Document& document) {
  for (Offer& offer : offers_) {
    if (document.owner != offer.state.owner ||
        StorageOf(offer.state.bundle, offer.state.id) != DirectoryOf(document.source))
      continue;
    BRIG_ASSIGN(auto stored, FindStored(document.content, offer.state.id));
    offer.storage_read = true;
    if (stored) offer.stored = std::move(stored);
  }
  return {};
}

bool Offers::MayVouch(std::uint32_t owner) const {
  return owner == 0 || (owner != kUnsetId && HasUser(users_, owner) && !HasUser(users_, 0));
}

const Offers::Offer* Offers::Believed(const NamesIt& names_it) const {
  const Offer* best = nullptr;
  for (const Offer& offer : offers_) {
    if (!MayVouch(offer.state.owner) || !names_it(offer.state)) continue;
    if (!best || (best->state.owner != 0 && offer.state.owner == 0)) best = &offer;
  }
  return best;
}

void Offers::Keep(const Offer& believed) {
  Offer kept = believed;  // it lies in the vector
  offers_.clear();
  offers_.push_back(std::move(kept));
}

std::string Offers::WhyNot(const NamesIt& names_it, std::string_view cgroup,
                           std::uint32_t pid) const {
  std::string why;
  for (const Offer& offer : offers_) {
    const RuntimeState& state = offer.state;
    std::string sentence;
    if (names_it(state))
      sentence = fmt::format(
          "{} names its first process, but {} could have written that",
          Printable(offer.source, 256),
          state.owner == kUnsetId ? "more than one user" : fmt::format("user {}", state.owner));
    // States of other containers that were looked at in passing are no contradiction.
    else if (cgroup.find(state.id) != std::string_view::npos || state.init_pid == pid)
      sentence = fmt::format("{} names another process ({}) as the first of container {}",
                             Printable(offer.source, 256), state.init_pid, Printable(state.id, 64));
    if (!sentence.empty()) why += (why.empty() ? "" : "; ") + sentence;
  }
  return why;
}

}  // namespace brig::identity
