// SPDX-License-Identifier: Apache-2.0
#include "agent/rule_pack.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace brig::agent {
namespace {

class RulePack : public testing::Test {
 protected:
  RulePack() {
    std::string pattern = testing::TempDir() + "/brig-rules-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  ~RulePack() override { std::filesystem::remove_all(directory_); }
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0644);
    return path;
  }
  std::string directory_;
};

constexpr const char* kRule =
    "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: info\n";

TEST_F(RulePack, FilesTravelInTheOrderOfTheirNames) {
  if (::geteuid() != 0) GTEST_SKIP() << "the files must be root's";
  Write("b.yaml", kRule);
  Write("a.yml", "- list: l\n  items: [a]\n");
  Write("c.txt", "no rules");
  const auto pack = PackRules({directory_});
  ASSERT_TRUE(pack) << pack.error().message;
  // The engine may be started again: it reads from the beginning each time.
  for (int i = 0; i < 2; ++i) {
    const auto files = UnpackRules(pack->get());
    ASSERT_TRUE(files) << files.error().message;
    ASSERT_EQ(files->size(), 2U);
    EXPECT_EQ((*files)[0].name, directory_ + "/a.yml");
    EXPECT_EQ((*files)[1].text, kRule);
  }
}

TEST_F(RulePack, RefusesFilesThatOthersMayWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "the files must be root's";
  const std::string path = Write("a.yaml", kRule);
  ::chmod(path.c_str(), 0666);
  const auto pack = PackRules({path});
  ASSERT_FALSE(pack);
  EXPECT_EQ(pack.error().code, ErrorCode::kDenied);
  EXPECT_FALSE(PackRules({directory_ + "/none.yaml"}));
}

TEST_F(RulePack, CompilesOrSaysWhereNot) {
  const auto rules = CompileRules({{"f", kRule}});
  ASSERT_TRUE(rules) << rules.error().message;
  EXPECT_EQ(rules->program->rules().size(), 1U);
  EXPECT_TRUE(rules->words.starts_with("1 rule of f (SHA-256 "));
  const auto wrong = CompileRules({{"f", "- rule: r\n"}});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("f:1:9: ")) << wrong.error().message;
}

}  // namespace
}  // namespace brig::agent
