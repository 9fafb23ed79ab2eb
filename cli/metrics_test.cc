// SPDX-License-Identifier: Apache-2.0
#include "cli/metrics.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

bool Has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, TellWhatIsProven) {
  Status status;
  status.meter = {{Invariant::kFiles, Layer::kGuard, LayerState::kActive, ""}};
  status.proofs = {{Invariant::kFiles, true, 5'500'000'000, 3, ""},
                   {Invariant::kDoors, false, 0, 0, "the act went through"}};
  const std::string text = MetricsOf(status);
  EXPECT_TRUE(Has(text, "# TYPE brig_guard_proven gauge")) << text;
  EXPECT_TRUE(Has(text, "brig_protection{invariant=\"I1\",layer=\"guard\"} 2")) << text;
  EXPECT_TRUE(Has(text, "brig_guard_proven{invariant=\"I1\"} 1")) << text;
  EXPECT_TRUE(Has(text, "brig_guard_proven{invariant=\"I7\"} 0")) << text;
  EXPECT_TRUE(Has(text, "brig_guard_proven_time_seconds{invariant=\"I1\"} 5.5")) << text;
  EXPECT_TRUE(Has(text, "# TYPE brig_guard_canaries_refused_total counter")) << text;
}

TEST(Metrics, QuoteWhatOthersNamed) {
  Status status;
  status.node = "a\"b\\c\nd";
  const std::string text = MetricsOf(status);
  EXPECT_NE(text.find("node=\"a\\\"b\\\\c"), std::string::npos) << text;
  EXPECT_EQ(text.find("\nd"), std::string::npos) << text;
}

}  // namespace
}  // namespace brig::cli
