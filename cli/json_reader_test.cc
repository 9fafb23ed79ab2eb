// SPDX-License-Identifier: Apache-2.0
#include "cli/json_reader.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

TEST(ReadRecord, GivesBackWhatToJsonWrote) {
  Event event;
  event.sequence = 5;
  event.operation = Operation::kConnect;
  event.invariant = Invariant::kDoors;
  event.result = -13;
  event.actor.process.comm = "curl";
  ConnectDetails details;
  details.address = "/run/docker.sock";
  details.door = HostObject::kDockerSocket;
  details.arguments = {"docker", "ps"};
  event.details = details;
  Finding finding;
  finding.id = "3f9a00112233";
  finding.severity = Severity::kCritical;
  finding.subject.person = {PersonBasis::kAmbiguous, "alice or bob", 1000, 2, "docker run"};
  finding.subject.chain.resize(2);
  Container container;
  container.key = ~std::uint64_t{0};
  container.naming = Naming::kEngine;
  container.risks = {{Severity::kHigh, "host_pid", "shares the host's process namespace"}};
  for (const Record& record :
       {Record(event), Record(finding), Record(container),
        Record(Notice{7, "start", "brigd starts"}), Record(FindingRepeat{"3f", 9, 8})}) {
    const std::string json = ToJson(record);
    const auto read = ReadRecord(json);
    ASSERT_TRUE(read) << read.error().message << " in " << json;
    EXPECT_EQ(ToJson(*read), json);
    EXPECT_EQ(EncodeRecord(*read), EncodeRecord(record));
  }
}

TEST(ReadRecord, ReadsEveryKindOfDetails) {
  const auto check = []<std::size_t... I>(std::index_sequence<I...>) {
    (
        [] {
          Event event;
          event.details.emplace<I>();
          const auto read = ReadRecord(ToJson(Record(event)));
          ASSERT_TRUE(read) << read.error().message;
          EXPECT_EQ(std::get<Event>(*read).details.index(), I);
        }(),
        ...);
  };
  check(std::make_index_sequence<std::variant_size_v<Details>>());
}

TEST(ReadStatus, GivesBackWhatToJsonWrote) {
  Status status;
  status.node = "vm";
  status.modes = {{Invariant::kFiles, Mode::kKill, 3}};
  status.meter = {{Invariant::kFiles, Layer::kLeash, LayerState::kPartial, "why"}};
  status.counters = {{RecordClass::kTelemetry, 10, 1, 0, 0}};
  status.notes = {"a note"};
  const auto read = ReadStatus(ToJson(status));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToJson(*read), ToJson(status));
}

TEST(ReadContainer, TakesTheNumberOfProcessesBesideTheContainer) {
  const auto row = ReadContainer(R"({"key":7,"name":"web","processes":3})");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->container.name, "web");
  EXPECT_EQ(row->processes, 3U);
}

TEST(Nouns, SkipUnknownFieldsAndKeepDefaultsForMissingOnes) {
  const auto process = ReadProcess(R"({"path":"/bin/sh","from_the_future":{"a":[1]}})");
  ASSERT_TRUE(process);
  EXPECT_EQ(process->path, "/bin/sh");
  EXPECT_EQ(process->ended_wall_ns, 0);
}

TEST(Nouns, NameTheFieldThatIsWrong) {
  for (const auto& [json, field] :
       {std::pair{R"({"containers_running":"many"})", "containers_running"},
        std::pair{R"({"containers_running":-1})", "containers_running"},
        std::pair{R"({"modes":{}})", "modes"},
        std::pair{R"({"processes":[{"pid":4294967296}]})", "processes"},
        std::pair{R"({"modes":[{"mode":"sometimes"}]})", "modes"}}) {
    const auto status = ReadStatus(json);
    ASSERT_FALSE(status) << json;
    EXPECT_NE(status.error().message.find(field), std::string::npos) << status.error().message;
  }
}

TEST(Nouns, RefuseWhatIsNoObject) {
  for (const char* json : {"", "null", "[]", "7", "{", "{\"node\":\"\xff\"}", "{} {}"})
    EXPECT_FALSE(ReadStatus(json)) << json;
}

TEST(Nouns, RefuseDeepNesting) {
  const std::string json = R"({"other":)" + std::string(500, '[') + std::string(500, ']') + "}";
  EXPECT_FALSE(ReadStatus(json));
}

TEST(ReadAnswer, KnowsTheFrames) {
  EXPECT_EQ(ReadAnswer(R"({"end":true})")->kind, Answer::Kind::kEnd);
  EXPECT_EQ(ReadAnswer(R"({"following":true})")->kind, Answer::Kind::kFollowing);
  EXPECT_EQ(ReadAnswer(R"({"skipped":12})")->skipped, 12U);
  const auto item = ReadAnswer(R"({"name":"web"})");
  EXPECT_EQ(item->kind, Answer::Kind::kItem);
  EXPECT_EQ(item->line, R"({"name":"web"})");
}

TEST(ReadAnswer, MakesAnErrorThatIsSafeToPrint) {
  const auto answer = ReadAnswer(R"({"error":{"code":"not_found","message":"no \u001b[2J"}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Answer::Kind::kError);
  EXPECT_EQ(answer->error.code, ErrorCode::kNotFound);
  EXPECT_EQ(answer->error.message, "no \\x1b[2J");
}

TEST(JsonQuoted, EscapesWhatJsonWants) {
  EXPECT_EQ(JsonQuoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(JsonQuoted("\n"), R"("\\x0a")");
}

}  // namespace
}  // namespace brig::cli
