// SPDX-License-Identifier: Apache-2.0
#include "agent/births.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace brig::agent {
namespace {

Event BirthOf(std::uint64_t container, std::uint32_t pid) {
  Event event;
  event.operation = Operation::kContainerStart;
  event.actor.process.container = container;
  event.actor.process.pid = pid;
  event.details = BirthDetails{};
  return event;
}

TEST(Births, OutliveTheReader) {
  const UniqueFd memory(::memfd_create("births", 0));
  {
    Births births(memory.get());
    births.Add(BirthOf(1, 100));
    births.Add(BirthOf(2, 200));
  }
  const Births successor(memory.get());
  ASSERT_EQ(successor.all().size(), 2U);
  EXPECT_EQ(successor.all().at(2).first_process.pid, 200U);
}

TEST(Births, SurviveAWriteThatWasCutShort) {
  const UniqueFd memory(::memfd_create("births", 0));
  {
    Births births(memory.get());
    births.Add(BirthOf(1, 100));
    births.Add(BirthOf(2, 200));
  }
  ASSERT_EQ(::ftruncate(memory.get(), ::lseek(memory.get(), 0, SEEK_END) - 1), 0);
  {
    Births births(memory.get());
    EXPECT_EQ(births.all().size(), 1U);
    births.Add(BirthOf(3, 300));
  }
  EXPECT_EQ(Births(memory.get()).all().size(), 2U);
}

TEST(Births, OfEndedContainersAreForgotten) {
  Births births(-1);
  births.Add(BirthOf(1, 100));
  births.Add(BirthOf(2, 200));
  EXPECT_EQ(births.Retain({2, 5}), std::vector<std::uint64_t>{1});
  EXPECT_EQ(births.all().size(), 1U);
}

}  // namespace
}  // namespace brig::agent
