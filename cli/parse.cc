// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "base/nearest.h"

namespace brig::cli {
namespace {

void AddTo(CLI::App& app, const Flag& flag, bool argument) {
  CLI::Option* option = std::visit(
      [&](auto* target) -> CLI::Option* {
        if constexpr (std::is_same_v<decltype(target), bool*>)
          return app.add_flag(flag.name, *target);
        else
          return app.add_option(flag.name, *target);
      },
      flag.target);
  if (argument && flag.required) option->required();
  if (!argument && flag.repeatable()) option->take_all()->allow_extra_args(false);
  if (!flag.choices.empty()) option->check(CLI::IsMember(flag.choices, CLI::ignore_case));
}

void AddAll(CLI::App& app, const Flags& flags) {
  for (const Flag& flag : flags.options) AddTo(app, flag, false);
  for (const Flag& flag : flags.arguments) AddTo(app, flag, true);
}

// The subcommand `ledger verify` of `root`, with `ledger` made on the way.
CLI::App* PlaceFor(CLI::App& root, const std::string& name,
                   std::map<std::string, CLI::App*>& groups) {
  const std::size_t space = name.find(' ');
  if (space == std::string::npos) return root.add_subcommand(name, "");
  CLI::App*& group = groups[name.substr(0, space)];
  if (group == nullptr) {
    group = root.add_subcommand(name.substr(0, space), "");
    group->require_subcommand(1)->fallthrough();
  }
  return group->add_subcommand(name.substr(space + 1), "");
}

// The command that was probably meant by a first word that is none; "" when none is near.
std::string NearestCommand(const CLI::App& root, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* app : root.get_subcommands({})) names.push_back(app->get_name());
  return std::string(Nearest(word, std::vector<std::string_view>(names.begin(), names.end())));
}

// What to say when the words do not make a command: "staus", "ledger" alone, or "ledger dance"; ""
// when there are none.
std::string NoCommand(const CLI::App& root) {
  const std::vector<std::string> rest = root.remaining(/*recurse=*/true);
  const auto word =
      std::ranges::find_if(rest, [](const std::string& text) { return !text.starts_with('-'); });
  const auto groups = root.get_subcommands();
  if (groups.empty()) {
    if (word == rest.end()) return "";
    const std::string nearest = NearestCommand(root, *word);
    return fmt::format(
        "`{}` is not a command: {}", *word,
        nearest.empty() ? "see `brig --help`" : fmt::format("did you mean `brig {}`?", nearest));
  }
  const std::string group = groups.front()->get_name();
  std::vector<std::string> choices;
  for (const CLI::App* app : groups.front()->get_subcommands({}))
    choices.push_back(fmt::format("`brig {} {}`", group, app->get_name()));
  const std::string choice = fmt::format("{}", fmt::join(choices, " or "));
  if (word == rest.end()) return fmt::format("`{}` is half a command: {}", group, choice);
  return fmt::format("`{} {}` is not a command: {}", group, *word, choice);
}

}  // namespace

Result<Parsed> Parse(const std::vector<std::unique_ptr<Command>>& commands, Globals& globals,
                     std::vector<std::string> arguments) {
  CLI::App root("", "brig");
  root.set_help_flag("-h,--help", "");
  root.require_subcommand(0, 1);
  Parsed parsed;
  root.add_flag("--version", parsed.version);
  Flags global_flags;
  globals.Declare(global_flags);
  AddAll(root, global_flags);
  std::map<std::string, CLI::App*> groups;
  std::map<const CLI::App*, Command*> by_app;
  for (const auto& command : commands) {
    CLI::App* app = PlaceFor(root, command->about().name, groups);
    app->fallthrough();  // the global flags may stand behind the command
    Flags flags;
    command->Declare(flags);
    AddAll(*app, flags);
    by_app[app] = command.get();
  }
  const auto chosen = [&]() -> Command* {
    const CLI::App* app = &root;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return by_app.contains(app) ? by_app[app] : nullptr;
  };
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    root.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Parsed{chosen(), true, false};
  } catch (const CLI::Error& error) {
    const Command* command = chosen();
    if (command == nullptr) {
      const std::string no_command = NoCommand(root);
      if (!no_command.empty()) return Fail(ErrorCode::kInvalid, no_command);
    }
    std::string what = error.what();
    std::replace(what.begin(), what.end(), '\n', ' ');
    return Fail(ErrorCode::kInvalid, fmt::format("{}: see `brig {}--help`", what,
                                                 command ? command->about().name + " " : ""));
  }
  parsed.command = chosen();
  parsed.help = parsed.command == nullptr && !parsed.version;
  return parsed;
}

}  // namespace brig::cli
