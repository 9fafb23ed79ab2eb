// SPDX-License-Identifier: Apache-2.0
#include "agent/gather.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace brig::agent {
namespace {

constexpr std::uint32_t kPid = 4242;

class States : public testing::Test {
 protected:
  States() {
    std::string path = testing::TempDir() + "gather.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    root_ = path;
  }
  ~States() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& name, const std::string& content,
             const std::string& file = "state.json") {
    std::filesystem::create_directories(root_ / name);
    std::ofstream(root_ / name / file) << content;
  }
  RuntimeStates Find(std::string_view cgroup) {
    return FindRuntimeStates({root_.string()}, cgroup, kPid);
  }
  void MakeOld(const std::string& name) {
    std::filesystem::last_write_time(
        root_ / name / "state.json",
        std::filesystem::file_time_type::clock::now() - std::chrono::minutes(5));
  }
  std::filesystem::path root_;
};

TEST_F(States, AreThoseThatNameTheProcess) {
  Write("web-1234", R"({"init_process_pid":4242})");
  Write("other-99", R"({"init_process_pid":42424, "uid":4242})");
  const RuntimeStates states = Find("0::/docker/other-99\n");
  ASSERT_EQ(states.documents.size(), 1U);
  EXPECT_TRUE(states.certain);
  EXPECT_EQ(states.documents[0].content, R"({"init_process_pid":4242})");
  EXPECT_EQ(states.documents[0].kind, DocumentKind::kRuntimeState);
}

TEST_F(States, OfCrunComeAfterTheSpecificationBesideThem) {
  Write("web-1234", "{\n    \"pid\": 4242,\n    \"x\": 1}", "status");
  Write("web-1234", "{}", "config.json");
  const RuntimeStates states = Find("0::/\n");
  ASSERT_EQ(states.documents.size(), 2U);
  EXPECT_TRUE(states.certain);
  EXPECT_EQ(states.documents[0].kind, DocumentKind::kSpec);
  EXPECT_EQ(states.documents[1].kind, DocumentKind::kRuntimeState);
  EXPECT_EQ(states.documents[1].source, (root_ / "web-1234/status").string());
}

TEST_F(States, ThatNameAnotherProcessAreNotCertain) {
  Write("web-1234", R"({"init_process_pid":424})");
  Write("other-99", R"({"init_process_pid":1})");
  MakeOld("web-1234");
  const RuntimeStates states = Find("0::/docker/web-1234\n");
  ASSERT_EQ(states.documents.size(), 2U);
  EXPECT_FALSE(states.certain) << "the runtime may not have written it yet";
  EXPECT_EQ(states.documents[0].content, R"({"init_process_pid":424})") << "the named one first";
}

TEST_F(States, ThatAreOldAndNotNamedAreLeftOut) {
  Write("web-1234", R"({"init_process_pid":4242})");
  MakeOld("web-1234");
  EXPECT_TRUE(Find("0::/\n").documents.empty());
  EXPECT_TRUE(Find("0::/docker/web-1234\n").certain);
}

TEST_F(States, OfAMissingRootAreNone) {
  EXPECT_TRUE(FindRuntimeStates({"/nowhere/at/all"}, "0::/x\n", kPid).documents.empty());
}

TEST_F(States, LeadToTheStorageThatTheirBundleLiesIn) {
  Write("graph/vfs-containers", "[]", "containers.json");
  const std::string bundle = root_ / "graph/vfs-containers/abc/userdata";
  for (const std::string& state :
       {R"({"labels":["a=b","bundle=)" + bundle + "\"]}", R"({"bundle": ")" + bundle + "\"}",
        R"({"bundle":")" + bundle + "\"}"}) {
    const auto lists = StorageDocuments({{DocumentKind::kRuntimeState, "x", state}});
    ASSERT_EQ(lists.size(), 1U) << state;
    EXPECT_EQ(lists[0].kind, DocumentKind::kStorage);
    EXPECT_EQ(lists[0].source, (root_ / "graph/vfs-containers/containers.json").string());
  }
  for (const char* state : {R"({"bundle":"/run/containerd/x"})", R"({"bundle":"x/userdata"})",
                            R"({"bundle":"/userdata"})", R"({"bundle":)", "", "{}"})
    EXPECT_TRUE(StorageDocuments({{DocumentKind::kRuntimeState, "x", state}}).empty()) << state;
}

TEST(ProcessDocuments, OfThisProcessAreThere) {
  const auto documents = ProcessDocuments(static_cast<std::uint32_t>(::getpid()));
  ASSERT_EQ(documents.size(), 4U);
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
