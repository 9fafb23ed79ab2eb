// SPDX-License-Identifier: Apache-2.0
// The few things the ledger asks of a file system, behind an interface, so that tests can break
// each of them: refuse a write, tear it, store it and say it failed, or stop between any two calls.
// RealDisk() is thread safe (no state); a DiskFile belongs to one thread at a time.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace brig::ledger {

class DiskFile {
 public:
  virtual ~DiskFile() = default;
  // Fills `into` from `offset`; gives how many bytes there were, fewer only at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> Read(std::uint64_t offset,
                                                 std::span<std::byte> into) = 0;
  // Writes all of `bytes` at `offset`, or fails with anything between nothing and all of it stored.
  [[nodiscard]] virtual Result<> Write(std::uint64_t offset, ByteView bytes) = 0;
  // Returns once everything written is on stable storage (fdatasync).
  [[nodiscard]] virtual Result<> Sync() = 0;
  // Makes the file `bytes` long, zeros, with its blocks taken from the free space where the file
  // system can promise that; kLimit when there is no room.
  [[nodiscard]] virtual Result<> Allocate(std::uint64_t bytes) = 0;
  [[nodiscard]] virtual Result<> Truncate(std::uint64_t bytes) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> Size() = 0;
};

enum class OpenMode { kRead, kWrite, kCreate };  // kCreate: must not exist yet

// Held for as long as it lives; see Disk::Lock.
class DiskLock {
 public:
  virtual ~DiskLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<DiskFile>> Open(const std::string& path,
                                                               OpenMode mode) = 0;
  [[nodiscard]] virtual Result<> Rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Result<> Remove(const std::string& path) = 0;
  [[nodiscard]] virtual Result<> MakeDirectory(const std::string& path) = 0;
  [[nodiscard]] virtual Result<> RemoveDirectory(const std::string& path) = 0;  // an empty one
  // Makes created, renamed and removed names durable.
  [[nodiscard]] virtual Result<> SyncDirectory(const std::string& path) = 0;
  // Makes everything on the file system of `path` durable: for many files at once.
  [[nodiscard]] virtual Result<> SyncAll(const std::string& path) = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  // One holder at a time, across processes; kUnavailable names the holder's pid.
  [[nodiscard]] virtual Result<std::unique_ptr<DiskLock>> Lock(const std::string& directory) = 0;
  // The pid of the process that holds the lock, or 0. Takes nothing.
  [[nodiscard]] virtual pid_t LockHolder(const std::string& directory) = 0;
  // Unpredictable bytes.
  [[nodiscard]] virtual Result<std::uint64_t> Random() = 0;
};

Disk& RealDisk();

}  // namespace brig::ledger
