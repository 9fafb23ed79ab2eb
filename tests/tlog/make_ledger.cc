// SPDX-License-Identifier: Apache-2.0
// Makes a ledger for the tests that hold it against other people's programs:
//     make_ledger DIRECTORY WORD SIZE...
// Each SIZE gets a checkpoint. The key is made from a fixed seed, so that whoever runs this is also
// the thief of a log's key; the entries follow from WORD and their index. A directory that is there
// already grows.
#include <fmt/format.h>

#include <cstdlib>

#include "ledger/writer.h"

using namespace brig;
using namespace brig::ledger;

namespace {

const std::string kName = "brig.example/log";

Result<> Make(const std::string& directory, std::string_view word, std::span<char*> sizes) {
  BRIG_ASSIGN(const SigningKey key, SigningKey::FromSeed(Bytes(32, std::byte{7})));
  WriterOptions options;
  options.key = {kName, key.public_key()};
  options.segment_bytes = 64 << 10;
  BRIG_ASSIGN(const auto writer, Writer::Open(directory, options));
  for (const char* const text : sizes) {
    const std::uint64_t size = std::strtoull(text, nullptr, 10);
    while (writer->size() < size) {
      const std::uint64_t index = writer->size();
      const std::string entry = fmt::format("{} {} {}", word, index, std::string(index % 200, 'x'));
      const ByteView view = AsBytes(entry);
      BRIG_TRY(writer->Append(std::span(&view, 1)));
    }
    BRIG_TRY(writer->Checkpoint(
        [&](const CheckpointBody& body) { return SignCheckpoint(key, kName, body); }));
  }
  return writer->Close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: make_ledger DIRECTORY WORD SIZE...\n");
    return 2;
  }
  const auto made = Make(argv[1], argv[2], std::span(argv + 3, argv + argc));
  if (!made) fmt::print(stderr, "make_ledger: {}\n", made.error().message);
  return made ? 0 : 1;
}
