// SPDX-License-Identifier: Apache-2.0
// How many records of 150 bytes a second the ledger seals (appended, synced, in the tree,
// checkpointed), reads and verifies. On the real disk, in $TMPDIR or /tmp. Run:
// build/release/ledger/ledger_bench
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/reader.h"
#include "ledger/tree.h"
#include "ledger/verify.h"
#include "ledger/writer.h"

namespace brig::ledger {
namespace {

constexpr std::size_t kRecordBytes = 150;
constexpr std::size_t kBatch = 64;
const std::string kName = "bench.example/log";

class Directory {
 public:
  Directory() {
    std::string pattern = std::filesystem::temp_directory_path().string() + "/brig-bench-XXXXXX";
    BRIG_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Appends `records` records, a group commit after each `group` of them, and seals them.
void Fill(const std::string& directory, std::uint64_t records, std::uint64_t group) {
  const auto key = SigningKey::FromSeed(Bytes(32, std::byte{1}));
  WriterOptions options;
  options.key = {kName, key->public_key()};
  const auto writer = Writer::Open(directory, options);
  BRIG_CHECK(writer.has_value());
  Bytes record(kRecordBytes, std::byte{'x'});
  const std::vector<ByteView> batch(kBatch, record);
  for (std::uint64_t i = 0; i < records; i += kBatch) {
    record[i / kBatch % kRecordBytes] ^= std::byte{1};
    BRIG_CHECK((*writer)->Append(batch).has_value());
    if (i % group < kBatch) BRIG_CHECK((*writer)->Sync().has_value());
  }
  const auto sealed = (*writer)->Checkpoint(
      [&](const CheckpointBody& body) { return SignCheckpoint(*key, kName, body); });
  BRIG_CHECK(sealed && sealed->size >= records);
  BRIG_CHECK((*writer)->Close().has_value());
}

void SealRecords(benchmark::State& state) {
  const auto records = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    const Directory directory;
    Fill(directory.path() + "/ledger", records, static_cast<std::uint64_t>(state.range(1)));
    state.PauseTiming();  // not the removal
    std::filesystem::remove_all(directory.path() + "/ledger");
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(SealRecords)
    ->ArgNames({"records", "group"})
    ->Args({1 << 20, 1 << 10})
    ->Args({1 << 20, 1 << 14})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void ReadRecords(benchmark::State& state) {
  const Directory directory;
  Fill(directory.path() + "/ledger", 1 << 20, 1 << 16);
  for (auto _ : state) {
    const auto reader = *Reader::Open(directory.path() + "/ledger");
    while (*reader->Next()) {
    }
  }
  state.SetItemsProcessed(state.iterations() * (1 << 20));
}
BENCHMARK(ReadRecords)->UseRealTime()->Unit(benchmark::kMillisecond);

void VerifyRecords(benchmark::State& state) {
  const Directory directory;
  Fill(directory.path() + "/ledger", 1 << 20, 1 << 16);
  for (auto _ : state) BRIG_CHECK(Verify(directory.path() + "/ledger")->intact());
  state.SetItemsProcessed(state.iterations() * (1 << 20));
}
BENCHMARK(VerifyRecords)->UseRealTime()->Unit(benchmark::kMillisecond);

void OpenAfterAKill(benchmark::State& state) {
  const Directory directory;
  Fill(directory.path() + "/ledger", 1 << 18, 1 << 16);  // most of one segment
  const auto key = SigningKey::FromSeed(Bytes(32, std::byte{1}));
  WriterOptions options;
  options.key = {kName, key->public_key()};
  for (auto _ : state) BRIG_CHECK(Writer::Open(directory.path() + "/ledger", options).has_value());
}
BENCHMARK(OpenAfterAKill)->UseRealTime()->Unit(benchmark::kMillisecond);

void HashLeafAndNode(benchmark::State& state) {
  const Bytes record(kRecordBytes, std::byte{'x'});
  Tree tree;
  for (auto _ : state) tree.Append(LeafHash(record));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(HashLeafAndNode);

}  // namespace
}  // namespace brig::ledger

BENCHMARK_MAIN();
