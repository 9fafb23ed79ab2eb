// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.h"

namespace brig::cli {
namespace {

Flags FlagsOf(Command& command) {
  Flags flags;
  command.Declare(flags);
  return flags;
}

std::string Usage(const About& about, const Flags& flags) {
  std::string line = "brig " + about.name;
  if (std::any_of(flags.options.begin(), flags.options.end(),
                  [](const Flag& f) { return !f.hidden; }))
    line += " [FLAGS]";
  for (const Flag& flag : flags.arguments) {
    line += flag.required ? " " + flag.name : " [" + flag.name + "]";
    if (flag.repeatable()) line += "...";
  }
  return line;
}

std::string HelpText(const Flag& flag) {
  if (flag.choices.empty() || flag.choices.size() > 12) return flag.help;
  return fmt::format("{} ({})", flag.help, fmt::join(flag.choices, ", "));
}

std::string WithValue(const Flag& flag) {
  return flag.value_name.empty() ? flag.name : flag.name + " " + flag.value_name;
}

std::string FlagTable(const std::vector<Flag>& flags, std::size_t width, bool color) {
  Table table({{.title = "", .width_min = 18}, {.title = "", .wrap = true, .width_min = 20}});
  for (const Flag& flag : flags)
    if (!flag.hidden) table.Add({{"  " + WithValue(flag), Style::kNotice}, {HelpText(flag)}});
  return table.Render(width, color);
}

std::string Paragraphs(std::string_view text, std::size_t width) {
  std::string wrapped;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    for (const std::string& line : Wrap(text.substr(0, end), width)) wrapped += line + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapped;
}

// Text in roff: no line of text may begin with a control character.
std::string Roff(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if (c == '~')
      safe += "\\(ti";
    else
      safe += c;
  }
  if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
  return safe;
}

constexpr std::size_t kRoffColumns = 72;  // before escaping

std::string RoffParagraphs(std::string_view text) {
  std::string page;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end == 0)
      page += ".PP\n";
    else
      for (const std::string& line : Wrap(text.substr(0, end), kRoffColumns))
        page += Roff(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return page;
}

std::string RoffFlags(const std::vector<Flag>& flags) {
  std::string page;
  for (const Flag& flag : flags) {
    if (flag.hidden) continue;
    page += fmt::format(".TP\n\\fB{}\\fR", Roff(flag.name));
    if (!flag.value_name.empty()) page += fmt::format(" \\fI{}\\fR", Roff(flag.value_name));
    page += "\n" + RoffParagraphs(HelpText(flag));
  }
  return page;
}

std::string RoffCommand(Command& command) {
  const About about = command.about();
  const Flags flags = FlagsOf(command);
  std::string page = fmt::format(".SS {}\n", Roff(Usage(about, flags)));
  page += RoffParagraphs(about.details) + RoffFlags(flags.arguments) + RoffFlags(flags.options);
  page += ".PP\nExamples:\n";
  for (const Example& example : about.examples)
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", Roff(example.line), Roff(example.what));
  return page;
}

constexpr std::string_view kDescription =
    "brig watches the containers of a Linux host through the kernel, names the container, the "
    "process and "
    "the person behind each step out of a container, can kill the offender, and keeps a signed "
    "record.\n"
    "\n"
    "The agent, brigd, does the work. brig starts it (brig up), asks it, and reads the record it "
    "keeps; "
    "reading the record needs no agent.\n";

}  // namespace

Flags GlobalFlags() {
  static Globals globals;  // only its declarations are read
  Flags flags;
  globals.Declare(flags);
  return flags;
}

void Globals::Declare(Flags& flags) {
  flags.Option({.name = "--run",
                .value_name = "DIR",
                .help = "where brigd's socket is (default " + run + ")",
                .hint = Hint::kDirectory,
                .target = &run});
  flags.Option({.name = "--state",
                .value_name = "DIR",
                .help = "where the record is kept (default " + state + ")",
                .hint = Hint::kDirectory,
                .target = &state});
  flags.Option({.name = "--json", .help = "answer in JSON, an object a line", .target = &json});
  flags.Option({.name = "--color",
                .value_name = "WHEN",
                .help = "colours in the answer",
                .choices = {"auto", "always", "never"},
                .target = &color_when});
}

std::string Overview(const Commands& commands, bool color) {
  std::string text = "brig watches containers and keeps a record that can be verified.\n\n";
  text += Paint("usage", Style::kBold, color) + "  brig COMMAND [FLAGS]\n\n";
  text += Paint("commands", Style::kBold, color) + "\n";
  Table table({{.title = ""}, {.title = ""}});
  for (const auto& command : commands) {
    const About about = command->about();
    if (!about.hidden) table.Add({{"  " + about.name, Style::kNotice}, {about.summary}});
  }
  text +=
      table.Render(0, color) + "\n" + Paint("flags of every command", Style::kBold, color) + "\n";
  text += FlagTable(GlobalFlags().options, 0, color);
  text +=
      "\nA first look: `brig doctor`, then `brig up`. More: `brig COMMAND --help`, `man brig`.\n";
  return text;
}

std::string HelpOf(Command& command, std::size_t width, bool color) {
  const About about = command.about();
  const Flags flags = FlagsOf(command);
  const std::size_t columns = std::min<std::size_t>(width == 0 ? 80 : width, 100);
  std::string text =
      fmt::format("{}  {}\n\n", Paint("usage", Style::kBold, color), Usage(about, flags));
  text += Paragraphs(about.details, columns);
  if (!flags.arguments.empty()) text += "\n" + FlagTable(flags.arguments, columns, color);
  const std::string options = FlagTable(flags.options, columns, color);
  if (!options.empty()) text += "\n" + Paint("flags", Style::kBold, color) + "\n" + options;
  text += "\n" + Paint("flags of every command", Style::kBold, color) + "\n";
  text += FlagTable(GlobalFlags().options, columns, color);
  text += "\n" + Paint("examples", Style::kBold, color) + "\n";
  for (const Example& example : about.examples)
    text +=
        fmt::format("  {}\n      {}\n", Paint(example.line, Style::kNotice, color), example.what);
  return text;
}

std::string ManualPage(const Commands& commands, const std::string& version,
                       const std::string& date) {
  std::string page = ".\\\" Generated by `brig man`.\n";
  page += fmt::format(".TH BRIG 1 {} \"brig {}\" \"User Commands\"\n", date, Roff(version));
  page += ".SH NAME\nbrig \\- watches containers and keeps a record that can be verified\n";
  page += ".SH SYNOPSIS\n.B brig\n.I COMMAND\n.RI [ FLAGS ]\n";
  page += ".SH DESCRIPTION\n" + RoffParagraphs(kDescription);
  page += ".SH COMMANDS\n";
  for (const auto& command : commands)
    if (!command->about().hidden) page += RoffCommand(*command);
  page += ".SH OPTIONS\nEvery command takes these, before or behind its own flags.\n";
  page += RoffFlags(GlobalFlags().options);
  page +=
      ".SH EXIT STATUS\n.TP\n.B 0\nFine.\n.TP\n.B 1\nThe answer is \"no\", or findings exist and "
      "\\fB\\-\\-exit\\-code\\fR was given.\n.TP\n.B 2\nIt could not be told; the message says why "
      "and "
      "what to try.\n";
  page +=
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhen it is set, no colours unless \\fB\\-\\-color "
      "always\\fR "
      "is given.\n";
  page +=
      ".SH FILES\n.TP\n.I /run/brig/brig.sock\nThe socket of brigd.\n.TP\n.I "
      "/var/lib/brig/ledger\nThe "
      "record.\n";
  return page;
}

}  // namespace brig::cli
