// SPDX-License-Identifier: Apache-2.0
// A command's flags and arguments, declared once, as data: parsing (cli/parse.h), help and the
// manual page (cli/manual.h) and completion (cli/shell.h) all read this. The targets must outlive
// the Flags.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace brig::cli {

// What a shell may offer for a value that has no closed list of choices.
enum class Hint { kNone, kDirectory, kFile, kContainer };

using Target = std::variant<bool*, std::string*, std::uint64_t*, std::vector<std::string>*>;

struct Flag {
  std::string name = {};        // "--container", or "CONTAINER" for an argument
  std::string value_name = {};  // "NAME"; empty for a switch and for arguments
  std::string help = {};        // a phrase, lower case, no full stop
  std::vector<std::string> choices = {};
  Hint hint = Hint::kNone;
  bool required = false;  // arguments only
  bool hidden = false;    // takes part in parsing alone
  Target target = {};
  [[nodiscard]] bool repeatable() const {
    return std::holds_alternative<std::vector<std::string>*>(target);
  }
};

struct Flags {
  std::vector<Flag> options;
  std::vector<Flag> arguments;

  void Option(Flag flag) { options.push_back(std::move(flag)); }
  void Argument(Flag flag) { arguments.push_back(std::move(flag)); }
};

// Every name of a closed list of the model, for Flag::choices.
std::vector<std::string> InvariantNames();
std::vector<std::string> OperationNames();
std::vector<std::string> SeverityNames();

}  // namespace brig::cli
