// SPDX-License-Identifier: Apache-2.0
#include "agent/gather.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace brig::agent {
namespace {

class RuntimeState : public testing::Test {
 protected:
  RuntimeState() {
    std::string path = testing::TempDir() + "gather.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    root_ = path;
  }
  ~RuntimeState() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& name, const std::string& content) {
    std::filesystem::create_directories(root_ / name);
    std::ofstream(root_ / name / "state.json") << content;
  }
  std::filesystem::path root_;
};

TEST_F(RuntimeState, IsTheOneWhoseDirectoryTheCgroupNames) {
  Write("web-1234", "mine");
  Write("other-99", "not mine");
  const auto states = RuntimeStates({root_.string()}, "0::/docker/web-1234\n");
  ASSERT_EQ(states.size(), 1U);
  EXPECT_EQ(states[0].content, "mine");
  EXPECT_EQ(states[0].kind, DocumentKind::kRuntimeState);
}

TEST_F(RuntimeState, IsAnyRecentOneWhenTheCgroupNamesNone) {
  Write("web-1234", "one");
  Write("other-99", "two");
  EXPECT_EQ(RuntimeStates({root_.string()}, "0::/\n").size(), 2U);
}

TEST_F(RuntimeState, LeavesOutOldOnesThatTheCgroupDoesNotName) {
  Write("web-1234", "old");
  std::filesystem::last_write_time(
      root_ / "web-1234" / "state.json",
      std::filesystem::file_time_type::clock::now() - std::chrono::minutes(5));
  EXPECT_TRUE(RuntimeStates({root_.string()}, "0::/\n").empty());
}

TEST_F(RuntimeState, OfAMissingRootIsNothing) {
  EXPECT_TRUE(RuntimeStates({"/nowhere/at/all"}, "0::/x\n").empty());
}

TEST(ProcessDocuments, OfThisProcessAreThere) {
  const auto documents = ProcessDocuments(static_cast<std::uint32_t>(::getpid()));
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0].kind, DocumentKind::kCgroup);
  EXPECT_NE(documents[2].content.find("Pid:"), std::string::npos);
}

TEST(ProcessDocuments, OfNoProcessSayWhyNot) {
  for (const Document& document : ProcessDocuments(0x7fffffff))
    EXPECT_EQ(document.kind, DocumentKind::kFailure);
}

TEST(EngineId, IsSixtyFourDigitsAndNothingElse) {
  const std::string id(64, 'a');
  EXPECT_EQ(FindEngineId("0::/docker/" + id + "\n"), id);
  EXPECT_EQ(FindEngineId("0::/system.slice/docker-" + id + ".scope\n"), id);
  EXPECT_EQ(FindEngineId(id + "a"), "");
  EXPECT_EQ(FindEngineId("0::/user.slice\n"), "");
}

TEST(BoundDocuments, TurnsWhatDoesNotFitIntoAFailure) {
  std::vector<Document> documents(3);
  for (Document& document : documents)
    document = {DocumentKind::kRuntimeState, "path", std::string(1 << 20, 'x')};
  BoundDocuments(documents);
  EXPECT_EQ(documents[0].kind, DocumentKind::kRuntimeState);
  EXPECT_EQ(documents[1].kind, DocumentKind::kFailure);
  EXPECT_EQ(documents[2].kind, DocumentKind::kFailure);
}

}  // namespace
}  // namespace brig::agent
