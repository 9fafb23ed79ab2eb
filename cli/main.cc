// SPDX-License-Identifier: Apache-2.0
// brig: reads the command line, runs one command, says what went wrong.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/bytes.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/parse.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kWidthMin = 40;

Session SessionFor(Globals globals) {
  Session session;
  session.globals = std::move(globals);
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    session.width = std::max<std::size_t>(size.ws_col, kWidthMin);
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  const bool wanted = (no_color == nullptr || *no_color == '\0') &&
                      (term == nullptr || std::string_view(term) != "dumb");
  session.color = session.globals.color_when == "always" ||
                  (session.globals.color_when == "auto" && terminal && wanted);
  return session;
}

int Complain(const Error& error) {
  const bool color = ::isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{} {}\n", Paint("brig:", Style::kCritical, color), Safe(error.message));
  return static_cast<int>(Exit::kUnknown);
}

int Main(std::vector<std::string> arguments) {
  const Commands commands = AllCommands();
  Globals globals;
  auto parsed = Parse(commands, globals, std::move(arguments));
  if (!parsed) return Complain(parsed.error());
  const Session session = SessionFor(std::move(globals));
  if (parsed->version) {
    fmt::print(session.out, "brig {}\n", Version());
    return 0;
  }
  if (parsed->help) {
    fmt::print(session.out, "{}",
               parsed->command ? HelpOf(*parsed->command, session.width, session.color)
                               : Overview(commands, session.color));
    return 0;
  }
  const auto exit = parsed->command->Run(session);
  if (!exit) return Complain(exit.error());
  // A full disk or a closed pipe behind stdout must not look like success.
  if (std::fflush(session.out) != 0)
    return Complain({ErrorCode::kUnavailable, "write the answer", errno});
  return static_cast<int>(*exit);
}

}  // namespace
}  // namespace brig::cli

int main(int argc, char** argv) {
  return brig::cli::Main(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
}
