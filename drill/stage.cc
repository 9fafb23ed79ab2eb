// SPDX-License-Identifier: Apache-2.0
#include "drill/stage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <atomic>
#include <filesystem>

#include "base/clock.h"
#include "base/file.h"
#include "drill/host_state.h"

namespace brig::drill {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = Milliseconds(120'000);  // of a busy machine
constexpr const char* kAddress = "0x10000000";     // below every address the kernel would choose
constexpr const char* kDoor = "/run/docker.sock";

// Where version 2 of the cgroups is mounted, alone or beside version 1.
std::string CgroupRoot() {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (fs::exists(std::string(path) + "/cgroup.procs") &&
        fs::exists(std::string(path) + "/cgroup.controllers"))
      return path;
  return "";
}

}  // namespace

Result<std::unique_ptr<Stage>> Stage::Put(Place& place, const std::string& directory,
                                          const Technique& technique, bool twin) {
  std::unique_ptr<Stage> stage(new Stage(place, directory, twin));
  stage->names_["place"] = place.path();
  stage->names_["volume"] = directory + "/volume";
  stage->names_["run"] = directory;
  stage->names_["groups"] = CgroupRoot();
  for (const std::string& word : WordsOf(technique.stage)) {
    const auto [key, value] = KeyAndValue(word);
    BRIG_TRY(stage->PutWord(key, value));
  }
  if (technique.oracle == Oracle::kSetting) {
    BRIG_ASSIGN(stage->setting_, FillIn(technique.proof, stage->names_));
    stage->setting_state_ = StateOfSetting(stage->setting_);
  }
  if (!stage->canary_.empty()) stage->canary_state_ = StateOfFile(stage->canary_);
  if (stage->victim_ != nullptr) stage->victim_state_ = stage->VictimState();
  return stage;
}

Stage::~Stage() {
  helpers_.clear();
  neighbour_.reset();
  if (!canary_.empty()) Place::RemoveByName(canary_);
  if (names_.contains("door")) ::unlink(kDoor);
  if (!group_.empty()) {
    // A cgroup goes when its last process has gone entirely.
    for (int i = 0; i < 200 && ::rmdir(group_.c_str()) != 0; ++i) Pause();
  }
  if (disk_) ::ioctl(disk_.get(), LOOP_CLR_FD, 0);
}

Result<> Stage::PutWord(const std::string& key, const std::string& value) {
  if (key == "needs" && !fs::exists(value))
    return Fail(ErrorCode::kUnsupported, fmt::format("this host has no {}", value));
  if (key == "needs") return {};
  if (key == "file") return PutFile(value);
  if (key == "victim") return PutVictim();
  if (key == "group") return PutGroup();
  if (key == "serve") return PutServer(value);
  if (key == "neighbour") return PutNeighbour(value);
  if (key == "uts") return PutHostname();
  if (key == "loop") return PutDisk();
  if (key == "handle") return PutHandle();
  if (key == "log") return PutLogLine();
  return Fail(ErrorCode::kInvalid, fmt::format("{} is no word of a stage", key));
}

Result<> Stage::WriteSecretFile(const std::string& path) {
  secrets_.push_back(NewSecret());
  BRIG_ASSIGN(const UniqueFd file, OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
  return WriteAll(file.get(), secrets_.back() + "\n");
}

Result<> Stage::PutFile(const std::string& value) {
  const std::size_t at = value.find('@');
  const std::string where = value.substr(0, at);
  if (at == std::string::npos) return Fail(ErrorCode::kInvalid, "file= needs an @");
  BRIG_ASSIGN(const std::string inside, FillIn(value.substr(at + 1), names_));
  const std::string name = fmt::format("{}{}.{}", Place::kPrefix, place_.id(),
                                       fs::path(directory_).extension().string());
  std::string parent = twin_ ? directory_ + "/volume" : where == "place" ? place_.path() : where;
  if (!fs::is_directory(parent))
    return Fail(ErrorCode::kUnsupported, fmt::format("this host has no directory {}", parent));
  canary_ = fmt::format("{}/{}.canary", parent, name);
  if (!twin_) BRIG_TRY(place_.Remember("file=" + canary_));
  auto written = WriteSecretFile(canary_);
  if (!written && written.error().sys_errno == EROFS)
    return Fail(ErrorCode::kUnsupported, fmt::format("{} is on a read-only file system", parent));
  BRIG_TRY(std::move(written));
  names_["dir"] = twin_ ? "/volume" : inside;
  names_["base"] = fs::path(canary_).filename().string();
  names_["file"] = fmt::format("{}/{}", names_["dir"], fs::path(canary_).filename().string());
  return {};
}

Result<Child*> Stage::StartHelper(const std::vector<std::string>& words, int keep) {
  std::vector<std::string> all = {place_.program()};
  all.insert(all.end(), words.begin(), words.end());
  const std::string output = fmt::format("{}/helper.{}", directory_, helpers_.size());
  BRIG_ASSIGN(
      Child child,
      Child::Start({.words = all, .output = output, .directory = directory_, .keep = keep}));
  helpers_.push_back(std::make_unique<Child>(std::move(child)));
  return helpers_.back().get();
}

Result<> Stage::PutVictim() {
  names_["address"] = kAddress;
  secrets_.push_back(NewSecret());
  if (twin_) {
    names_["victim"] = "@";
    before_act_ = "beside " + secrets_.back();
    return {};
  }
  const std::string memory = secrets_.back();
  BRIG_TRY(WriteSecretFile(directory_ + "/held"));
  BRIG_ASSIGN(const UniqueFd held, OpenFile(directory_ + "/held", O_RDONLY));
  BRIG_ASSIGN(victim_, StartHelper({"canary", kAddress, memory}, held.get()));
  BRIG_TRY(victim_->WaitForOutput("\n", kPatience));
  names_["victim"] = std::to_string(victim_->pid());
  return {};
}

Result<> Stage::PutGroup() {
  const std::string root = CgroupRoot();
  if (root.empty()) return Fail(ErrorCode::kUnsupported, "this host has no cgroups of version 2");
  if (twin_) {
    names_["group"] = "";
    return {};
  }
  const std::string name =
      fmt::format("{}{}{}", Place::kPrefix, place_.id(), fs::path(directory_).extension().string());
  group_ = root + "/" + name;
  BRIG_TRY(place_.Remember("cgroup=" + group_));
  BRIG_TRY(MakeDirectories(group_));
  names_["group"] = name;
  BRIG_ASSIGN(const UniqueFd file, OpenFile(group_ + "/cgroup.procs", O_WRONLY));
  return WriteAll(file.get(), names_["victim"]);
}

Result<> Stage::PutServer(const std::string& value) {
  const std::size_t colon = value.find(':');
  const std::string kind = value.substr(0, colon), where = value.substr(colon + 1);
  const bool tcp = kind == "tcp";
  std::string address = where;
  const char* user = "0";
  if (where == "abstract") {
    address = fmt::format("@{}{}{}", Place::kPrefix, place_.id(),
                          fs::path(directory_).extension().string());
    user = twin_ ? "65534" : "0";  // a service of an ordinary user is nobody's door
    names_["socket"] = address;
    names_["name"] = address.substr(1);
  } else if (where == "door" && !twin_) {
    if (fs::exists(kDoor)) return Fail(ErrorCode::kUnsupported, "an engine has its socket there");
    address = kDoor;
    names_["door"] = names_["socket"] = "/doors/docker.sock";
  } else if (where == "door") {
    address = directory_ + "/volume/door";
    names_["socket"] = "/volume/door";
  } else {
    // The twin's port is no endpoint of anybody.
    static std::atomic<unsigned> next_port{31'337};
    if (twin_) address = std::to_string(next_port++);
    names_["socket"] = address;
  }
  secrets_.push_back(NewSecret());
  names_["token"] = secrets_.back();
  BRIG_ASSIGN(server_, StartHelper({"serve", kind, address, secrets_.back(), user}));
  const auto ready = server_->WaitForOutput("ready", kPatience);
  if (!ready && tcp && !twin_)
    return Fail(ErrorCode::kUnsupported,
                fmt::format("port {} is taken: a service of this host has it", where));
  return ready;
}

Result<> Stage::PutNeighbour(const std::string& kind) {
  secrets_.push_back(NewSecret());
  names_["secret"] = secrets_.back();
  names_["kind"] = kind;
  if (twin_) return {};
  // Keys are in no namespace; the others are in one that both share, the host's.
  Weakness weakness;
  if (kind != "key") weakness.shared = {"ipc"};
  const std::string id = fs::path(directory_).filename().string() + ".neighbour";
  BRIG_ASSIGN(neighbour_,
              Container::Start(place_, id, weakness,
                               {"/bin/attack", "ipc", "make", kind, secrets_.back()}, kPatience));
  Child& maker = neighbour_->child();
  const auto ready = maker.WaitForOutput("\n", kPatience);
  const std::string output = maker.Output();
  if (!ready || !output.starts_with("ready "))
    return Fail(ErrorCode::kUnsupported, fmt::format("no {} here: {}", kind, output));
  const std::size_t start = output.find(' ') + 1;
  names_["id"] = output.substr(start, output.find('\n', start) - start);
  return {};
}

Result<> Stage::PutHostname() {
  secrets_.push_back(NewSecret());
  if (twin_) {
    names_["victim"] = "self";
    before_act_ = "own_hostname " + secrets_.back() + " +";
    return {};
  }
  BRIG_ASSIGN(Child * owner, StartHelper({"own_hostname", secrets_.back(), "+", "hold"}));
  BRIG_TRY(owner->WaitForOutput("ready ", kPatience));
  names_["victim"] = std::to_string(owner->pid());
  return {};
}

Result<> Stage::PutDisk() {
  if (twin_) {  // a device that every container has: /dev/zero
    names_["kind"] = "c";
    names_["major"] = "1";
    names_["minor"] = "5";
    return {};
  }
  canary_ = fmt::format("{}/{}{}.disk", directory_, Place::kPrefix, place_.id());
  BRIG_TRY(WriteSecretFile(canary_));
  if (::truncate(canary_.c_str(), 1 << 20) != 0) return FailErrno("make a canary disk");
  const auto control = OpenFile("/dev/loop-control", O_RDWR);
  const int number = control ? ::ioctl(control->get(), LOOP_CTL_GET_FREE) : -1;
  if (number < 0) return Fail(ErrorCode::kUnsupported, "this host has no loop devices");
  auto disk = OpenFile(fmt::format("/dev/loop{}", number), O_RDWR);
  if (!disk) return Fail(ErrorCode::kUnsupported, disk.error().message);
  BRIG_ASSIGN(const UniqueFd file, OpenFile(canary_, O_RDWR));
  if (::ioctl(disk->get(), LOOP_SET_FD, file.get()) != 0)
    return Fail(ErrorCode::kUnsupported, "no loop device can be set up here");
  loop_info64 info{};
  info.lo_flags = LO_FLAGS_AUTOCLEAR;  // it goes with us, whatever happens
  (void)::ioctl(disk->get(), LOOP_SET_STATUS64, &info);
  struct stat node{};
  if (::fstat(disk->get(), &node) != 0) return FailErrno("look at the canary disk");
  disk_ = *std::move(disk);
  names_["kind"] = "b";
  names_["major"] = std::to_string(major(node.st_rdev));
  names_["minor"] = std::to_string(minor(node.st_rdev));
  return {};
}

Result<> Stage::PutHandle() {
  for (const auto& [name, path] :
       {std::pair("handle", canary_),
        std::pair("dir_handle", fs::path(canary_).parent_path().string())}) {
    BRIG_ASSIGN(Child * encoder, StartHelper({"file_handle", "encode", path}));
    const auto ready = encoder->WaitForOutput("\n", kPatience);
    if (!ready) return Fail(ErrorCode::kUnsupported, "this file system gives its files no handles");
    const std::string output = encoder->Output();
    names_[name] = output.substr(3, output.find('\n') - 3);
  }
  return {};
}

Result<> Stage::PutLogLine() {
  secrets_.push_back(NewSecret());
  names_["word"] =
      fmt::format("{}{}{}", Place::kPrefix, place_.id(), fs::path(directory_).extension().string());
  if (twin_) return {};
  const auto log = OpenFile("/dev/kmsg", O_WRONLY);
  if (!log || !WriteAll(log->get(), fmt::format("{} {}\n", names_["word"], secrets_.back())))
    return Fail(ErrorCode::kUnsupported, "the kernel's log cannot be written here");
  return {};
}

bool Stage::HasSecret(const std::string& output) const {
  for (const std::string& secret : secrets_)
    if (output.find(secret) != std::string::npos) return true;
  return false;
}

bool Stage::FileChanged() const {
  if (disk_) (void)::fsync(disk_.get());  // what was written to a disk is then in its file
  return StateOfFile(canary_) != canary_state_;
}

// What it says of itself (its memory, its signals, its limit), and what the kernel says of it. A
// stopped one says nothing.
std::string Stage::VictimState() {
  std::string state = StateOfProcess(victim_->pid());
  if (state.find("alive") == std::string::npos) return state;
  const std::size_t before = victim_->Output().size();
  if (!victim_->Say("")) return "gone";
  std::string said;
  for (int i = 0; i < 200 && !said.ends_with('\n'); ++i) {
    said = victim_->Output().substr(before);
    if (said.empty()) Pause();
  }
  return state + said;
}

bool Stage::VictimChanged() { return victim_ != nullptr && VictimState() != victim_state_; }

bool Stage::Served() const {
  return server_ != nullptr && server_->Output().find(secrets_.back()) != std::string::npos;
}

bool Stage::SettingChanged() const { return StateOfSetting(setting_) != setting_state_; }

void Stage::Restore() const {
  if (!SettingChanged()) return;
  if (setting_ == "clock") {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= 3600;
    ::clock_settime(CLOCK_REALTIME, &now);
    return;
  }
  const auto file = OpenFile(setting_, O_WRONLY | O_TRUNC);
  if (file) (void)WriteAll(file->get(), setting_state_);
}

}  // namespace brig::drill
