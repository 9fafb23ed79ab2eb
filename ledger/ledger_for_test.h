// SPDX-License-Identifier: Apache-2.0
// For tests: a key, entries whose bytes follow from their index, and a writer over a disk in
// memory.
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "ledger/memory_disk.h"
#include "ledger/reader.h"
#include "ledger/verify.h"
#include "ledger/writer.h"

namespace brig::ledger {

inline const std::string kTestDirectory = "/ledger";
inline const std::string kTestName = "node-1.example/log";

inline SigningKey TestKey() { return *SigningKey::FromSeed(Bytes(32, std::byte{7})); }

inline WriterOptions TestOptions(std::uint64_t segment_bytes = 3072) {
  WriterOptions options;
  options.key = {kTestName, TestKey().public_key()};
  options.segment_bytes = segment_bytes;
  options.buffer_bytes = 200;
  return options;
}

inline std::string TestEntry(std::uint64_t index) {
  return fmt::format("entry {} {}", index, std::string(index * 7 % 90, 'x'));
}

// Appends the entries `size` to `size + count - 1`.
inline Result<std::uint64_t> AppendMore(Writer& writer, std::uint64_t count,
                                        Priority priority = Priority::kTelemetry) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(TestEntry(writer.size() + i));
  std::vector<ByteView> views;
  for (const std::string& text : texts) views.push_back(AsBytes(text));
  return writer.Append(views, priority);
}

inline Signer TestSigner() {
  return [](const CheckpointBody& body) { return SignCheckpoint(TestKey(), kTestName, body); };
}

// All entries, each compared with what it must be; the number of them.
inline std::uint64_t ReadBack(Disk& disk, const std::string& directory = kTestDirectory) {
  auto reader = Reader::Open(directory, disk);
  EXPECT_TRUE(reader) << reader.error().message;
  if (!reader) return 0;
  std::uint64_t count = 0;
  for (;; ++count) {
    const auto entry = (*reader)->Next();
    EXPECT_TRUE(entry) << entry.error().message;
    if (!entry || !*entry) return count;
    EXPECT_EQ((*entry)->index, count);
    EXPECT_EQ(AsText((*entry)->bytes), TestEntry(count));
  }
}

inline std::string Describe(const VerifyReport& report) {
  std::string text;
  for (const Fault& fault : report.faults)
    text += fmt::format("{} offset {} index {}: {}\n", fault.file, fault.offset, fault.index,
                        fault.what);
  return text;
}

}  // namespace brig::ledger
