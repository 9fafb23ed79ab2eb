// SPDX-License-Identifier: Apache-2.0
#include "sensor/decoder.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernel/abi/event_abi.h"

namespace brig::sensor {
namespace {

// Builds records the way the kernel programs do.
class RecordBuilder {
 public:
  template <class Body>
  RecordBuilder(std::uint16_t family, Operation operation, const Body& body) {
    header_.family = family;
    header_.version = ABI_VERSION;
    header_.operation = static_cast<__u16>(operation);
    header_.record_class = ABI_CLASS_TELEMETRY;
    header_.time_ns = 1000;
    abi_task task{};
    task.pid = 71;
    task.container = 9;
    std::memcpy(task.comm, "sixteen-chars-ab", 16);
    Append(&task, sizeof task);
    Append(&body, sizeof body);
  }
  RecordBuilder& Section(std::uint16_t kind, std::string_view text, std::uint16_t flags = 0) {
    const abi_section head{kind, flags, static_cast<__u32>(text.size())};
    Append(&head, sizeof head);
    Append(text.data(), text.size());
    bytes_.resize((bytes_.size() + 7) & ~std::size_t{7});
    return *this;
  }
  abi_header& header() { return header_; }
  Bytes Build() {
    header_.size = static_cast<__u32>(sizeof header_ + bytes_.size());
    Bytes record(sizeof header_ + bytes_.size());
    std::memcpy(record.data(), &header_, sizeof header_);
    std::memcpy(record.data() + sizeof header_, bytes_.data(), bytes_.size());
    return record;
  }

 private:
  void Append(const void* data, std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, data, size);
  }
  abi_header header_{};
  Bytes bytes_;
};

RecordBuilder ExecRecord() {
  abi_exec body{};
  body.file.inode = 5;
  body.file.flags = ABI_FILE_UPPER;
  return RecordBuilder(ABI_EXEC, Operation::kExec, body);
}

TEST(Decoder, ReadsAnExecWithItsPathAndArguments) {
  const Bytes record = ExecRecord()
                           .Section(ABI_SECTION_PATH, "/bin/sh")
                           .Section(ABI_SECTION_ARGUMENTS, std::string_view("sh\0-c\0\0", 7))
                           .Build();
  const auto event = Decode(record, 50);
  ASSERT_TRUE(event) << event.error().message;
  const auto& exec = std::get<ExecDetails>(event->details);
  EXPECT_EQ(exec.path, "/bin/sh");
  EXPECT_EQ(exec.arguments, (std::vector<std::string>{"sh", "-c", ""}));
  EXPECT_TRUE(exec.file.upper);
  EXPECT_EQ(event->actor.process.comm, "sixteen-chars-ab");
  EXPECT_EQ(event->actor.process.container, 9U);
  EXPECT_EQ(event->wall_ns, 1050);
}

TEST(Decoder, ShowsThatATextWasCut) {
  const auto event = Decode(ExecRecord().Section(ABI_SECTION_PATH, "/x", ABI_SECTION_CUT).Build());
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<ExecDetails>(event->details).path, ".../x");
}

TEST(Decoder, ReadsTheChainOfACriticalRecord) {
  abi_process ancestors[2]{};
  ancestors[0].pid = 10;
  ancestors[1].pid = 1;
  const auto event = Decode(
      ExecRecord()
          .Section(ABI_SECTION_CHAIN, {reinterpret_cast<const char*>(ancestors), sizeof ancestors})
          .Build());
  ASSERT_TRUE(event);
  ASSERT_EQ(event->chain.size(), 2U);
  EXPECT_EQ(event->chain[1].pid, 1U);
}

TEST(Decoder, NamesAddressesOfEveryFamily) {
  abi_connect body{};
  body.family = 2;
  body.port = 443;
  const unsigned char mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  std::memcpy(body.address, mapped, 16);
  const auto inet = Decode(RecordBuilder(ABI_CONNECT, Operation::kConnect, body).Build());
  EXPECT_EQ(std::get<ConnectDetails>(inet->details).address, "10.0.0.1");
  body.family = 1;
  const auto abstract = Decode(RecordBuilder(ABI_CONNECT, Operation::kConnect, body)
                                   .Section(ABI_SECTION_ADDRESS, std::string_view("\0shim", 5))
                                   .Build());
  EXPECT_EQ(std::get<ConnectDetails>(abstract->details).address, "@shim");
}

TEST(Decoder, RefusesEveryTruncation) {
  const Bytes record = ExecRecord().Section(ABI_SECTION_PATH, "/bin/sh").Build();
  for (std::size_t size = 0; size < record.size(); ++size) {
    Bytes cut(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(Decode(cut)) << size;
    // Also when the size field agrees with what is left.
    if (size < sizeof(abi_header)) continue;
    const auto claimed = static_cast<__u32>(size);
    std::memcpy(cut.data() + offsetof(abi_header, size), &claimed, sizeof claimed);
    const bool whole = size == sizeof(abi_header) + sizeof(abi_task) + sizeof(abi_exec);
    EXPECT_EQ(Decode(cut).has_value(), whole) << size;
  }
}

TEST(Decoder, RefusesWhatItDoesNotKnow) {
  RecordBuilder version = ExecRecord();
  version.header().version = 9;
  EXPECT_EQ(Decode(version.Build()).error().code, ErrorCode::kUnsupported);
  RecordBuilder family = ExecRecord();
  family.header().family = 99;
  EXPECT_EQ(Decode(family.Build()).error().code, ErrorCode::kUnsupported);
  RecordBuilder operation = ExecRecord();
  operation.header().operation = 999;
  EXPECT_FALSE(Decode(operation.Build()));
  RecordBuilder cause = ExecRecord();
  cause.header().cause = 999;
  EXPECT_FALSE(Decode(cause.Build()));
  EXPECT_FALSE(Decode(ExecRecord().Section(77, "what").Build()));
}

}  // namespace
}  // namespace brig::sensor
