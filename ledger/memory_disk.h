// SPDX-License-Identifier: Apache-2.0
// For tests: a disk in memory that forgets, as a real one does at a power cut, whatever was not
// synced, and fails on request. Not thread safe.
//
// Every call that changes something is counted. The fault comes at call number `at`:
//   kFail     nothing is stored, the call fails
//   kTorn     a part is stored, the call fails
//   kStored   all is stored, the call fails all the same
//   kKill     a part is stored and the process is gone: this and all later calls throw Killed
//
// After a sync that failed, the unsynced data is still read but no later sync stores it, as on
// Linux. PowerCut decides by a seed which unsynced 512-byte sectors and renames were stored.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ledger/disk.h"

namespace brig::ledger {

struct Killed {};

enum class FaultKind { kNone, kFail, kTorn, kStored, kKill };

class MemoryDisk final : public Disk {
 public:
  using Random32 = std::mt19937;
  static constexpr std::size_t kSector = 512;

  struct Node {
    Bytes live;
    Bytes durable;
    std::set<std::size_t> dirty;  // sectors that differ, or may
    bool size_dirty = false;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  // The call `at` (from 1) meets `kind`, with this errno.
  void BreakAt(std::uint64_t at, FaultKind kind, int sys_errno = EIO) {
    at_ = at;
    kind_ = kind;
    errno_ = sys_errno;
  }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  void set_calls(std::uint64_t calls) { calls_ = calls; }
  [[nodiscard]] bool killed() const { return killed_; }
  // Bytes that may still be allocated; Allocate and growing writes beyond fail with ENOSPC.
  void set_free(std::uint64_t bytes) { free_ = bytes; }
  [[nodiscard]] std::uint64_t free() const { return free_; }
  void set_read_only(bool read_only) { read_only_ = read_only; }
  Names& names() { return names_; }

  // The process is gone, the machine runs on: the kernel keeps what it was given.
  void Restart() {
    killed_ = false;
    kind_ = FaultKind::kNone;
    locked_ = false;
  }
  // The machine is gone. Each unsynced sector, size and name may or may not have been stored.
  void PowerCut(unsigned seed) {
    Random32 random(seed);
    const auto coin = [&] { return (random() & 1) != 0; };
    // Name changes reach the medium in order; how many of them is chance.
    const std::size_t applied = changes_.empty() ? 0 : random() % (changes_.size() + 1);
    Names names = durable_names_;
    for (std::size_t i = 0; i < applied; ++i) Apply(names, changes_[i]);
    changes_.clear();
    names_ = names;
    durable_names_ = names;
    for (auto& [path, node] : names_) {
      Bytes survived = node->durable;
      if (node->size_dirty && coin()) survived.resize(node->live.size());
      for (const std::size_t sector : node->dirty) {
        if (!coin()) continue;
        const std::size_t from = sector * kSector;
        const std::size_t to = std::min({from + kSector, node->live.size(), survived.size()});
        for (std::size_t i = from; i < to; ++i) survived[i] = node->live[i];
      }
      node->live = survived;
      node->durable = survived;
      node->dirty.clear();
      node->size_dirty = false;
    }
    Restart();
  }

  Result<std::unique_ptr<DiskFile>> Open(const std::string& path, OpenMode mode) override {
    const auto found = names_.find(path);
    if (mode != OpenMode::kRead && read_only_) return FailErrno("open " + path, EROFS);
    if (mode != OpenMode::kCreate) {
      if (killed_) throw Killed{};
      if (found == names_.end()) return FailErrno("open " + path, ENOENT);
      return std::unique_ptr<DiskFile>(new File(*this, found->second));
    }
    if (found != names_.end()) return FailErrno("create " + path, EEXIST);
    auto node = std::make_shared<Node>();
    BRIG_TRY(Change({path, path, node}));
    return std::unique_ptr<DiskFile>(new File(*this, node));
  }
  Result<> Rename(const std::string& from, const std::string& to) override {
    const auto found = names_.find(from);
    if (found == names_.end()) return FailErrno("rename " + from, ENOENT);
    return Change({from, to, found->second});
  }
  Result<> Remove(const std::string& path) override {
    const auto found = names_.find(path);
    if (found == names_.end()) return FailErrno("remove " + path, ENOENT);
    if (found->second.use_count() > 0) free_ += found->second->live.size();
    return Change({path, "", found->second});
  }
  Result<> MakeDirectory(const std::string&) override { return {}; }
  Result<> RemoveDirectory(const std::string&) override { return {}; }
  Result<> SyncAll(const std::string& path) override {
    for (const auto& [name, node] : names_) BRIG_TRY(File(*this, node).Sync());
    return SyncDirectory(path);
  }
  Result<> SyncDirectory(const std::string& path) override {
    return Act("sync " + path, [&](FaultKind kind) {
      if (!All(kind)) return;
      for (const NameChange& change : changes_) Apply(durable_names_, change);
      changes_.clear();
    });
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    std::vector<std::string> names;
    const std::string prefix = directory + "/";
    for (const auto& [path, node] : names_) {
      if (path.starts_with(prefix)) names.push_back(path.substr(prefix.size()));
    }
    return names;
  }
  Result<std::unique_ptr<DiskLock>> Lock(const std::string& directory) override {
    if (locked_) return Fail(ErrorCode::kUnavailable, "process 1 already has " + directory);
    locked_ = true;
    return std::unique_ptr<DiskLock>(new HeldLock(*this));
  }
  pid_t LockHolder(const std::string&) override { return locked_ ? 1 : 0; }
  Result<std::uint64_t> Random() override { return salts_++ * 0x9e3779b97f4a7c15ULL; }

 private:
  struct NameChange {
    std::string from;
    std::string to;  // empty: removed
    std::shared_ptr<Node> node;
  };

  static void Apply(Names& names, const NameChange& change) {
    if (change.from != change.to) names.erase(change.from);
    if (!change.to.empty()) names[change.to] = change.node;
  }

  Result<> Change(const NameChange& change) {
    return Act("rename " + change.from, [&](FaultKind kind) {
      if (!All(kind)) return;
      Apply(names_, change);
      changes_.push_back(change);
    });
  }

  static bool All(FaultKind kind) { return kind == FaultKind::kNone || kind == FaultKind::kStored; }

  // Runs `store`, which does what this fault leaves of it.
  template <class Store>
  Result<> Act(const std::string& what, Store store) {
    if (killed_) throw Killed{};
    if (read_only_) return FailErrno(what, EROFS);
    const FaultKind kind = ++calls_ == at_ ? kind_ : FaultKind::kNone;
    store(kind);
    if (kind == FaultKind::kKill) {
      killed_ = true;
      throw Killed{};
    }
    if (kind != FaultKind::kNone) return FailErrno(what, errno_);
    return {};
  }

  class HeldLock final : public DiskLock {
   public:
    explicit HeldLock(MemoryDisk& disk) : disk_(disk) {}
    ~HeldLock() override { disk_.locked_ = false; }

   private:
    MemoryDisk& disk_;
  };

  class File final : public DiskFile {
   public:
    File(MemoryDisk& disk, std::shared_ptr<Node> node) : disk_(disk), node_(std::move(node)) {}
    Result<std::size_t> Read(std::uint64_t offset, std::span<std::byte> into) override {
      const Bytes& live = node_->live;
      if (offset >= live.size()) return std::size_t{0};
      const std::size_t count =
          std::min(into.size(), live.size() - static_cast<std::size_t>(offset));
      std::copy_n(live.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
      return count;
    }
    Result<> Write(std::uint64_t offset, ByteView bytes) override {
      const std::uint64_t end = offset + bytes.size();
      const std::uint64_t grown = end > node_->live.size() ? end - node_->live.size() : 0;
      if (grown > disk_.free_) return FailErrno("write", ENOSPC);
      return disk_.Act("write", [&](FaultKind kind) {
        if (kind == FaultKind::kFail) return;
        const std::size_t count = All(kind) ? bytes.size() : bytes.size() / 2;
        if (node_->live.size() < offset + count) {
          disk_.free_ -= offset + count - node_->live.size();
          node_->live.resize(static_cast<std::size_t>(offset) + count);
          node_->size_dirty = true;
        }
        std::copy_n(bytes.begin(), count,
                    node_->live.begin() + static_cast<std::ptrdiff_t>(offset));
        const auto first = static_cast<std::size_t>(offset);
        for (std::size_t at = first / kSector; count > 0 && at <= (first + count - 1) / kSector;
             ++at)
          node_->dirty.insert(at);
      });
    }
    Result<> Sync() override {
      return disk_.Act("sync", [&](FaultKind kind) {
        if (All(kind) || kind == FaultKind::kTorn) Settle(All(kind));
        if (kind == FaultKind::kFail || kind == FaultKind::kTorn) node_->dirty.clear();
      });
    }
    Result<> Allocate(std::uint64_t bytes) override {
      if (bytes > disk_.free_) return FailErrno("allocate", ENOSPC);
      return disk_.Act("allocate", [&](FaultKind kind) {
        if (!All(kind)) return;
        disk_.free_ -= bytes;
        node_->live.resize(static_cast<std::size_t>(bytes));
        node_->size_dirty = true;
      });
    }
    Result<> Truncate(std::uint64_t bytes) override {
      return disk_.Act("truncate", [&](FaultKind kind) {
        if (!All(kind)) return;
        node_->live.resize(static_cast<std::size_t>(bytes));
        node_->size_dirty = true;
      });
    }
    Result<std::uint64_t> Size() override { return node_->live.size(); }

   private:
    // Stores the unsynced sectors, or every second of them.
    void Settle(bool all) {
      node_->durable.resize(node_->live.size());
      bool turn = true;
      for (const std::size_t sector : node_->dirty) {
        turn = all || !turn;
        const std::size_t from = sector * kSector;
        const std::size_t to = std::min(from + kSector, node_->live.size());
        for (std::size_t i = from; turn && i < to; ++i) node_->durable[i] = node_->live[i];
      }
      node_->dirty.clear();
      node_->size_dirty = false;
    }

    MemoryDisk& disk_;
    std::shared_ptr<Node> node_;
  };

  Names names_;
  Names durable_names_;
  std::vector<NameChange> changes_;
  std::uint64_t calls_ = 0;
  std::uint64_t at_ = 0;
  FaultKind kind_ = FaultKind::kNone;
  int errno_ = EIO;
  bool killed_ = false;
  bool locked_ = false;
  bool read_only_ = false;
  std::uint64_t free_ = 1ULL << 40;
  std::uint64_t salts_ = 1;
};

}  // namespace brig::ledger
