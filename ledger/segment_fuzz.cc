// SPDX-License-Identifier: Apache-2.0
// A segment from anywhere, as reader, recovery and verification meet it: the first byte of the
// input says whether the rest is a whole file or what follows a good header.
#include "ledger/segment.h"

#include <algorithm>

using namespace brig;
using namespace brig::ledger;

namespace {

class InputFile final : public DiskFile {
 public:
  explicit InputFile(Bytes content) : content_(std::move(content)) {}
  Result<std::size_t> Read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= content_.size()) return std::size_t{0};
    const ByteView rest = ByteView(content_).subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), count, into.begin());
    return count;
  }
  Result<> Write(std::uint64_t, ByteView) override { return Refuse(); }
  Result<> Sync() override { return Refuse(); }
  Result<> Allocate(std::uint64_t) override { return Refuse(); }
  Result<> Truncate(std::uint64_t) override { return Refuse(); }
  Result<std::uint64_t> Size() override { return content_.size(); }

 private:
  static Result<> Refuse() { return Fail(ErrorCode::kDenied, "read only"); }
  Bytes content_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  ByteView input = std::as_bytes(std::span(data, size));
  const bool whole = input[0] == std::byte{0};
  input = input.subspan(1);
  Bytes content;
  if (!whole) {
    SegmentHeader header;
    header.capacity = HeaderBytes(0) + input.size();
    content = EncodeHeader(header);
  }
  content.insert(content.end(), input.begin(), input.end());
  auto scanner = SegmentScanner::Open(std::make_unique<InputFile>(content), "fuzz", 0);
  if (!scanner) return 0;
  for (;;) {
    const std::uint64_t before = scanner->offset();
    const auto step = scanner->Next();
    if (!step) return 0;
    if (step->what == Step::What::kBad) {
      (void)FirstMark(scanner->file(), scanner->header(), step->offset);
      scanner->Skip(*step);
      const auto next = scanner->Next();
      if (!next || next->what != Step::What::kFrame) return 0;
      continue;
    }
    if (step->what == Step::What::kZeros) break;
    BRIG_CHECK(scanner->offset() > before && scanner->offset() <= content.size());
  }
  (void)FirstNonZero(scanner->file(), scanner->offset(), content.size());
  return 0;
}
