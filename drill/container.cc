// SPDX-License-Identifier: Apache-2.0
#include "drill/container.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>

#include <charconv>
#include <filesystem>

#include "base/file.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

constexpr auto kEnding = Milliseconds(20'000);
constexpr auto kLeaving = Milliseconds(500);  // once its input has ended

// Where the device programs of a container do not reach.
constexpr const char* kRootGroups[] = {"/sys/fs/cgroup/cgroup.procs",
                                       "/sys/fs/cgroup/devices/cgroup.procs"};

void LeaveGroups(pid_t pid) {
  for (const char* group : kRootGroups) {
    const auto file = OpenFile(group, O_WRONLY);
    if (file) (void)WriteAll(file->get(), std::to_string(pid));
  }
}

}  // namespace

Result<pid_t> ReadPidFile(const std::string& path, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  do {
    const std::string text = ReadFile(path).value_or("");
    pid_t pid = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), pid).ec == std::errc()) return pid;
    Pause();
  } while (std::chrono::steady_clock::now() < deadline);
  return Fail(ErrorCode::kUnavailable, fmt::format("{} tells no pid", path));
}

Container::Container(Place& place, std::string id)
    : place_(place), id_(std::move(id)), directory_(place.path() + "/containers/" + id_) {}

Result<std::unique_ptr<Container>> Container::Start(Place& place, const std::string& id,
                                                    const Weakness& weakness,
                                                    const std::vector<std::string>& words,
                                                    Milliseconds patience) {
  std::unique_ptr<Container> container(new Container(place, id));
  const std::string& directory = container->directory_;
  BRIG_TRY(MakeDirectories(directory + "/volume"));
  BRIG_TRY(container->MountRoot());
  BRIG_TRY(ReplaceFile(directory + "/config.json",
                       MakeConfig(weakness, words, directory + "/rootfs", directory + "/volume")));
  BRIG_TRY(ReplaceFile(directory + "/started", ""));
  auto child = Child::Start({.words = {place.runtime(), "run", "--bundle", directory, "--pid-file",
                                       directory + "/pid", id},
                             .output = directory + "/output"});
  if (!child) return std::unexpected(std::move(child).error());
  container->child_ = std::make_unique<Child>(*std::move(child));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!fs::exists(directory + "/pid")) {
    const auto status = container->child_->Ended();
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (status || late)
      return Fail(ErrorCode::kInternal,
                  fmt::format("the canary container does not start: {} {}: {}", place.runtime(),
                              status ? fmt::format("ended with {}", *status) : "takes too long",
                              container->child_->Output()));
    Pause();
  }
  BRIG_ASSIGN(container->pid_, ReadPidFile(directory + "/pid", patience));
  if (weakness.any_device) LeaveGroups(container->pid_);
  return container;
}

Result<> Container::MountRoot() {
  for (const char* name : {"/upper", "/work", "/rootfs"})
    BRIG_TRY(MakeDirectories(directory_ + name));
  const std::string layers = fmt::format("lowerdir={0}/image,upperdir={1}/upper,workdir={1}/work",
                                         place_.path(), directory_);
  if (::mount("overlay", (directory_ + "/rootfs").c_str(), "overlay", 0, layers.c_str()) != 0)
    return FailErrno("mount the canary container's overlay");
  mounted_ = true;
  return {};
}

Container::~Container() {
  if (child_) {
    child_->CloseInput();
    if (!child_->Wait(kLeaving)) {
      auto removal = Child::Start({.words = {place_.runtime(), "delete", "--force", id_},
                                   .output = directory_ + "/delete"});
      if (removal) (void)removal->Wait(kEnding);
    }
    child_.reset();
  }
  if (mounted_) ::umount2((directory_ + "/rootfs").c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

}  // namespace brig::drill
