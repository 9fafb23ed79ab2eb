// SPDX-License-Identifier: Apache-2.0
#include "agent/proof_book.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace brig::agent {
namespace {

constexpr std::int64_t kNow = 1000 * kSecond;

Proof Of(Invariant invariant, const Witnesses& saw) { return Judge({invariant}, saw, kNow); }
Proof Good(Invariant invariant) {
  return Of(invariant, {.error = EPERM, .signal = 0, .guard = 1, .tracer = 1});
}

TEST(Judge, AllWitnessesMustAgree) {
  const Proof proof = Good(Invariant::kFiles);
  EXPECT_TRUE(proof.proven) << proof.reason;
  EXPECT_EQ(proof.proven_wall_ns, kNow);
  EXPECT_EQ(proof.refused, 1U);
  EXPECT_FALSE(Of(Invariant::kFiles, {.error = EPERM, .guard = 0, .tracer = 1}).proven);
  EXPECT_FALSE(Of(Invariant::kFiles, {.error = EPERM, .guard = 1, .tracer = 0}).proven);
  EXPECT_FALSE(Of(Invariant::kFiles, {.error = 0, .guard = 1, .tracer = 1}).proven);
  EXPECT_FALSE(Of(Invariant::kFiles, {.error = ENOENT, .guard = 1, .tracer = 1}).proven);
}

TEST(Judge, SaysWhatIsMissing) {
  EXPECT_NE(Of(Invariant::kFiles, {}).reason.find("kernel.ftrace_enabled"), std::string::npos);
  EXPECT_EQ(Of(Invariant::kKernel, {.error = ENOENT}).reason,
            "the act could not be tried: No such file or directory");
  EXPECT_EQ(Of(Invariant::kKernel, {.error = EPERM, .tracer = 1}).reason,
            "the act was refused, but not by the guard");
  EXPECT_EQ(Of(Invariant::kFiles, {.signal = SIGSYS}).reason, "its canary was killed by signal 31");
}

TEST(Judge, TheCanaryOfCredentialsIsKilled) {
  EXPECT_TRUE(Of(Invariant::kCredentials, {.signal = SIGKILL, .guard = 1, .tracer = 1}).proven);
  EXPECT_FALSE(Good(Invariant::kCredentials).proven);
  EXPECT_FALSE(Of(Invariant::kFiles, {.signal = SIGKILL, .guard = 1, .tracer = 1}).proven);
}

TEST(Judge, RemembersWhenItWasLastProven) {
  const Proof lost = Judge(Good(Invariant::kFiles), {}, kNow + 1);
  EXPECT_FALSE(lost.proven);
  EXPECT_EQ(lost.proven_wall_ns, kNow);
}

TEST(ProofBook, TellsWhatIsNewAndEverySoOften) {
  ProofBook book(true, 0);
  const std::vector<Proof> good = {Good(Invariant::kFiles), Good(Invariant::kDoors)};
  auto notices = book.Take(good, kSecond);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].what, "guard_proven");
  EXPECT_EQ(notices[0].text, "proven by an act that was refused: I1 files, I7 doors");
  EXPECT_TRUE(book.Take(good, 2 * kSecond).empty());
  EXPECT_EQ(book.Take(good, kSecond + ProofBook::kSummaryInterval).size(), 1U);

  notices = book.Take({good[0], Of(Invariant::kDoors, {.error = ENOENT})}, kNow);
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_EQ(notices[0].what, "guard_unproven");
  EXPECT_EQ(notices[0].text,
            "not proven: I7 doors: the act could not be tried: No such file or directory");
  EXPECT_EQ(notices[1].what, "guard_proven");
  EXPECT_EQ(book.Take(good, kNow + 1).size(), 1U);
}

TEST(ProofBook, ASilentCanaryProvesNothing) {
  ProofBook book(true, 0);
  book.Take({Good(Invariant::kFiles)}, kSecond);
  EXPECT_TRUE(book.Tick(ProofBook::kPatience).empty());
  const auto notices = book.Tick(kSecond + ProofBook::kPatience);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].what, "guard_unproven");
  EXPECT_FALSE(book.proofs()[0].proven);
  EXPECT_TRUE(book.Tick(kNow).empty());
  EXPECT_EQ(book.Take({Good(Invariant::kFiles)}, kNow).size(), 1U);
}

TEST(ProofBook, WithoutAGuardNobodyIsWaitedFor) {
  EXPECT_TRUE(ProofBook(false, 0).Tick(kNow).empty());
  EXPECT_EQ(ProofBook(true, 0).Tick(kNow).size(), 1U);
}

}  // namespace
}  // namespace brig::agent
