// SPDX-License-Identifier: Apache-2.0
// Compares what the kernel would run of a program, its pages in memory, with what is on its disk.
// An exploit like Dirty Pipe changes the pages of a file that it may only read: they differ, and
// the file's times do not tell. Reads the disk directly (O_DIRECT), and of the pages only those
// that are in memory, so that nothing is brought there. Not thread safe.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/executables.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::agent {

class CacheCheck {
 public:
  // A step reads at most this much of one file, to hold up nothing else, and asks for at most that
  // much what of it is in memory.
  static constexpr std::uint64_t kStepBytes = 1 << 20;
  static constexpr std::uint64_t kStepLooks = 32 << 20;

  struct Difference {
    std::string path;
    std::uint64_t offset = 0;
  };
  using Opener = std::function<Result<UniqueFd>(const std::string& path)>;

  // `list` is asked at the start of each round. `open_disk` gives the file without its pages in
  // memory; tests give another file.
  explicit CacheCheck(std::function<Executables()> list, Opener open_disk = OpenDirect);

  // Goes on with the round, or begins one. A difference is told when a second look, at the next
  // step, finds it again and the file's times are the same; once for each content of a file.
  std::optional<Difference> Step();
  // Whether the last step ended a round.
  [[nodiscard]] bool round_ended() const { return !current_ && waiting_.empty(); }

  // What stays wrong, and what cannot be compared, for the status.
  [[nodiscard]] std::vector<std::string> Notes() const;

  // kUnsupported where there is no disk behind the file, or it cannot be read directly.
  static Result<UniqueFd> OpenDirect(const std::string& path);

 private:
  struct File {
    std::string path;
    UniqueFd pages, disk;
    struct stat info{};
    std::uint64_t at = 0;
    std::optional<std::uint64_t> doubt;
  };
  struct FreeBuffer {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  using Buffer = std::unique_ptr<std::byte, FreeBuffer>;

  void BeginRound();
  Result<> OpenNext();
  std::optional<Difference> Compare(File& file);
  Result<std::optional<std::uint64_t>> DifferenceIn(const File& file, std::uint64_t at,
                                                    std::size_t size, std::uint64_t& read);
  void EndFile(bool differs);

  std::function<Executables()> list_;
  Opener open_disk_;
  Buffer pages_, disk_;
  std::vector<std::string> waiting_;  // of this round, the next one last
  std::optional<File> current_;
  std::size_t left_out_ = 0;
  std::map<std::string, std::string> skipped_;         // path to reason, of this round
  std::map<std::string, std::string> skipped_before_;  // of the round before, which is whole
  struct Told {
    struct stat info{};
    std::uint64_t offset = 0;
  };
  std::map<std::string, Told> differing_;
};

}  // namespace brig::agent
