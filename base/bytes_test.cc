// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

namespace brig {
namespace {

TEST(Bytes, VarintsComeBackAsTheyWent) {
  for (const std::uint64_t value : {0ULL, 127ULL, 128ULL, 1ULL << 32, ~0ULL}) {
    ByteWriter writer;
    writer.Varint(value);
    ByteReader reader(writer.bytes());
    EXPECT_EQ(reader.Varint(), value);
    EXPECT_FALSE(reader.failed());
    EXPECT_EQ(reader.left(), 0U);
  }
}

TEST(Bytes, AVarintOfMoreThan64BitsFails) {
  const Bytes bytes(10, std::byte{0xff});
  ByteReader reader(bytes);
  reader.Varint();
  EXPECT_TRUE(reader.failed());
}

TEST(Bytes, AReaderThatFailedStaysFailed) {
  ByteWriter writer;
  writer.Fixed<std::uint32_t>(7);
  ByteReader reader(writer.bytes());
  reader.Fixed<std::uint64_t>();
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.Fixed<std::uint8_t>(), 0);
  EXPECT_EQ(reader.left(), 0U);
}

TEST(Bytes, ALengthLargerThanTheRestFails) {
  ByteWriter writer;
  writer.Varint(100);
  writer.Raw(AsBytes("short"));
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.Text(), "");
  EXPECT_TRUE(reader.failed());
}

TEST(Bytes, Base64HasExactlyOneForm) {
  EXPECT_EQ(ToBase64(AsBytes("brig")), "YnJpZw==");
  EXPECT_EQ(AsText(*FromBase64("YnJpZw==")), "brig");
  for (const char* bad : {"YnJpZw", "YnJpZx==", " YnJpZw==", "YnJpZw==\n", "====", "A==="})
    EXPECT_FALSE(FromBase64(bad)) << bad;
}

TEST(Bytes, HexRefusesWhatIsNotHex) {
  EXPECT_EQ(ToHex(AsBytes("\x01\xff")), "01ff");
  EXPECT_FALSE(FromHex("0"));
  EXPECT_FALSE(FromHex("0g"));
}

TEST(Bytes, TellsUtf8FromOtherBytes) {
  EXPECT_TRUE(IsUtf8("plain, \xc3\xa9, \xe2\x80\x94, \xf0\x9f\x90\x8b"));
  for (const char* bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"})
    EXPECT_FALSE(IsUtf8(bad)) << bad;
}

TEST(Bytes, PrintableKeepsUtf8AndEscapesTheRest) {
  EXPECT_EQ(Printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(Printable("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
  EXPECT_EQ(Printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\xc2\\x9b");           // a C1 control sequence introducer
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(Printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace brig
