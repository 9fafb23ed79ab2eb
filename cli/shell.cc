// SPDX-License-Identifier: Apache-2.0
#include "cli/shell.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

namespace brig::cli {
namespace {

struct Entry {
  About about;
  Flags flags;
};

std::vector<Entry> EntriesOf(const Commands& commands) {
  std::vector<Entry> entries;
  for (const auto& command : commands) {
    Entry entry{command->about(), {}};
    if (entry.about.hidden) continue;
    command->Declare(entry.flags);
    entries.push_back(std::move(entry));
  }
  return entries;
}

// "" -> {up, status, ledger ...}, "ledger" -> {verify, show}
std::map<std::string, std::vector<std::string>> WordsOf(const std::vector<Entry>& entries) {
  std::map<std::string, std::vector<std::string>> words;
  std::set<std::string> seen;
  for (const Entry& entry : entries) {
    const std::string& name = entry.about.name;
    const std::size_t space = name.find(' ');
    const std::string first = name.substr(0, space);
    if (seen.insert(first).second) words[""].push_back(first);
    if (space != std::string::npos) words[first].push_back(name.substr(space + 1));
  }
  return words;
}

constexpr std::string_view kContainers = "$(brig containers --names 2>/dev/null)";

// What bash and zsh offer for a flag's value or an argument, as shell words; "" for nothing.
std::string ValuesOf(const Flag& flag) {
  if (!flag.choices.empty()) return fmt::format("{}", fmt::join(flag.choices, " "));
  return flag.hint == Hint::kContainer ? std::string(kContainers) : "";
}

std::string OffersOf(const Entry& entry) {
  std::string offers;
  for (const Flag& flag : entry.flags.options)
    if (!flag.hidden) offers += flag.name + " ";
  for (const Flag& flag : GlobalFlags().options) offers += flag.name + " ";
  for (const Flag& flag : entry.flags.arguments) offers += ValuesOf(flag) + " ";
  return offers + "--help";
}

// The part that bash and zsh share: `command` from the words before the cursor, then what to offer.
std::string CommandCase(const std::vector<Entry>& entries) {
  std::string text;
  for (const auto& [group, words] : WordsOf(entries))
    for (const std::string& word : words)
      text += fmt::format("      \"{0}:{1}\") command=\"{0}{2}{1}\" ;;\n", group, word,
                          group.empty() ? "" : " ");
  return text;
}

std::string OfferCase(const std::vector<Entry>& entries) {
  std::string text;
  for (const auto& [group, words] : WordsOf(entries))
    text += fmt::format("    \"{}\") offers=\"{}{}\" ;;\n", group, fmt::join(words, " "),
                        group.empty() ? " --help --version" : "");
  for (const Entry& entry : entries)
    text += fmt::format("    \"{}\") offers=\"{}\" ;;\n", entry.about.name, OffersOf(entry));
  return text;
}

// One case per flag that takes a value; `directories` and `files` are the shell's own ways.
std::string ValueCase(const std::vector<Entry>& entries, std::string_view directories,
                      std::string_view files) {
  std::string text;
  const auto add = [&](const std::string& where, const Flag& flag) {
    if (flag.value_name.empty()) return;
    if (flag.hint == Hint::kDirectory)
      text += fmt::format("    {}) {}; return ;;\n", where, directories);
    else if (flag.hint == Hint::kFile)
      text += fmt::format("    {}) {}; return ;;\n", where, files);
    else
      text += fmt::format("    {}) values=\"{}\" ;;\n", where, ValuesOf(flag));
  };
  for (const Flag& flag : GlobalFlags().options) add("*:" + flag.name, flag);
  for (const Entry& entry : entries)
    for (const Flag& flag : entry.flags.options)
      add(fmt::format("\"{}:{}\"", entry.about.name, flag.name), flag);
  return text;
}

std::string FishQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string FishCondition(const std::string& name) {
  std::string condition;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find(' ', at), name.size());
    condition += (condition.empty() ? "" : "; and ") +
                 fmt::format("__fish_seen_subcommand_from {}", name.substr(at, end - at));
    at = end + 1;
  }
  return condition;
}

std::string FishValues(const Flag& flag) {
  if (!flag.choices.empty())
    return fmt::format(" -x -a {}", FishQuoted(fmt::format("{}", fmt::join(flag.choices, " "))));
  if (flag.hint == Hint::kContainer) return " -x -a '(brig containers --names 2>/dev/null)'";
  if (flag.hint == Hint::kDirectory) return " -x -a '(__fish_complete_directories)'";
  if (flag.value_name.empty()) return "";
  return flag.hint == Hint::kFile ? " -r -F" : " -x";
}

std::string FishFlag(const Flag& flag, const std::string& when) {
  return fmt::format("complete -c brig {} -l {} -d {}{}\n", when, flag.name.substr(2),
                     FishQuoted(flag.help), FishValues(flag));
}

}  // namespace

std::string BashCompletion(const Commands& commands) {
  const std::vector<Entry> entries = EntriesOf(commands);
  return fmt::format(R"(# Generated by `brig completion bash`.
_brig() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}"
  local command="" offers="" values="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:${{COMP_WORDS[i]}}" in
{}    esac
  done
  case "$command:$prev" in
{}  esac
  if [ -n "$values" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
    return
  fi
  case "$command" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$offers" -- "$cur")
}}
complete -F _brig brig
)",
                     CommandCase(entries),
                     ValueCase(entries, R"(mapfile -t COMPREPLY < <(compgen -d -- "$cur"))",
                               R"(mapfile -t COMPREPLY < <(compgen -f -- "$cur"))"),
                     OfferCase(entries));
}

std::string ZshCompletion(const Commands& commands) {
  const std::vector<Entry> entries = EntriesOf(commands);
  return fmt::format(R"(#compdef brig
# Generated by `brig completion zsh`.
_brig() {{
  local prev="${{words[CURRENT-1]}}" command="" offers="" values="" i
  for ((i = 2; i < CURRENT; i++)); do
    case "$command:${{words[i]}}" in
{}    esac
  done
  case "$command:$prev" in
{}  esac
  if [ -n "$values" ]; then
    compadd -- ${{=values}}
    return
  fi
  case "$command" in
{}  esac
  compadd -- ${{=offers}}
}}
compdef _brig brig
)",
                     CommandCase(entries), ValueCase(entries, "_files -/", "_files"),
                     OfferCase(entries));
}

std::string FishCompletion(const Commands& commands) {
  const std::vector<Entry> entries = EntriesOf(commands);
  std::string text = "# Generated by `brig completion fish`.\ncomplete -c brig -f\n";
  for (const Flag& flag : GlobalFlags().options) text += FishFlag(flag, "");
  std::set<std::string> groups;
  for (const Entry& entry : entries) {
    const std::string& name = entry.about.name;
    const std::size_t space = name.find(' ');
    const std::string first = name.substr(0, space);
    const bool alone = space == std::string::npos;
    if (groups.insert(first).second)
      text += fmt::format("complete -c brig -n __fish_use_subcommand -a {} -d {}\n", first,
                          FishQuoted(alone ? entry.about.summary : "about the " + first));
    if (!alone)
      text += fmt::format("complete -c brig -n '__fish_seen_subcommand_from {}' -a {} -d {}\n",
                          first, name.substr(space + 1), FishQuoted(entry.about.summary));
    const std::string when = FishQuoted(FishCondition(name));
    for (const Flag& flag : entry.flags.options)
      if (!flag.hidden) text += FishFlag(flag, "-n " + when);
    for (const Flag& flag : entry.flags.arguments)
      if (const std::string values = FishValues(flag); !values.empty())
        text += fmt::format("complete -c brig -n {}{}\n", when, values);
  }
  return text;
}

}  // namespace brig::cli
