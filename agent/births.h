// SPDX-License-Identifier: Apache-2.0
// The births of the containers that live, remembered in a file in memory that the warden holds: a
// reader or an engine that is started again learns from it what it did not see. Not thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace brig::agent {

class Births {
 public:
  static constexpr std::size_t kMaxFileBytes = 8 << 20;
  static constexpr std::size_t kMaxArgumentBytes = 1024;  // remembered of one container

  struct Birth {
    std::uint64_t container = 0;
    ProcessRef first_process;
    std::string event;  // encoded
  };

  // Reads what is there. `fd` stays the caller's; -1: nothing is remembered beyond this process.
  explicit Births(int fd);

  void Add(Event event);
  // Forgets those that do not live; gives their keys.
  std::vector<std::uint64_t> Retain(const std::vector<std::uint64_t>& living);
  [[nodiscard]] const std::map<std::uint64_t, Birth>& all() const { return births_; }

 private:
  void Load();
  void Insert(const Event& event, std::string encoded);
  void Write(const std::string& encoded);
  void Rewrite();

  int fd_;
  std::size_t file_bytes_ = 0;
  std::map<std::uint64_t, Birth> births_;
};

}  // namespace brig::agent
