// SPDX-License-Identifier: Apache-2.0
#include "cli/late_names.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

Finding NamelessFinding() {
  Finding finding;
  finding.subject.container.key = 0x3f;
  finding.sentence = "Container unidentified-3f opened /etc/shadow.";
  return finding;
}

Container Named(std::uint64_t key, const std::string& name) {
  Container container;
  container.key = key;
  container.naming = Naming::kEngine;
  container.id = std::string(64, 'a');
  container.name = name;
  return container;
}

TEST(LateNames, AFindingGetsTheNameThatCameLater) {
  LateNames names;
  Finding finding = NamelessFinding();
  names.Learn(finding);
  names.Learn(Named(0x3f, "web"));
  names.Name(finding);
  EXPECT_EQ(finding.subject.container.name, "web");
  EXPECT_EQ(finding.sentence, "Container web opened /etc/shadow.");
}

TEST(LateNames, NobodyElsesNameIsTaken) {
  LateNames names;
  Finding finding = NamelessFinding();
  names.Learn(finding);
  names.Learn(Named(0x40, "web"));
  Container still_nameless;
  still_nameless.key = 0x3f;
  names.Learn(still_nameless);
  names.Name(finding);
  EXPECT_EQ(finding.subject.container.naming, Naming::kUnidentified);
  EXPECT_EQ(finding.sentence, NamelessFinding().sentence);
}

TEST(LateNames, AFindingThatHasANameKeepsIt) {
  LateNames names;
  names.Learn(NamelessFinding());
  names.Learn(Named(0x3f, "renamed"));
  Finding named = NamelessFinding();
  named.subject.container = Named(0x3f, "web");
  names.Name(named);
  EXPECT_EQ(named.subject.container.name, "web");
}

}  // namespace
}  // namespace brig::cli
