// SPDX-License-Identifier: Apache-2.0
// `brig policy explain`: what one container may do, and which line says so.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

class PolicyExplain final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "policy explain",
            .summary = "what a container may do, and which line of the policy says so",
            .details =
                "Shows the clause of the policy that a container falls under, everything that it "
                "may do beyond the strict default with the line that says so, and what holds for "
                "it as for every container. Asks brigd: the answer is what counts now, not what "
                "the file says by now.",
            .examples = {{"brig policy explain web", "by name"},
                         {"brig policy explain 3f9a --json | jq .grants", "for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "CONTAINER",
                    .help = "name, start of the id, or brig's key",
                    .hint = Hint::kContainer,
                    .required = true,
                    .target = &container_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string container_;
};

// What holds for it, own settings over those of all.
struct Effective {
  std::vector<std::pair<std::string, std::string>> modes, surface;
};

// "I8=refuse" of a grant as name and value; a waived invariant is off.
void Override(const Posture& posture, Effective& effective) {
  const auto set = [](auto& settings, std::string_view name, std::string_view value) {
    for (auto& [known, current] : settings)
      if (known == name) current = value;
  };
  for (const Grant& grant : posture.grants) {
    const std::size_t equals = std::min(grant.what.find('='), grant.what.size());
    const std::string_view name = std::string_view(grant.what).substr(0, equals);
    const std::string_view value =
        std::string_view(grant.what).substr(std::min(equals + 1, grant.what.size()));
    if (grant.kind == GrantKind::kMode) set(effective.modes, name, value);
    if (grant.kind == GrantKind::kWaiver) set(effective.modes, grant.what, "off");
    if (grant.kind == GrantKind::kSurface) set(effective.surface, name, value);
  }
}

Effective EffectiveOf(const Status& status, const Posture& posture) {
  const bool admitted = std::ranges::any_of(
      posture.grants, [](const Grant& grant) { return grant.kind == GrantKind::kPrivileged; });
  Effective effective;
  for (const InvariantMode& mode : status.modes) {
    if (mode.invariant == Invariant::kSurface) continue;
    const bool kept =
        std::ranges::find(kKeptByPrivileged, mode.invariant) != std::end(kKeptByPrivileged);
    const Mode now = admitted && !kept ? Mode::kOff : mode.mode;
    effective.modes.emplace_back(NameOf(mode.invariant), NameOf(now));
  }
  for (const SurfaceSetting& setting : status.surface)
    effective.surface.emplace_back(NameOf(setting.surface), SurfaceWord(setting.mode));
  Override(posture, effective);
  return effective;
}

std::string Joined(const std::vector<std::pair<std::string, std::string>>& settings) {
  std::string text;
  for (const auto& [name, value] : settings)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", Safe(name), Safe(value));
  return text;
}

void PrintJson(const Session& session, const ContainerRow& row, const Effective& effective) {
  nlohmann::ordered_json json = {
      {"name", Safe(row.container.DisplayName())},  {"id", Safe(row.container.id)},
      {"clause", Safe(row.posture.clause)},         {"reason", Safe(row.posture.reason)},
      {"grants", nlohmann::ordered_json::array()},  {"modes", nlohmann::ordered_json::object()},
      {"surface", nlohmann::ordered_json::object()}};
  for (const Grant& grant : row.posture.grants)
    json["grants"].push_back({{"kind", NameOf(grant.kind)},
                              {"what", Safe(grant.what)},
                              {"source", Safe(grant.source)},
                              {"loosens", grant.loosens}});
  for (const auto& [name, value] : effective.modes) json["modes"][name] = value;
  for (const auto& [name, value] : effective.surface) json["surface"][name] = value;
  fmt::print(session.out, "{}\n",
             json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PrintPosture(const Session& session, const ContainerRow& row, const Status& status) {
  const Container& container = row.container;
  const Posture& posture = row.posture;
  fmt::print(session.out, "{}  {}  {}\n",
             Paint(Safe(container.DisplayName()), Style::kBold, session.color),
             Safe(container.id.substr(0, 12)),
             container.image.empty() ? "no image known" : Safe(container.image));
  if (!posture.clause.empty())
    fmt::print(session.out, "falls under {}{}\n", Safe(posture.clause),
               posture.reason.empty() ? "" : ": " + Safe(posture.reason));
  else if (container.naming == Naming::kUnidentified)
    fmt::print(session.out, "no clause counts for it, for nobody says who it is: {}\n",
               Safe(container.note));
  else
    fmt::print(session.out, "{}\n",
               status.policy.empty() ? "there is no policy file: the strict default holds"
                                     : "no clause of the policy fits it: the strict default holds");
  if (posture.grants.empty()) return;
  Table table({{.title = "  WHAT"}, {.title = "WHICH", .wrap = true}, {.title = "SAYS"}});
  for (const Grant& grant : posture.grants)
    table.Add({{"  " + std::string(NameOf(grant.kind)), grant.kind == GrantKind::kWaiver
                                                            ? Style::kCritical
                                                        : grant.loosens ? Style::kWarning
                                                                        : Style::kPlain},
               {Safe(grant.what)},
               {Safe(grant.source), Style::kDim}});
  fmt::print(session.out, "{}", table.Render(session.width, session.color));
}

Result<Exit> PolicyExplain::Run(const Session& session) {
  BRIG_ASSIGN(const auto statuses, AskAll(session.socket_path(), {"status", {}}));
  BRIG_ASSIGN(const auto lines, AskAll(session.socket_path(),
                                       {"containers", {{"container", JsonQuoted(container_)}}}));
  if (statuses.size() != 1 || lines.size() != 1)
    return Fail(ErrorCode::kInvalid,
                "brigd's answer is not one status and one container: is it of "
                "another version?");
  auto status = ReadStatus(statuses[0]);
  if (!status) return Within("brigd's status", std::move(status).error());
  auto row = ReadContainer(lines[0]);
  if (!row) return Within("brigd's container", std::move(row).error());
  const Effective effective = EffectiveOf(*status, row->posture);
  if (session.globals.json) {
    PrintJson(session, *row, effective);
    return Exit::kFine;
  }
  PrintPosture(session, *row, *status);
  const std::size_t width = session.width == 0 ? 100 : session.width;
  for (const auto& [title, settings] :
       {std::pair("modes    ", &effective.modes), std::pair("surface  ", &effective.surface)}) {
    const std::string text = Joined(*settings);
    bool first = true;
    for (const std::string& line : Wrap(text, width > 20 ? width - 9 : width))
      fmt::print(session.out, "{}{}\n", std::exchange(first, false) ? title : "         ", line);
  }
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakePolicyExplain() { return std::make_unique<PolicyExplain>(); }

}  // namespace brig::cli
