// SPDX-License-Identifier: Apache-2.0
#include "policy/clause_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/bytes.h"
#include "policy/words.h"

namespace brig::policy {
namespace {

constexpr std::uint32_t kMaxMajor = 0xfff, kMaxMinor = 0xfffff;  // the kernel's own

using Names = std::vector<std::string_view>;

Names InvariantNames() {
  Names names;
  for (std::uint16_t i = 1; i < static_cast<std::uint16_t>(Invariant::kSurface); ++i)
    names.push_back(NameOf(static_cast<Invariant>(i)));
  return names;
}

Names SurfaceNames() {
  Names names;
  for (std::uint16_t i = 1; i < kSurfaceCount; ++i)
    names.push_back(NameOf(static_cast<Surface>(i)));
  return names;
}

Names CapabilityNames() {
  Names names;
  for (unsigned i = 0; !CapabilityName(i).empty(); ++i) names.push_back(CapabilityName(i));
  return names;
}

Names ObjectNames(HostObject first, HostObject last) {
  Names names;
  for (auto i = static_cast<std::uint32_t>(first); i <= static_cast<std::uint32_t>(last); ++i)
    names.push_back(NameOf(static_cast<HostObject>(i)));
  return names;
}

// The invariant that a node names, by number or by title.
Result<Invariant> ReadInvariant(const std::string& where, const Node& node) {
  BRIG_ASSIGN(const std::string word, WordOf(where, node, "an invariant", Policy::kMaxText));
  const auto invariant = InvariantOf(word);
  if (!invariant || *invariant == Invariant::kNone || *invariant == Invariant::kSurface)
    return Wrong(where, node, NoSuch(word, "invariant", InvariantNames()));
  return *invariant;
}

Result<> AddOnce(const std::string& where, const Node& node, const Ruling& ruling,
                 std::vector<Ruling>& rulings) {
  const bool known = std::ranges::any_of(rulings, [&](const Ruling& other) {
    return other.kind == ruling.kind && other.number == ruling.number &&
           other.device == ruling.device;
  });
  if (known) return Wrong(where, node, fmt::format("{} stands here already", node.word));
  if (rulings.size() >= Policy::kMaxRulings)
    return Wrong(where, node,
                 fmt::format("more than {} rulings in one clause", Policy::kMaxRulings));
  rulings.push_back(ruling);
  return {};
}

// A number up to `max` at the front of `text`, which it is cut from.
std::optional<std::uint32_t> TakeNumber(std::string_view& text, std::uint32_t max) {
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > max) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::optional<DeviceRule> DeviceOf(std::string_view text) {
  if (!text.starts_with("c ") && !text.starts_with("b ")) return std::nullopt;
  DeviceRule device{.type = static_cast<std::uint32_t>(text[0])};
  text.remove_prefix(2);
  const auto major = TakeNumber(text, kMaxMajor);
  if (!major || !text.starts_with(':')) return std::nullopt;
  device.major = *major;
  text.remove_prefix(1);
  device.any_minor = text == "*";
  if (device.any_minor) return device;
  const auto minor = TakeNumber(text, kMaxMinor);
  if (!minor || !text.empty()) return std::nullopt;
  device.minor = *minor;
  return device;
}

Result<> ReadDevices(const std::string& where, const Node& node, std::vector<Ruling>& rulings) {
  BRIG_TRY(CheckList(where, node, "devices", Policy::kMaxRulings));
  for (const Node& item : node.items) {
    BRIG_ASSIGN(const std::string word, WordOf(where, item, "a device", Policy::kMaxText));
    const auto device = DeviceOf(word);
    if (!device)
      return Wrong(where, item,
                   fmt::format("\"{}\" is no device: write type and number as `ls -l` shows them, "
                               "\"c 10:229\", or \"c 188:*\" for every minor number",
                               Printable(word, 64)));
    BRIG_TRY(AddOnce(where, item,
                     {.kind = GrantKind::kDevice, .line = item.line, .device = *device}, rulings));
  }
  return {};
}

Result<> ReadCapabilities(const std::string& where, const Node& node,
                          std::vector<Ruling>& rulings) {
  BRIG_TRY(CheckList(where, node, "capabilities", Policy::kMaxRulings));
  for (const Node& item : node.items) {
    BRIG_ASSIGN(const std::string word, WordOf(where, item, "a capability", Policy::kMaxText));
    const auto number = CapabilityOf(word);
    if (!number) return Wrong(where, item, NoSuch(word, "capability", CapabilityNames()));
    BRIG_TRY(AddOnce(where, item,
                     {.kind = GrantKind::kCapability, .line = item.line, .number = *number},
                     rulings));
  }
  return {};
}

Result<> ReadObjects(const std::string& where, const Node& node, GrantKind kind,
                     std::vector<Ruling>& rulings) {
  const bool doors = kind == GrantKind::kDoor;
  const std::string_view what = doors ? "doors" : "directories";
  const Names names = doors ? ObjectNames(HostObject::kDockerSocket, HostObject::kOtherDaemon)
                            : ObjectNames(HostObject::kRoot, HostObject::kRuntimeState);
  BRIG_TRY(CheckList(where, node, what, Policy::kMaxRulings));
  for (const Node& item : node.items) {
    BRIG_ASSIGN(const std::string word, WordOf(where, item, what, Policy::kMaxText));
    if (word == NameOf(HostObject::kBrig))
      return Wrong(where, item, "brig's own files are given to no container");
    if (std::ranges::find(names, word) == names.end())
      return Wrong(where, item, NoSuch(word, doors ? "door" : "guarded directory", names));
    const auto number = static_cast<std::uint32_t>(*HostObjectOf(word));
    BRIG_TRY(AddOnce(where, item, {.kind = kind, .line = item.line, .number = number}, rulings));
  }
  return {};
}

Result<> ReadAllow(const std::string& where, const Node& node, std::vector<Ruling>& rulings) {
  static constexpr std::string_view kKeys[] = {"devices", "capabilities", "directories", "doors",
                                               "privileged"};
  BRIG_TRY(CheckMap(where, node, "allow", kKeys));
  if (const Node* part = Find(node, "devices")) BRIG_TRY(ReadDevices(where, *part, rulings));
  if (const Node* part = Find(node, "capabilities"))
    BRIG_TRY(ReadCapabilities(where, *part, rulings));
  if (const Node* part = Find(node, "directories"))
    BRIG_TRY(ReadObjects(where, *part, GrantKind::kDirectory, rulings));
  if (const Node* part = Find(node, "doors"))
    BRIG_TRY(ReadObjects(where, *part, GrantKind::kDoor, rulings));
  if (const Node* part = Find(node, "privileged")) {
    if (part->word != "true")
      return Wrong(where, *part, "privileged is `true`, or the key is left out");
    rulings.push_back({.kind = GrantKind::kPrivileged, .line = part->line});
  }
  return {};
}

Result<> ReadWaivers(const std::string& where, const Node& node, std::vector<Ruling>& rulings) {
  BRIG_TRY(CheckList(where, node, "waive", kInvariantCount));
  for (const Node& item : node.items) {
    BRIG_ASSIGN(const Invariant invariant, ReadInvariant(where, item));
    const auto number = static_cast<std::uint32_t>(invariant);
    const auto mode = std::ranges::find_if(rulings, [&](const Ruling& other) {
      return other.kind == GrantKind::kMode && other.number == number;
    });
    if (mode != rulings.end())
      return Wrong(where, item,
                   fmt::format("{} has a mode in line {}: waive it or set its mode",
                               NameOf(invariant), mode->line));
    BRIG_TRY(AddOnce(where, item, {.kind = GrantKind::kWaiver, .line = item.line, .number = number},
                     rulings));
  }
  return {};
}

Result<> ReadLabels(const std::string& where, const Node& node, std::vector<Label>& labels) {
  if (node.kind != Node::Kind::kMap || node.keys.empty())
    return Wrong(where, node, "labels are no map: write `labels: {key: \"value\"}`");
  if (node.keys.size() > Policy::kMaxLabels)
    return Wrong(where, node.keys[Policy::kMaxLabels],
                 fmt::format("{} labels: at most {}", node.keys.size(), Policy::kMaxLabels));
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    BRIG_ASSIGN(std::string key, WordOf(where, node.keys[i], "a label", Policy::kMaxText));
    BRIG_ASSIGN(std::string value,
                WordOf(where, node.items[i], "a label's pattern", Policy::kMaxText));
    labels.push_back({std::move(key), std::move(value)});
  }
  return {};
}

Result<ContainerMatch> ReadMatch(const std::string& where, const Node& node) {
  static constexpr std::string_view kKeys[] = {"name", "image", "image_digest", "engine", "labels"};
  BRIG_TRY(CheckMap(where, node, "match", kKeys));
  if (node.keys.empty())
    return Wrong(where, node,
                 "match is empty: what holds for every container stands in `modes:` and `surface:` "
                 "at the left margin");
  ContainerMatch match;
  const std::pair<std::string_view, std::string*> words[] = {{"name", &match.name},
                                                             {"image", &match.image},
                                                             {"image_digest", &match.image_digest},
                                                             {"engine", &match.engine}};
  for (const auto& [key, target] : words) {
    const Node* part = Find(node, key);
    if (part == nullptr) continue;
    BRIG_ASSIGN(*target, WordOf(where, *part, key, Policy::kMaxText));
  }
  if (!match.image_digest.empty() && !match.image_digest.starts_with("sha256:"))
    return Wrong(where, *Find(node, "image_digest"),
                 "image_digest is no digest: write it as `brig containers --json` shows it, "
                 "sha256:...");
  if (const Node* part = Find(node, "labels")) BRIG_TRY(ReadLabels(where, *part, match.labels));
  return match;
}

// `off` takes an invariant from a container: that is said by name, and with a reason.
Result<> RefuseOff(const std::string& where, const Node& modes,
                   const std::vector<Ruling>& rulings) {
  for (std::size_t i = 0; i < rulings.size(); ++i) {
    if (rulings[i].mode != Mode::kOff) continue;
    const auto invariant = static_cast<Invariant>(rulings[i].number);
    if (invariant != Invariant::kImage)
      return Wrong(where, modes.items[i],
                   fmt::format("{} is not switched off for one container by a mode: write "
                               "`waive: [{}]` with a reason",
                               NameOf(invariant), NameOf(invariant)));
  }
  return {};
}

Result<> ReadReason(const std::string& where, const Node& node, Clause& clause) {
  if (const Node* part = Find(node, "reason")) {
    BRIG_ASSIGN(clause.reason, WordOf(where, *part, "reason", Policy::kMaxReason));
    return {};
  }
  for (const Ruling& ruling : clause.rulings)
    if (ruling.kind == GrantKind::kWaiver || ruling.kind == GrantKind::kPrivileged)
      return Wrong(where, node,
                   "waive and privileged need a reason: write `reason: why this container has to`");
  return {};
}

}  // namespace

Result<std::vector<Ruling>> ReadModes(const std::string& where, const Node& node) {
  if (node.kind != Node::Kind::kMap)
    return Wrong(where, node, "modes is no map: write `modes: {I1: refuse}`");
  std::vector<Ruling> rulings;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    BRIG_ASSIGN(const Invariant invariant, ReadInvariant(where, node.keys[i]));
    BRIG_ASSIGN(const std::string word,
                WordOf(where, node.items[i], node.keys[i].word, Policy::kMaxText));
    static constexpr std::string_view kModes[] = {"off", "watch", "kill", "refuse"};
    const auto mode = ModeOf(word);
    if (!mode) return Wrong(where, node.items[i], NoSuch(word, "mode", kModes));
    BRIG_TRY(AddOnce(where, node.keys[i],
                     {.kind = GrantKind::kMode,
                      .line = node.keys[i].line,
                      .number = static_cast<std::uint32_t>(invariant),
                      .mode = *mode},
                     rulings));
  }
  return rulings;
}

Result<std::vector<Ruling>> ReadSurface(const std::string& where, const Node& node) {
  BRIG_TRY(CheckMap(where, node, "surface", SurfaceNames()));
  std::vector<Ruling> rulings;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    BRIG_ASSIGN(const std::string word,
                WordOf(where, node.items[i], node.keys[i].word, Policy::kMaxText));
    static constexpr std::string_view kSettings[] = {"allow", "watch", "refuse"};
    const auto mode = SurfaceModeOf(word);
    if (!mode) return Wrong(where, node.items[i], NoSuch(word, "setting of a surface", kSettings));
    rulings.push_back({.kind = GrantKind::kSurface,
                       .line = node.keys[i].line,
                       .number = static_cast<std::uint32_t>(*SurfaceOf(node.keys[i].word)),
                       .mode = *mode});
  }
  return rulings;
}

Result<Clause> ReadClause(const std::string& where, const Node& node) {
  static constexpr std::string_view kKeys[] = {"match", "modes", "surface",
                                               "allow", "waive", "reason"};
  BRIG_TRY(CheckMap(where, node, "a container's clause", kKeys));
  Clause clause;
  clause.line = node.line;
  const Node* match = Find(node, "match");
  if (match == nullptr)
    return Wrong(where, node, "a clause without match: write `match: {name: web}` to say whom");
  BRIG_ASSIGN(clause.match, ReadMatch(where, *match));
  if (const Node* part = Find(node, "modes")) {
    BRIG_ASSIGN(clause.rulings, ReadModes(where, *part));
    BRIG_TRY(RefuseOff(where, *part, clause.rulings));
  }
  if (const Node* part = Find(node, "surface")) {
    BRIG_ASSIGN(const auto rulings, ReadSurface(where, *part));
    clause.rulings.insert(clause.rulings.end(), rulings.begin(), rulings.end());
  }
  if (const Node* part = Find(node, "allow")) BRIG_TRY(ReadAllow(where, *part, clause.rulings));
  if (const Node* part = Find(node, "waive")) BRIG_TRY(ReadWaivers(where, *part, clause.rulings));
  if (clause.rulings.empty())
    return Wrong(
        where, node,
        "a clause that says nothing: write modes, surface, allow or waive below its match");
  BRIG_TRY(ReadReason(where, node, clause));
  return clause;
}

bool SameMatch(const ContainerMatch& a, const ContainerMatch& b) {
  const auto same_label = [](const Label& x, const Label& y) {
    return x.key == y.key && x.value == y.value;
  };
  return a.name == b.name && a.image == b.image && a.image_digest == b.image_digest &&
         a.engine == b.engine && std::ranges::equal(a.labels, b.labels, same_label);
}

}  // namespace brig::policy
