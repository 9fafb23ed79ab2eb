// SPDX-License-Identifier: Apache-2.0
#include "cli/live_view.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "cli/story_text.h"

namespace brig::cli {
namespace {

Finding Escape(int number, std::string sentence) {
  Finding finding;
  finding.id = "id" + std::to_string(number);
  finding.wall_ns = 1'795'460'424'000'000'000 + number * std::int64_t{1'000'000'000};
  finding.invariant = Invariant::kFiles;
  finding.severity = Severity::kHigh;
  finding.sentence = std::move(sentence);
  finding.subject.container.name = "web";
  return finding;
}

LiveModel Busy(int containers, int findings) {
  LiveModel model;
  Status status;
  status.node = "vm";
  status.kernel = "6.18.44";
  status.containers_running = static_cast<std::uint64_t>(containers);
  status.ledger.entries = 1234;
  for (std::uint16_t i = 1; i < kMeteredCount; ++i)
    status.meter.push_back({static_cast<Invariant>(i), Layer::kEye, LayerState::kActive, ""});
  model.SetStatus(status);
  std::vector<ContainerRow> rows;
  for (int i = 0; i < containers; ++i) {
    ContainerRow row;
    row.container.name = "web" + std::to_string(i);
    row.container.image = "debian:12";
    row.container.started_wall_ns = i + 1;
    rows.push_back(row);
  }
  model.SetContainers(rows);
  for (int i = 0; i < findings; ++i) model.AddFinding(Escape(i, "step " + std::to_string(i)));
  return model;
}

std::string Drawn(LiveModel& model, std::size_t rows, std::size_t columns) {
  Frame frame(rows, columns);
  DrawLive(model, {1'795'460'500'000'000'000}, true, frame);
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) text += frame.Text(row) + "\n";
  return text;
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(LiveView, ShowsMeterContainersAndFindingsOn80x24) {
  LiveModel model = Busy(3, 2);
  const std::string text = Drawn(model, 24, 80);
  for (const char* part : {"brig  vm", "PROTECTION", "I11", "CONTAINERS", "web2", "FINDINGS",
                           "step 1", "1,234 kept", "q stop"})
    EXPECT_TRUE(Has(text, part)) << part << "\n" << text;
}

TEST(LiveView, ShowsTheSameInFewWordsOn40x10) {
  LiveModel model = Busy(9, 9);
  const std::string text = Drawn(model, 10, 40);
  for (const char* part : {"brig  vm", "e 11/11", "and 8 more", "FINDINGS", "step 8"})
    EXPECT_TRUE(Has(text, part)) << part << "\n" << text;
}

TEST(LiveView, DrawsAtAnySizeInEveryState) {
  for (std::size_t rows = 1; rows < 26; ++rows)
    for (const std::size_t columns : {1U, 2U, 9U, 39U, 40U, 55U, 56U, 75U, 76U, 80U, 160U})
      for (const Key key : {Key::kOther, Key::kHelp, Key::kEnter}) {
        LiveModel model = Busy(4, 30);
        model.Press(key);
        EXPECT_FALSE(Drawn(model, rows, columns).empty());
        LiveModel empty;
        empty.AddLog("brigd starts");
        EXPECT_FALSE(Drawn(empty, rows, columns).empty());
      }
}

TEST(LiveView, PutsTheNewestFindingFirstAndKeepsTheSelectedOneWhenMoreCome) {
  LiveModel model = Busy(1, 5);
  (void)Drawn(model, 24, 80);
  EXPECT_EQ(model.SelectedFinding()->id, "id4");
  model.Press(Key::kDown);
  EXPECT_EQ(model.SelectedFinding()->id, "id3");
  model.AddFinding(Escape(9, "later"));
  EXPECT_EQ(model.SelectedFinding()->id, "id3");
}

TEST(LiveView, ScrollsSoThatTheSelectedFindingIsSeen) {
  LiveModel model = Busy(1, 100);
  (void)Drawn(model, 24, 80);
  model.Press(Key::kEnd);
  EXPECT_TRUE(Has(Drawn(model, 24, 80), "step 0"));
  model.Press(Key::kHome);
  EXPECT_TRUE(Has(Drawn(model, 24, 80), "step 99"));
}

TEST(LiveView, TellsTheSelectedFindingAndComesBack) {
  LiveModel model = Busy(1, 2);
  model.Press(Key::kEnter);
  EXPECT_TRUE(Has(Drawn(model, 24, 80), "step 1"));
  EXPECT_FALSE(Has(Drawn(model, 24, 80), "PROTECTION"));
  model.Press(Key::kEscape);
  EXPECT_TRUE(Has(Drawn(model, 24, 80), "PROTECTION"));
}

TEST(LiveView, WrapsLongPathsOfAStoryUnderTheirLine) {
  LiveModel model;
  model.AddFinding(Escape(1, "Container web opened /" + std::string(200, 'd')));
  for (const std::string& line : TellStory(*model.SelectedFinding(), {}, 60)) {
    EXPECT_LE(DisplayWidth(line), 60U);
    if (line.find("dddd") != std::string::npos) {
      EXPECT_TRUE(line.starts_with("  ")) << line;
    }
  }
}

TEST(LiveView, CountsRepeatsOfAFinding) {
  LiveModel model = Busy(1, 1);
  model.Apply(FindingRepeat{"id0", 1500, 0});
  EXPECT_TRUE(Has(Drawn(model, 24, 80), "(×1,500)"));
}

TEST(LiveView, NeverLetsAContainerSteerTheTerminal) {
  LiveModel model = Busy(0, 0);
  ContainerRow row;
  row.container.name = "\x1b[2J\x1b]0;owned\x07\xff\u202e";
  row.container.image = "a\nb\rc";
  row.container.risks = {{Severity::kHigh, "\x1b[31m", ""}};
  model.SetContainers({row});
  model.AddFinding(Escape(1,
                          "\x1b[2J\n\x9b"
                          "2J"));
  for (const std::size_t columns : {40U, 80U, 200U}) {
    Frame frame(24, columns);
    DrawLive(model, {0}, true, frame);
    for (std::size_t i = 0; i < frame.rows(); ++i) {
      const std::string text = frame.Text(i);
      EXPECT_EQ(Printable(text, text.size()), text);
      EXPECT_LE(DisplayWidth(text), columns);
    }
  }
}

TEST(LiveView, KeepsABoundedNumberOfFindings) {
  LiveModel model;
  for (int i = 0; i < 3000; ++i) model.AddFinding(Escape(i, "x"));
  EXPECT_EQ(model.findings().size(), LiveModel::kMaxFindings);
}

}  // namespace
}  // namespace brig::cli
