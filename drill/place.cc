// SPDX-License-Identifier: Apache-2.0
#include "drill/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "base/file.h"
#include "drill/child.h"
#include "drill/words.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = Milliseconds(20'000);

// What containers find mounted over: the directories of the image.
constexpr const char* kDirectories[] = {"bin",  "dev", "etc", "host",  "mnt",
                                        "proc", "sys", "tmp", "volume"};

Result<> Populate(const std::string& path, const std::string& program) {
  for (const char* name : kDirectories) BRIG_TRY(MakeDirectories(path + "/image/" + name));
  std::error_code error;
  fs::copy_file(program, path + "/image/bin/attack", error);
  if (error) return FailErrno(fmt::format("copy {}", program), error.value());
  if (::chmod((path + "/image/tmp").c_str(), 01777) != 0) return FailErrno("open image/tmp");
  return {};
}

}  // namespace

std::string NewSecret() {
  std::array<std::byte, 16> bytes{};
  BRIG_CHECK(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return ToHex(bytes);
}

Result<Place> Place::Make(const std::string& program, const std::string& runtime,
                          const std::string& parent) {
  if (::geteuid() != 0) return Fail(ErrorCode::kDenied, "a drill needs root: run it with sudo");
  if (!fs::exists(program))
    return Fail(ErrorCode::kNotFound, fmt::format("the attack program {} is not there", program));
  (void)Sweep(runtime, parent);
  const std::string id = NewSecret().substr(0, 8);
  const std::string path = fmt::format("{}/{}{}", parent, kPrefix, id);
  if (::mkdir(path.c_str(), 0711) != 0) return FailErrno(fmt::format("make {}", path));
  // Its own file system: /run is often mounted so that no program runs from it.
  if (::mount("brig-drill", path.c_str(), "tmpfs", 0, "mode=0711,size=256m") != 0) {
    const int error = errno;
    ::rmdir(path.c_str());
    return FailErrno(fmt::format("mount a file system in memory at {}", path), error);
  }
  auto lock = OpenFile(path + "/lock", O_RDWR | O_CREAT, 0600);
  if (!lock || ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    Remove(path, runtime);
    return lock ? FailErrno("lock the drill's directory") : std::unexpected(lock.error());
  }
  Place place(path, id, runtime, *std::move(lock));
  BRIG_TRY(Populate(path, program));
  return place;
}

Place::~Place() {
  if (lock_) Remove(path_, runtime_);
}

Result<> Place::Remember(const std::string& what) {
  const std::lock_guard guard(*mutex_);
  BRIG_ASSIGN(const UniqueFd list, OpenFile(path_ + "/made", O_WRONLY | O_CREAT | O_APPEND, 0600));
  return WriteAll(list.get(), what + "\n");
}

void Place::RemoveByName(const std::string& what) {
  const fs::path path(what);
  const std::string name = path.filename().string();
  // Only what bears our name is ever removed, whatever the list says.
  if (!name.starts_with(kPrefix)) return;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), error))
    if (entry.path().filename().string().starts_with(name)) {
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
}

void Place::Remove(const std::string& path, const std::string& runtime) {
  std::error_code error;
  // A container is named after its directory.
  for (const auto& entry : fs::directory_iterator(path + "/containers", error)) {
    const std::string container = entry.path().filename().string();
    if (!runtime.empty() && fs::exists(entry.path() / "started")) {
      auto child = Child::Start(
          {.words = {runtime, "delete", "--force", container}, .output = path + "/delete"});
      if (child) (void)child->Wait(kPatience);
    }
    ::umount2((entry.path() / "rootfs").c_str(), MNT_DETACH);
  }
  std::ifstream made(path + "/made");
  for (std::string line; std::getline(made, line);) {
    const auto [kind, value] = KeyAndValue(line);
    if (kind == "cgroup") ::rmdir(value.c_str());
    if (kind == "file") RemoveByName(value);
  }
  ::umount2(path.c_str(), MNT_DETACH);
  ::rmdir(path.c_str());
}

int Place::Sweep(const std::string& runtime, const std::string& parent) {
  int swept = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with(kPrefix) || !entry.is_directory(error))
      continue;
    const UniqueFd lock(::open((path + "/lock").c_str(), O_RDWR | O_CLOEXEC));
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;  // that drill goes on
    Remove(path, runtime);
    ++swept;
  }
  return swept;
}

}  // namespace brig::drill
