// SPDX-License-Identifier: Apache-2.0
#include "sensor/pins.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

namespace brig::sensor {
namespace {

constexpr const char* kBpffs = "/sys/fs/bpf";

Result<> PinOne(int fd, const std::string& path) {
  if (bpf_obj_pin(fd, path.c_str()) != 0) return FailErrno(fmt::format("pin {}", path));
  return {};
}

Result<> PinAll(const Handles& handles, const std::string& set) {
  std::size_t number = 0;
  for (const UniqueFd& link : handles.links)
    BRIG_TRY(PinOne(link.get(), fmt::format("{}/link{}", set, number++)));
  // The kernel empties a map of programs when nobody refers to it by a descriptor or a name.
  return PinOne(handles.map(MapId::kCompatCalls), set + "/compat_calls");
}

}  // namespace

std::string PinDirectory(const std::string& run) {
  const auto* bytes = reinterpret_cast<const std::byte*>(run.data());
  return fmt::format("{}/brig-{}", kBpffs,
                     ToHex(ByteView(Sha256({ByteView(bytes, run.size())})).first(4)));
}

Result<> Pin(const Handles& handles, const std::string& directory) {
  struct statfs info{};
  if (::statfs(kBpffs, &info) != 0 || info.f_type != BPF_FS_MAGIC)
    return Fail(ErrorCode::kUnavailable, fmt::format("no BPF filesystem at {}", kBpffs));
  // The names are in the order of time.
  const std::string set = fmt::format("{}/{:020}", directory, SystemClock().BootNs());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return FailErrno(fmt::format("make {}", directory));
  if (::mkdir(set.c_str(), 0700) != 0) return FailErrno(fmt::format("make {}", set));
  auto pinned = PinAll(handles, set);
  if (!pinned) Unpin(directory);
  return pinned;
}

void UnpinOlder(const std::string& directory) {
  std::error_code ignored;
  std::vector<std::filesystem::path> sets;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
    sets.push_back(entry.path());
  if (sets.empty()) return;
  sets.erase(std::ranges::max_element(sets));
  for (const auto& set : sets) std::filesystem::remove_all(set, ignored);
}

void Unpin(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

}  // namespace brig::sensor
