// SPDX-License-Identifier: Apache-2.0
// What is in the files that decide over the host: their SHA-256, known again whenever one changes.
// A file is the same while its inode, size and change time are; the change time is the kernel's, so
// who rewrites a file and restores its times is found, too. Not thread safe.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::agent {

class Contents {
 public:
  static constexpr std::size_t kStepBytes = 4 << 20;  // read in one step, to hold up nothing else

  struct Change {
    std::string path;
    std::string before;  // "": it was not known
    std::string now;     // SHA-256, hexadecimal
  };

  // These from now on; what is known of them stays known.
  void Watch(std::vector<std::string> paths);

  // Goes on reading what is not known yet. A change is told once it is read to the end.
  std::optional<Change> Step();

  // Of what the file is now; "" until that is read.
  [[nodiscard]] std::string HashOf(const std::string& path) const;

  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  // Everything is read that can be.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  struct Known {
    struct stat info{};
    std::string sha256;  // "": it cannot be read
  };
  struct Reading {
    std::string path;
    UniqueFd file;
    struct stat info{};
    Sha256Stream hash;
  };

  void BeginNext();
  std::optional<Change> Finish(const std::string& sha256);

  std::vector<std::string> paths_;
  std::map<std::string, Known> known_;
  std::optional<Reading> reading_;
  bool complete_ = false;
};

// The same at once, for one file.
[[nodiscard]] Result<std::string> HashFile(const std::string& path);

}  // namespace brig::agent
