// SPDX-License-Identifier: Apache-2.0
#include "agent/loader.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "agent/confine.h"
#include "agent/contents.h"
#include "agent/doors.h"
#include "agent/handles.h"
#include "agent/listed.h"
#include "base/log.h"
#include "sensor/loader.h"
#include "sensor/maps.h"
#include "sensor/pins.h"

namespace brig::agent {
namespace {

// Loading and attaching; mounting tracefs in a namespace of its own; the memory limit of old
// kernels; reading what only root may read there.
constexpr std::uint64_t kCapabilities =
    CapabilityBit(CAP_BPF) | CapabilityBit(CAP_PERFMON) | CapabilityBit(CAP_SYS_ADMIN) |
    CapabilityBit(CAP_SYS_RESOURCE) | CapabilityBit(CAP_DAC_READ_SEARCH);

constexpr std::size_t kHandlesPerMessage = 128;

sensor::LoadOptions OptionsOf(const Setup& setup) {
  sensor::LoadOptions options;
  for (std::size_t i = 0; i < options.modes.size() && i < setup.options.modes.size(); ++i)
    options.modes.at(i) = setup.options.modes[i];
  for (std::size_t i = 0; i < options.surface.size() && i < setup.options.surface.size(); ++i)
    options.surface.at(i) = setup.options.surface[i];
  options.wanted = setup.options.keep == Keep::kAll ? kAllTelemetry : kKeptTelemetry;
  options.listed = FindListed(setup.options, [](const std::string& path) {
                     return HashFile(path).value_or("");
                   }).files;
  options.guarded = FindGuarded(setup.options);
  options.link_places = LinkPlaces();
  options.unix_doors = FindUnixDoors(setup.options);
  options.inet_doors = InetDoors();
  options.own_processes = {setup.warden_pid, static_cast<std::uint32_t>(::getpid())};
  return options;
}

// The maps first, then the rest, in messages of what one may carry.
Result<> HandOver(Start& start, sensor::Loaded& loaded) {
  Loaded message{.programs = std::move(loaded.programs),
                 .notes = std::move(loaded.notes),
                 .host = loaded.host};
  std::vector<NamedHandle> handles = NameHandles(loaded.handles);
  for (std::size_t at = 0;; at += kHandlesPerMessage) {
    const std::size_t end = std::min(at + kHandlesPerMessage, handles.size());
    std::vector<int> fds;
    for (std::size_t i = at; i < end; ++i) {
      message.handles.push_back(handles[i].handle);
      fds.push_back(handles[i].fd);
    }
    message.last = end == handles.size();
    BRIG_TRY(start.control.Send(Message::kLoaded, message, fds));
    if (message.last) return {};
    message = Loaded();
  }
}

// Where the guard runs it goes on when brigd is killed; elsewhere nothing is refused anyway.
void Outlive(const Options& options, sensor::Loaded& loaded) {
  if (!sensor::GuardAttached(loaded.programs)) return;
  const auto pinned = sensor::Pin(loaded.handles, sensor::PinDirectory(options.run));
  if (!pinned)
    loaded.notes.push_back(
        fmt::format("the guard ends when brigd is killed ({}): mount -t bpf bpf "
                    "/sys/fs/bpf, then restart brigd",
                    pinned.error().message));
}

}  // namespace

int RunLoader(Start start) {
  // It lives for a moment, hears from nobody outside, and the calls it needs are the ones that the
  // filter of the others is there to forbid: so no filter here, only fewer capabilities.
  auto step = DropPrivileges({.capabilities = kCapabilities});
  if (step) step = CloseOtherHandles(start.AllHandles());
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  auto loaded = sensor::Load(OptionsOf(start.setup));
  if (!loaded) return Refuse(start, Trouble::kFatal, loaded.error());
  Outlive(start.setup.options, *loaded);
  step = HandOver(start, *loaded);
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  // The links are closed here only when the warden has its own copies.
  (void)start.control.Receive(/*wait=*/true);
  return 0;
}

}  // namespace brig::agent
