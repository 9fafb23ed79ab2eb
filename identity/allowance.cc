// SPDX-License-Identifier: Apache-2.0
#include "identity/allowance.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace brig::identity {
namespace {

const std::string kStart = "its start";  // who allows, where it is not the policy

bool MayTransfer(const DeviceClaim& rule) {
  return rule.allow && rule.permissions.find_first_of("rw") != std::string::npos;
}

// What every container has: null, full, zero, random, urandom, tty, console, ptmx, terminals; and
// net/tun, which runc lets through for all, asked or not.
bool IsDefault(const DeviceClaim& device) {
  if (device.type != 'c') return false;
  const std::int64_t minor = device.minor;
  switch (device.major) {
    case 1: return minor == 3 || minor == 5 || minor == 7 || minor == 8 || minor == 9;
    case 5: return minor >= 0 && minor <= 2;
    case 10: return minor == 200 && device.path.empty();
    case 136: return true;
    default: return false;
  }
}

// A user's own engine cannot make device nodes: a device that is asked for by name is mounted from
// the host's /dev, as any other file.
struct SharedDevice {
  std::string_view path;
  std::int64_t major, minor;
};
constexpr SharedDevice kSharedDevices[] = {
    {"/dev/fuse", 10, 229}, {"/dev/kvm", 10, 232}, {"/dev/net/tun", 10, 200}};

bool IsNumber(std::int64_t value) { return value >= 0 && value <= 0xfffff; }

std::string DeviceWords(const DeviceRule& rule, const RuntimeState& state) {
  std::string number =
      rule.any_minor
          ? fmt::format("({} {}:any)", static_cast<char>(rule.type), rule.major)
          : fmt::format("({} {}:{})", static_cast<char>(rule.type), rule.major, rule.minor);
  if (rule.any_minor) return number;
  const auto is = [&](std::int64_t major, std::int64_t minor) {
    return major == rule.major && minor == rule.minor;
  };
  for (const DeviceClaim& node : state.nodes)
    if (static_cast<std::uint32_t>(node.type) == rule.type && is(node.major, node.minor))
      return fmt::format("{} {}", node.path, number);
  for (const SharedDevice& device : kSharedDevices)
    if (state.owner != 0 && rule.type == 'c' && is(device.major, device.minor))
      return fmt::format("{} {}", device.path, number);
  return number;
}

// Collects one container's allowance and, beside each part, what people are told of it.
class Collector {
 public:
  Collector(const Container& container, const RuntimeState& state)
      : container_(container), state_(state) {
    admission_.allowance.container = container.key;
  }

  void AddClause(const Clause& clause, const std::string& file);
  void AddStart(const DockerContainer* docker);
  Admission Take() { return std::move(admission_); }

 private:
  void AddRuling(const Ruling& ruling, const std::string& source);
  void AddPrivileged(const std::string& source);
  void AddDevice(const DeviceRule& rule, const std::string& source);
  void AddClaim(const DeviceClaim& device);
  void AddMounted();
  void SetMode(Invariant invariant, Mode mode);
  void Tell(GrantKind kind, std::string what, const std::string& source, bool loosens) {
    admission_.posture.grants.push_back({kind, std::move(what), source, loosens});
  }

  const Container& container_;
  const RuntimeState& state_;
  Admission admission_;
};

void Collector::AddClause(const Clause& clause, const std::string& file) {
  admission_.posture.clause = fmt::format("{}:{}", file, clause.line);
  admission_.posture.reason = clause.reason;
  // Being privileged comes first: what the clause says of single invariants counts over it.
  for (const Ruling& ruling : clause.rulings)
    if (ruling.kind == GrantKind::kPrivileged)
      AddPrivileged(fmt::format("{}:{}", file, ruling.line));
  for (const Ruling& ruling : clause.rulings)
    AddRuling(ruling, fmt::format("{}:{}", file, ruling.line));
}

void Collector::AddPrivileged(const std::string& source) {
  if (!container_.privileged) return;
  for (std::uint16_t i = 1; i < static_cast<std::uint16_t>(Invariant::kSurface); ++i) {
    const auto invariant = static_cast<Invariant>(i);
    if (std::ranges::find(kKeptByPrivileged, invariant) == std::end(kKeptByPrivileged))
      SetMode(invariant, Mode::kOff);
  }
  Tell(GrantKind::kPrivileged, "privileged", source, true);
}

void Collector::SetMode(Invariant invariant, Mode mode) {
  auto& modes = admission_.allowance.modes;
  const auto known = std::ranges::find(modes, invariant, &InvariantSetting::invariant);
  if (known == modes.end())
    modes.push_back({invariant, mode});
  else
    known->mode = mode;
}

void Collector::AddRuling(const Ruling& ruling, const std::string& source) {
  Allowance& allowance = admission_.allowance;
  switch (ruling.kind) {
    case GrantKind::kDevice: AddDevice(ruling.device, source); break;
    case GrantKind::kCapability:
      allowance.capabilities |= 1ULL << (ruling.number & 63U);
      Tell(ruling.kind, std::string(CapabilityName(ruling.number)), source, true);
      break;
    case GrantKind::kDirectory:
    case GrantKind::kDoor:
      allowance.objects |= 1ULL << (ruling.number & 63U);
      Tell(ruling.kind, std::string(NameOf(static_cast<HostObject>(ruling.number))), source, true);
      break;
    case GrantKind::kPrivileged: break;
    case GrantKind::kMode:
      SetMode(static_cast<Invariant>(ruling.number), ruling.mode);
      Tell(ruling.kind,
           fmt::format("{}={}", NameOf(static_cast<Invariant>(ruling.number)), NameOf(ruling.mode)),
           source, ruling.mode == Mode::kOff || ruling.mode == Mode::kWatch);
      break;
    case GrantKind::kSurface:
      allowance.surface.push_back({static_cast<Surface>(ruling.number), ruling.mode});
      Tell(ruling.kind,
           fmt::format("{}={}", NameOf(static_cast<Surface>(ruling.number)),
                       SurfaceWord(ruling.mode)),
           source, false);
      break;
    case GrantKind::kWaiver:
      SetMode(static_cast<Invariant>(ruling.number), Mode::kOff);
      Tell(ruling.kind, std::string(NameOf(static_cast<Invariant>(ruling.number))), source, true);
      break;
  }
}

void Collector::AddDevice(const DeviceRule& rule, const std::string& source) {
  auto& devices = admission_.allowance.devices;
  if (devices.size() >= Allowance::kMaxDevices) return;
  if (std::ranges::find(devices, rule) != devices.end()) return;
  devices.push_back(rule);
  Tell(GrantKind::kDevice, DeviceWords(rule, state_), source, source != kStart);
}

void Collector::AddClaim(const DeviceClaim& device) {
  if (device.type != 'b' && device.type != 'c') return;
  if (!IsNumber(device.major) || (device.minor != -1 && !IsNumber(device.minor))) return;
  if (IsDefault(device)) return;
  AddDevice({.type = static_cast<std::uint32_t>(device.type),
             .major = static_cast<std::uint32_t>(device.major),
             .minor = device.minor < 0 ? 0 : static_cast<std::uint32_t>(device.minor),
             .any_minor = device.minor < 0},
            kStart);
}

void Collector::AddMounted() {
  for (const MountInfo& mount : state_.mounts)
    for (const SharedDevice& device : kSharedDevices)
      if (mount.source == device.path)
        AddClaim({.type = 'c',
                  .major = device.major,
                  .minor = device.minor,
                  .path = mount.source,
                  .permissions = "",
                  .allow = true});
}

void Collector::AddStart(const DockerContainer* docker) {
  const bool wildcard =
      (docker && docker->privileged) ||
      std::any_of(state_.rules.begin(), state_.rules.end(), [](const DeviceClaim& rule) {
        return MayTransfer(rule) && (rule.type == 'a' || rule.major < 0);
      });
  for (const DeviceClaim& node : state_.nodes) {
    const bool named = docker && std::find(docker->devices.begin(), docker->devices.end(),
                                           node.path) != docker->devices.end();
    if (!wildcard || named) AddClaim(node);
  }
  if (wildcard) return;
  if (state_.owner != 0) AddMounted();
  for (const DeviceClaim& rule : state_.rules)
    if (MayTransfer(rule)) AddClaim(rule);
}

// What a user's own engine says, names and labels included, is that user's word: it fits only a
// clause that means such engines.
bool FitsMatch(const ContainerMatch& match, const Container& container, std::uint32_t owner) {
  if (owner != 0 && match.engine.empty()) return false;
  const auto fits = [](const std::string& pattern, const std::string& text) {
    return pattern.empty() || FitsPattern(pattern, text);
  };
  // A runtime without an engine has ids that people chose.
  const std::string& name = container.name.empty() ? container.id : container.name;
  if (!fits(match.name, name) || !fits(match.image, container.image) ||
      !fits(match.image_digest, container.image_digest) || !fits(match.engine, container.engine))
    return false;
  return std::ranges::all_of(match.labels, [&](const Label& wanted) {
    return std::ranges::any_of(container.labels, [&](const Label& label) {
      return label.key == wanted.key && FitsPattern(wanted.value, label.value);
    });
  });
}

}  // namespace

bool FitsPattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  // Where the last * stood, and up to where it reaches: that much is tried again.
  std::size_t star = std::string_view::npos, reached = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      reached = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++reached;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Admission ComputeAllowance(const Container& container, const RuntimeState& state,
                           const DockerContainer* docker, const Policy& policy) {
  Collector collector(container, state);
  const auto clause = std::ranges::find_if(policy.clauses, [&](const Clause& each) {
    return FitsMatch(each.match, container, state.owner);
  });
  // First, so that no flood of devices at the start takes the room of the policy's.
  if (clause != policy.clauses.end()) collector.AddClause(*clause, policy.path);
  collector.AddStart(docker);
  return collector.Take();
}

std::vector<std::string> DevicesOf(const Posture& posture) {
  std::vector<std::string> devices;
  for (const Grant& grant : posture.grants)
    if (grant.kind == GrantKind::kDevice) devices.push_back(grant.what);
  return devices;
}

std::vector<Risk> RisksOf(const Posture& posture) {
  std::vector<Risk> risks;
  const std::string why =
      posture.reason.empty() ? "" : fmt::format(": {}", Printable(posture.reason, 512));
  for (const Grant& grant : posture.grants) {
    if (!grant.loosens || grant.kind == GrantKind::kDevice) continue;
    if (grant.kind == GrantKind::kWaiver) {
      risks.push_back({Severity::kHigh, "waived",
                       fmt::format("is not held to {} ({}), which {} waives{}", grant.what,
                                   TitleOf(*InvariantOf(grant.what)), grant.source, why)});
      continue;
    }
    const bool all = grant.kind == GrantKind::kPrivileged;
    risks.push_back(
        {all ? Severity::kHigh : Severity::kWarning, "allowed",
         fmt::format("is given {} {} by {}{}", NameOf(grant.kind), grant.what, grant.source, why)});
  }
  return risks;
}

}  // namespace brig::identity
