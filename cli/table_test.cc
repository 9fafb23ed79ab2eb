// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

Table Two() {
  Table table({{.title = "NAME", .width_min = 4}, {.title = "N", .right = true, .width_min = 1}});
  table.Add({{"web"}, {"7"}});
  table.Add({{"database"}, {"1,234"}});
  return table;
}

TEST(Table, AlignsColumnsAndLeavesNoSpacesAtTheEnd) {
  EXPECT_EQ(Two().Render(0, false),
            "NAME          N\n"
            "web           7\n"
            "database  1,234\n");
}

TEST(Table, ShrinksTheWidestColumnFirst) {
  EXPECT_EQ(Two().Render(12, false),
            "NAME       N\n"
            "web        7\n"
            "data…  1,234\n");
}

TEST(Table, NeverShrinksBelowTheLeastWidth) {
  const auto widths = Two().Widths(3);
  EXPECT_EQ(widths, (std::vector<std::size_t>{4, 1}));
}

TEST(Table, WrapsTheColumnThatMay) {
  Table table({{.title = "A"}, {.title = "B", .wrap = true, .width_min = 5}});
  table.Add({{"x"}, {"one two three"}});
  EXPECT_EQ(table.Render(8, false),
            "A  B\n"
            "x  one\n"
            "   two\n"
            "   three\n");
}

TEST(Table, CountsWideCharactersAsTwo) {
  Table table({{.title = "A"}, {.title = "B"}});
  table.Add({{"容器"}, {"x"}});
  table.Add({{"ab"}, {"y"}});
  EXPECT_EQ(table.Render(0, false),
            "A     B\n"
            "容器  x\n"
            "ab    y\n");
}

TEST(Table, ColoursOnlyWhenAsked) {
  Table table({{.title = ""}});
  table.Add({{"bad", Style::kCritical}});
  EXPECT_EQ(table.Render(0, false), "bad\n");
  EXPECT_EQ(table.Render(0, true), "\x1b[1;31mbad\x1b[0m\n");
}

}  // namespace
}  // namespace brig::cli
