// SPDX-License-Identifier: Apache-2.0
// `brig session`: one session, told in order.
#include <fmt/format.h>

#include "cli/act_line.h"
#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/history.h"

namespace brig::cli {
namespace {

class OneSession final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "session",
            .summary = "what one session did, in order",
            .details =
                "Tells one session from the record in order: commands given to engines, containers "
                "started and entered, findings. brigd need not run.",
            .examples = {{"brig session 5", "audit session 5 of this boot"},
                         {"brig session root", "what root did outside any session"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument(
        {.name = "ID", .help = "as `brig sessions` shows it", .required = true, .target = &id_});
  }
  Result<Exit> Run(const Session& session) override {
    Acts acts;
    ContainerNames names;
    BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](Stored& stored) {
      names.Learn(stored.record);
      acts.Learn(stored.record);
    }));
    const std::uint32_t boots = acts.boots();
    bool any = false;
    for (const Act& act : acts.Take()) {
      if (id_.empty() || SessionOf(act, boots) != id_) continue;
      PrintAct(session, act, id_, names);
      any = true;
    }
    if (!any)
      return Fail(ErrorCode::kNotFound,
                  fmt::format("no session {}: `brig sessions` lists them", id_));
    return Exit::kFine;
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<Command> MakeSession() { return std::make_unique<OneSession>(); }

}  // namespace brig::cli
