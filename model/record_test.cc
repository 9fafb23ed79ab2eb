// SPDX-License-Identifier: Apache-2.0
#include "model/record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace brig {
namespace {

Event OpenEvent() {
  Event event;
  event.sequence = 300;
  event.operation = Operation::kOpen;
  event.invariant = Invariant::kFiles;
  event.cause = Cause::kForeignMount;
  event.result = -13;
  event.actor.process.comm = "cat\xff";
  event.actor.process.pid = 71;
  event.chain.push_back({.start_ns = 5, .pid = 1, .uid = 0, .container = 0, .comm = "init"});
  event.details = FileDetails{
      .path = "/proc/1/root/etc/shadow", .path_as_given = false, .file = {}, .flags = 2};
  return event;
}

TEST(Record, AnEventComesBackWhole) {
  const Bytes bytes = EncodeRecord(OpenEvent());
  const auto record = DecodeRecord(bytes);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(ToJson(*record), ToJson(Record(OpenEvent())));
  EXPECT_EQ(std::get<Event>(*record).result, -13);
  EXPECT_EQ(std::get<FileDetails>(std::get<Event>(*record).details).path,
            "/proc/1/root/etc/shadow");
}

TEST(Record, EveryKindComesBack) {
  Container container;
  container.labels.push_back({"a", "b"});
  container.risks.push_back({Severity::kHigh, "host_pid", "shares it"});
  Finding finding;
  finding.id = "0123456789ab";
  finding.subject.container = container;
  for (const Record& record : {Record(Notice{1, "start", "up"}), Record(container), Record(finding),
                               Record(FindingRepeat{"0123456789ab", 9, 2})}) {
    const auto back = DecodeRecord(EncodeRecord(record));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(ToJson(*back), ToJson(record));
  }
}

TEST(Record, EveryTruncationIsRefused) {
  const Bytes bytes = EncodeRecord(OpenEvent());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeRecord(ByteView(bytes).first(size))) << size;
}

TEST(Record, TrailingBytesAreRefused) {
  Bytes bytes = EncodeRecord(OpenEvent());
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(DecodeRecord(bytes));
}

TEST(Record, AnotherVersionIsUnsupported) {
  Bytes bytes = EncodeRecord(OpenEvent());
  bytes[0] = std::byte{9};
  const auto record = DecodeRecord(bytes);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, ErrorCode::kUnsupported);
}

TEST(Record, JsonIsValidWhateverBytesAProcessIsNamedWith) {
  const auto json = nlohmann::json::parse(ToJson(OpenEvent()));
  EXPECT_EQ(json["actor"]["process"]["comm"], "cat\\xff");
  EXPECT_EQ(json["operation"], "open");
  EXPECT_EQ(json["invariant"], "I1");
}

TEST(Record, TheSchemaNamesEveryFieldThatJsonHas) {
  const auto schema = nlohmann::json::parse(RecordJsonSchema());
  const auto json = nlohmann::json::parse(ToJson(Record(OpenEvent())));
  for (const auto& [key, value] : json.items())
    EXPECT_TRUE(schema["anyOf"][1]["properties"].contains(key)) << key;
}

TEST(Record, TheSchemaRequiresEveryFieldAndListsEveryName) {
  const auto schema = nlohmann::json::parse(RecordJsonSchema());
  const auto& event = schema["anyOf"][1];
  const auto has = [](const nlohmann::json& list, const char* text) {
    return std::ranges::find(list, text) != list.end();
  };
  for (const char* field : {"kind", "actor", "operation", "details"})
    EXPECT_TRUE(has(event["required"], field)) << field;
  EXPECT_FALSE(has(event["required"], "time"));  // of an unknown time there is none
  const auto& operations = event["properties"]["operation"]["enum"];
  ASSERT_EQ(operations.size(), kOperationCount + 1U);
  EXPECT_EQ(operations[kOperationCount], "unknown");
  for (const auto& details : event["properties"]["details"]["anyOf"])
    EXPECT_TRUE(has(details["required"], "type"));
}

TEST(Names, EveryOperationAndInvariantIsFoundByItsName) {
  for (std::uint16_t i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<Operation>(i);
    EXPECT_EQ(OperationOf(NameOf(operation)), operation);
  }
  for (std::uint16_t i = 1; i < kInvariantCount; ++i) {
    const auto invariant = static_cast<Invariant>(i);
    EXPECT_EQ(InvariantOf(NameOf(invariant)), invariant);
    EXPECT_EQ(InvariantOf(TitleOf(invariant)), invariant);
  }
  EXPECT_EQ(NameOf(static_cast<Operation>(9999)), "unknown");
  EXPECT_FALSE(InvariantOf(""));
}

}  // namespace
}  // namespace brig
