// SPDX-License-Identifier: Apache-2.0
// What a command of `brig` is: its words, its flags, and what it does. One command, one file, made
// once by AllCommands() (cli/commands.h). Not thread safe.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/flags.h"

namespace brig::cli {

// The exit codes of every command.
enum class Exit {
  kFine = 0,
  kNo = 1,       // the answer is "no", or findings exist and --exit-code was given
  kUnknown = 2,  // it could not be told: the message says why and what to try
};

// The flags that every command takes.
struct Globals {
  std::string run = "/run/brig";
  std::string state = "/var/lib/brig";
  bool json = false;
  std::string color_when = "auto";
  void Declare(Flags& flags);
};

// Where a command runs: the global flags, and what standard output is.
struct Session {
  Globals globals;
  bool color = false;
  std::size_t width = 0;  // columns; 0: not a terminal, nothing need be cut
  std::FILE* out = stdout;
  std::FILE* talk = stderr;
  [[nodiscard]] std::string ledger_directory() const { return globals.state + "/ledger"; }
  [[nodiscard]] std::string socket_path() const { return globals.run + "/brig.sock"; }
};

struct Example {
  std::string line;  // "brig events --since 10m"
  std::string what;  // "what happened in the last ten minutes"
};

struct About {
  std::string name = {};     // "ledger verify"
  std::string summary = {};  // a phrase for the list of commands
  std::string details = {};  // paragraphs, separated by empty lines
  std::vector<Example> examples = {};
  bool hidden = false;
};

class Command {
 public:
  virtual ~Command() = default;
  [[nodiscard]] virtual About about() const = 0;
  virtual void Declare(Flags&) {}
  // Called once, after the flags were read.
  [[nodiscard]] virtual Result<Exit> Run(const Session& session) = 0;
};

}  // namespace brig::cli
