// SPDX-License-Identifier: Apache-2.0
// Reads entries, also while a writer appends; needs only read permission and takes no lock. Checks
// every frame's CRC but no signature: that is verify.h. Memory is bounded (one block and one
// entry). Not thread safe; open one per thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/disk.h"

namespace brig::ledger {

struct Entry {
  std::uint64_t index = 0;
  ByteView bytes;  // valid until the next call on the reader
};

class Reader {
 public:
  // `disk` must outlive the reader.
  [[nodiscard]] static Result<std::unique_ptr<Reader>> Open(const std::string& directory,
                                                            Disk& disk = RealDisk());
  // The next Next() gives the entry `index`; it need not exist yet.
  [[nodiscard]] Result<> Seek(std::uint64_t index);
  // The next entry, or nothing when the end is reached (for now). kCorrupt names file, offset and
  // index; the reader then stays where it is.
  [[nodiscard]] Result<std::optional<Entry>> Next();
  // One entry by its index; kNotFound when there is none yet. Moves the reader behind it.
  [[nodiscard]] Result<Entry> Read(std::uint64_t index);
  // How many entries there are now. Reads on from where it last looked.
  [[nodiscard]] Result<std::uint64_t> Size();
  // Waits until the writer did something or the time is over; true when Next() is worth a try.
  [[nodiscard]] Result<bool> Wait(std::chrono::milliseconds timeout);
  // Readable when Wait would return true at once: for an event loop of one's own. -1 without
  // inotify.
  [[nodiscard]] int wait_fd() const;

  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

 private:
  class Impl;
  explicit Reader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace brig::ledger
