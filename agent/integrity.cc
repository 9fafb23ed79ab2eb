// SPDX-License-Identifier: Apache-2.0
#include "agent/integrity.h"

#include <fmt/format.h>

#include <utility>

#include "agent/executables.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"

namespace brig::agent {
namespace {

constexpr std::int64_t kSettingsInterval = 5 * kSecond;
constexpr std::int64_t kDoubtInterval = 200 * kMillisecond;
constexpr std::int64_t kProgramsInterval = kSecond;
constexpr std::int64_t kRoundInterval = 20 * kSecond;  // from one round's start to the next one's
constexpr std::size_t kMaxSettingBytes = 4096;
// The kernel starts what it names for each new device. Absent unless the kernel was built for it.
constexpr const char* kHelper = "/sys/kernel/uevent_helper";

Result<std::string> ReadSetting(const std::string& path) {
  BRIG_ASSIGN(std::string text, ReadFile(path, kMaxSettingBytes));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Executables ListPrograms() {
  const auto modprobe = ReadSetting(std::string(sensor::kSysctlPaths[0]));
  return FindExecutables(ProgramDirectories(), modprobe.value_or(""));
}

}  // namespace

Integrity::Integrity(Loop& loop, const sensor::Handles& handles, bool writes_seen,
                     OnNotice on_notice)
    : loop_(loop),
      handles_(handles),
      on_notice_(std::move(on_notice)),
      settings_(writes_seen),
      programs_(ListPrograms) {
  loop_.After(0, [this] { LookAtSettings(); });
  loop_.Every(kSettingsInterval, [this] { LookAtSettings(); });
  loop_.Every(kProgramsInterval, [this] { LookAtPrograms(); });
}

void Integrity::LookAtSettings() {
  trouble_.clear();
  for (std::size_t i = 0; i < sensor::kSysctlCount; ++i) {
    const auto before = sensor::ReadSysctlWrite(handles_, i);
    const auto text = ReadSetting(std::string(sensor::kSysctlPaths[i]));
    const auto after = sensor::ReadSysctlWrite(handles_, i);
    if (!before || !after) trouble_ = (before ? after : before).error().message;
    if (!before || !text || !after) continue;  // not every kernel has each
    if (auto notice = settings_.Take(i, {*before, *text, *after})) on_notice_(*std::move(notice));
  }
  LookAtHelper();
  if (settings_.doubtful()) loop_.After(kDoubtInterval, [this] { LookAtSettings(); });
}

// Who writes to sysfs is not seen, so any change is told.
void Integrity::LookAtHelper() {
  auto text = ReadSetting(kHelper);
  if (!text) return;
  if (helper_ && *helper_ != *text)
    on_notice_({0, "setting_changed",
                fmt::format("{} was \"{}\" and is \"{}\"", kHelper, Printable(*helper_),
                            Printable(*text))});
  helper_ = *std::move(text);
}

void Integrity::LookAtPrograms() {
  const std::int64_t now = SystemClock().BootNs();
  if (programs_.round_ended() && now < next_round_ns_) return;
  if (programs_.round_ended()) next_round_ns_ = now + kRoundInterval;
  const auto difference = programs_.Step();
  if (!difference) return;
  on_notice_({0, "program_differs",
              fmt::format("the pages in memory of {} are not what is on its disk, from offset {} "
                          "on, and nobody wrote the file: whoever starts it runs something else",
                          Printable(difference->path), difference->offset)});
}

std::vector<std::string> Integrity::Notes() const {
  std::vector<std::string> notes = settings_.Notes();
  if (!trouble_.empty()) notes.push_back(trouble_);
  for (std::string& note : programs_.Notes()) notes.push_back(std::move(note));
  return notes;
}

}  // namespace brig::agent
