// SPDX-License-Identifier: Apache-2.0
// `brig top`: the live view of a brigd that runs already.
#include <unistd.h>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/live_loop.h"

namespace brig::cli {
namespace {

class Top final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "top",
        .summary = "the live view of the brigd that runs here",
        .details =
            "Shows the protection meter, the containers and the findings as they come, of a brigd "
            "that "
            "runs already. q leaves; brigd goes on. Without a terminal, or with --plain, it prints "
            "lines.",
        .examples = {{"brig top", "look in"}, {"brig top --plain", "a line for each finding"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--plain", .help = "lines instead of the screen", .target = &plain_});
  }
  Result<Exit> Run(const Session& session) override {
    BRIG_TRY(Client::Connect(session.socket_path()));
    const bool plain = plain_ || session.globals.json || ::isatty(STDOUT_FILENO) != 1 ||
                       ::isatty(STDIN_FILENO) != 1;
    return LiveLoop(session, nullptr, plain).Run();
  }

 private:
  bool plain_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeTop() { return std::make_unique<Top>(); }

}  // namespace brig::cli
