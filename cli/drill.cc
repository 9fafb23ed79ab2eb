// SPDX-License-Identifier: Apache-2.0
// `brig drill`: tries the whole catalogue of techniques on this node and says what brig did.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "base/hash.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/drill_report.h"
#include "cli/table.h"
#include "drill/catalogue.h"
#include "drill/runner.h"

namespace brig::cli {
namespace {

namespace fs = std::filesystem;
using drill::Outcome;

class Drill final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "drill",
        .summary = "try the techniques of container escapes on this node",
        .details =
            "Runs each technique of the catalogue in a container of its own, with canaries in the "
            "place of the host's files, processes and services, and asks brigd what it did: "
            "refused, killed, recorded or missed. Each has a harmless twin that makes the same "
            "calls for an allowed purpose; it has to work, and nothing may be recorded about it. "
            "Changes nothing of the host but canaries with names of its own, and removes them; "
            "what a killed drill has left, the next one removes.\n\n"
            "The result is kept in the record. Exit 1 when something was missed.",
        .examples = {{"brig drill", "everything that is safe on a node in use"},
                     {"brig drill --only processes --only mounts.root-read", "a family, and one"},
                     {"brig drill --list", "what there is, and what each does"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--list", .help = "say what there is, do nothing", .target = &list_});
    flags.Option({.name = "--only",
                  .value_name = "NAME",
                  .help = "a technique or a family; repeatable",
                  .target = &only_});
    flags.Option({.name = "--destructive",
                  .help = "also what changes the host: for a machine to throw away",
                  .target = &destructive_});
    flags.Option({.name = "--unprotected",
                  .help = "without brig: each technique is to work, and so is its twin",
                  .target = &unprotected_});
    flags.Option(
        {.name = "--jobs", .value_name = "N", .help = "how many at a time [2]", .target = &jobs_});
    flags.Option({.name = "--runtime",
                  .value_name = "PATH",
                  .help = "what starts the containers [runc, else crun]",
                  .hint = Hint::kFile,
                  .target = &runtime_});
    flags.Option({.name = "--program",
                  .value_name = "PATH",
                  .help = "the attack program",
                  .hint = Hint::kFile,
                  .hidden = true,
                  .target = &program_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<drill::Brig> FindBrig(const Session& session) const;
  Result<std::string> FindRuntime() const;
  drill::DrillOptions MakeOptions() const;

  bool list_ = false, destructive_ = false, unprotected_ = false;
  std::vector<std::string> only_;
  std::uint64_t jobs_ = 2;
  std::string runtime_, program_;
};

// Where programs of the system are, also when PATH is a user's.
std::string FindProgram(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (const char* directory :
         {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
      if (const std::string path = fmt::format("{}/{}", directory, name); fs::exists(path))
        return path;
  return "";
}

// Installed beside this program, or in the same build tree.
std::string FindAttackProgram() {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* place : {"../libexec/brig/attack", "../drill/attack"})
    if (const fs::path path = here / place; fs::exists(path))
      return fs::weakly_canonical(path).string();
  return (here / "../libexec/brig/attack").lexically_normal().string();
}

// Asks brigd as `brig containers` and `brig findings` do.
Result<drill::Brig> Drill::FindBrig(const Session& session) const {
  drill::Brig brig;
  if (unprotected_) return brig;
  const std::string socket = session.socket_path();
  BRIG_ASSIGN(const auto lines, AskAll(socket, {"status", {}}));
  if (lines.empty()) return Fail(ErrorCode::kUnavailable, "brigd tells no status");
  BRIG_ASSIGN(brig.status, ReadStatus(lines.front()));
  brig.knows = [socket](const std::string& id) {
    const auto containers = AskAll(socket, {"containers", {}});
    if (!containers) return false;
    return std::ranges::any_of(*containers, [&](const std::string& line) {
      const auto row = ReadContainer(line);
      return row && row->container.id == id;
    });
  };
  brig.findings = [socket](const std::string& id) {
    std::vector<Finding> found;
    const auto findings = AskAll(socket, {"findings", {}});
    if (!findings) return found;
    for (const std::string& line : *findings) {
      auto finding = ReadFinding(line);
      if (finding && (id.empty() || finding->subject.container.id == id))
        found.push_back(*std::move(finding));
    }
    return found;
  };
  return brig;
}

drill::DrillOptions Drill::MakeOptions() const {
  drill::DrillOptions options;
  options.jobs = static_cast<unsigned>(std::clamp<std::uint64_t>(jobs_, 1, 64));
  return options;
}

Result<std::string> Drill::FindRuntime() const {
  std::string found = runtime_.empty() ? FindProgram({"runc", "crun"}) : runtime_;
  if (found.empty())
    return Fail(ErrorCode::kNotFound,
                "neither runc nor crun is here: install one, or give --runtime");
  return found;
}

// A notice of the record: the sum, and a hash over the lines of --json, which whoever keeps them
// can compare.
Result<> KeepResult(const Session& session, const std::vector<Outcome>& outcomes) {
  std::string lines;
  for (const Outcome& outcome : outcomes) lines += ToJson(outcome) + "\n";
  const std::string text = fmt::format("{}; SHA-256 of the results {}", SumOf(outcomes),
                                       ToHex(Sha256({AsBytes(lines)})));
  const auto kept = AskAll(session.socket_path(), {"drill", {{"text", JsonQuoted(text)}}});
  if (!kept) return Within("have the result kept", kept.error());
  return {};
}

Result<Exit> Drill::Run(const Session& session) {
  BRIG_ASSIGN(const auto techniques, drill::Select(only_, destructive_ || list_));
  if (list_) {
    PrintCatalogue(session, techniques);
    return Exit::kFine;
  }
  if (techniques.empty())
    return Fail(ErrorCode::kNotFound,
                "all of these change the host: add --destructive on a machine "
                "to throw away");
  const drill::DrillOptions options = MakeOptions();
  BRIG_ASSIGN(const std::string runtime, FindRuntime());
  BRIG_ASSIGN(const drill::Brig brig, FindBrig(session));
  BRIG_ASSIGN(drill::Place place,
              drill::Place::Make(program_.empty() ? FindAttackProgram() : program_, runtime));
  ProgressBar progress(session, techniques.size());
  const auto outcomes = drill::RunDrill(place, techniques, brig, options,
                                        [&](const Outcome& outcome) { progress.Add(outcome); });
  progress.Clear();
  PrintOutcomes(session, outcomes);
  if (brig.present()) BRIG_TRY(KeepResult(session, outcomes));
  const bool passed = std::ranges::all_of(outcomes, &Outcome::passed);
  return passed ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeDrill() { return std::make_unique<Drill>(); }

}  // namespace brig::cli
