// SPDX-License-Identifier: Apache-2.0
// The private directory of one drill, /run/brig-drill.XXXXXX: a file system in memory with the
// image, the containers and a list of what was made elsewhere. Removed with the object; what a
// killed drill has left, the next one sweeps. Thread safe but for Remove.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::drill {

class Place {
 public:
  static constexpr const char* kParent = "/run";
  static constexpr const char* kPrefix = "brig-drill.";

  // Sweeps, then makes the directory with the attack program at image/bin/attack. kDenied unless
  // root; kNotFound when `program` is not there.
  [[nodiscard]] static Result<Place> Make(const std::string& program, const std::string& runtime,
                                          const std::string& parent = kParent);
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place();

  [[nodiscard]] const std::string& path() const { return path_; }
  // Random; part of the name of everything that the drill makes.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& runtime() const { return runtime_; }
  [[nodiscard]] std::string program() const { return path_ + "/image/bin/attack"; }
  // To be called before something is made outside of path(). A path stands for itself and for
  // whatever has a name that begins with it.
  [[nodiscard]] Result<> Remember(const std::string& what);
  // Removes what Remember was told, and everything with such a name.
  static void RemoveByName(const std::string& what);

  // Ends and removes what drills that are gone have left below `parent`. Gives how many.
  static int Sweep(const std::string& runtime, const std::string& parent = kParent);

 private:
  Place(std::string path, std::string id, std::string runtime, UniqueFd lock)
      : path_(std::move(path)),
        id_(std::move(id)),
        runtime_(std::move(runtime)),
        lock_(std::move(lock)),
        mutex_(std::make_unique<std::mutex>()) {}
  static void Remove(const std::string& path, const std::string& runtime);

  std::string path_, id_, runtime_;
  UniqueFd lock_;
  std::unique_ptr<std::mutex> mutex_;
};

// 128 bits of hexadecimal digits that nobody can guess.
std::string NewSecret();

}  // namespace brig::drill
