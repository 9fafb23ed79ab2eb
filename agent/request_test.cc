// SPDX-License-Identifier: Apache-2.0
#include "agent/request.h"

#include <gtest/gtest.h>

namespace brig::agent {
namespace {

TEST(Request, ReadsEachCommand) {
  EXPECT_EQ(ParseRequest(R"({"version":1,"command":"status"})")->command, Command::kStatus);
  const auto containers = ParseRequest(R"({"version":1,"command":"containers","all":true})");
  ASSERT_TRUE(containers);
  EXPECT_TRUE(containers->all);
  EXPECT_EQ(ParseRequest(R"({"version":1,"command":"ps","container":"web"})")->container, "web");
  EXPECT_EQ(ParseRequest(R"({"version":1,"command":"findings"})")->command, Command::kFindings);
  EXPECT_EQ(ParseRequest(R"({"version":1,"command":"follow"})")->command, Command::kFollow);
  const auto drill = ParseRequest(R"({"version":1,"command":"drill","text":"3 techniques"})");
  ASSERT_TRUE(drill);
  EXPECT_EQ(drill->command, Command::kDrill);
  EXPECT_EQ(drill->text, "3 techniques");
}

TEST(Request, RefusesAnotherVersionAsUnsupported) {
  EXPECT_EQ(ParseRequest(R"({"version":2,"command":"status"})").error().code,
            ErrorCode::kUnsupported);
}

TEST(Request, SaysWhatIsWrong) {
  for (const char* line :
       {"", "[]", "\xff\xfe", "{}", R"({"version":1})", R"({"version":1,"command":"drop"})",
        R"({"version":"1"})", R"({"version":1,"command":"ps"})",
        R"({"version":1,"command":"drill"})", R"({"version":1,"command":"containers","all":1})"}) {
    const auto request = ParseRequest(line);
    ASSERT_FALSE(request) << line;
    EXPECT_FALSE(request.error().message.empty());
  }
}

TEST(Request, RefusesMoreThanTheLimitWithoutParsingIt) {
  EXPECT_EQ(ParseRequest(std::string(kMaxRequestBytes + 1, ' ')).error().code, ErrorCode::kLimit);
}

TEST(Request, MakesAnUnknownCommandSafeToShow) {
  const auto request = ParseRequest("{\"version\":1,\"command\":\"\\u001b[2J\"}");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace brig::agent
