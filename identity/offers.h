// SPDX-License-Identifier: Apache-2.0
// Runtimes' states that are offered as one container's, and which of them is believed. The reader
// does not read them, so several may come. One is believed when it names the container's first
// process, and when whoever could have written it could have started the container: root, or a user
// who is somebody in its user namespace, where root of the host is nobody. Not thread safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/proc_text.h"
#include "identity/runtime_state.h"
#include "identity/storage.h"
#include "model/facts.h"

namespace brig::identity {

class Offers {
 public:
  static constexpr std::size_t kMaxStates = 8;  // later ones are not looked at

  struct Offer {
    RuntimeState state;
    std::string source;
    std::optional<StoredContainer> stored;  // what the storage says that its bundle lies in
    bool storage_read = false;              // there is such a storage
  };
  // Whether the state's first process is the container's.
  using NamesIt = std::function<bool(const RuntimeState&)>;

  // kRuntimeState; its specification is looked for among `facts`.
  [[nodiscard]] Result<> AddState(const Document& document, const Facts& facts);
  // kStorage, after the states.
  [[nodiscard]] Result<> AddStorage(const Document& document);
  // kUserMap of the container's first process.
  void SetUsers(std::vector<UserRange> users) { users_ = std::move(users); }

  // Null when none is. Root's word counts over a user's. Good until the next non-const call.
  [[nodiscard]] const Offer* Believed(const NamesIt& names_it) const;
  // Forgets all others.
  void Keep(const Offer& believed);
  // Of those that are about the container whose cgroup is `cgroup` or whose first process is `pid`:
  // why they are not believed. "" when none is.
  [[nodiscard]] std::string WhyNot(const NamesIt& names_it, std::string_view cgroup,
                                   std::uint32_t pid) const;

 private:
  [[nodiscard]] bool MayVouch(std::uint32_t owner) const;

  std::vector<Offer> offers_;
  std::vector<UserRange> users_;
};

}  // namespace brig::identity
