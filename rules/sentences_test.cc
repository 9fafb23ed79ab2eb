// SPDX-License-Identifier: Apache-2.0
#include "rules/sentences.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <charconv>
#include <vector>

#include "base/file.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

Container Web() {
  Container container;
  container.key = 1;
  container.name = "web";
  container.mounts = {{"overlay", "/", "overlay", true}, {"/", "/host", "bind", true}};
  return container;
}

std::optional<Cause> CauseOf(std::string_view name) {
  for (std::uint16_t i = 0; i < kCauseCount; ++i)
    if (NameOf(static_cast<Cause>(i)) == name) return static_cast<Cause>(i);
  return std::nullopt;
}

Invariant InvariantOf(Cause cause) {
  if (cause <= Cause::kLeakedDescriptor) return Invariant::kFiles;
  if (cause <= Cause::kDeviceMount) return Invariant::kDevices;
  if (cause == Cause::kForeignNamespace) return Invariant::kNamespaces;
  if (cause <= Cause::kUnannounced) return Invariant::kCredentials;
  if (cause <= Cause::kForeignTaskFile) return Invariant::kProcesses;
  return cause <= Cause::kKernelMemory ? Invariant::kKernel : Invariant::kDoors;
}

Details DetailsFor(Operation operation, const std::string& what, bool write) {
  switch (operation) {
    case Operation::kPtrace:
    case Operation::kSignal:
      return TargetDetails{
          .target = {.start_ns = 1, .pid = 1, .uid = 0, .container = 0, .comm = what},
          .request = 0};
    case Operation::kConnect: {
      ConnectDetails connect;
      connect.address = what;
      if (what.starts_with("169.")) connect.door = HostObject::kMetadata;
      return connect;
    }
    case Operation::kContainerStart:
    case Operation::kContainerJoin: {
      BirthDetails birth;
      birth.path = what;
      return birth;
    }
    case Operation::kOpen: {
      FileDetails file;
      file.path = what;
      file.flags = write ? O_RDWR : O_RDONLY;
      return file;
    }
    default: return NoDetails();
  }
}

std::vector<std::string> Fields(std::string_view line) {
  std::vector<std::string> fields;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(" | ", at), line.size());
    fields.emplace_back(line.substr(at, end - at));
    at = end + 3;
  }
  return fields;
}

template <class T>
T Number(const std::string& text) {
  T value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

TEST(Sentences, AreThoseOfTheExamples) {
  const auto examples = ReadFile(std::string(BRIG_TESTDATA) + "/findings.txt");
  ASSERT_TRUE(examples);
  std::size_t count = 0;
  for (std::string_view rest = *examples; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> field = Fields(line);
    ASSERT_EQ(field.size(), 9U) << line;
    Event event;
    const auto operation = OperationOf(field[0]);
    const auto cause = CauseOf(field[1]);
    ASSERT_TRUE(operation && cause) << line;
    event.operation = *operation;
    event.cause = *cause;
    event.invariant = InvariantOf(*cause);
    event.cause_detail = Number<std::uint64_t>(field[2]);
    event.result = Number<std::int64_t>(field[3]);
    if (field[4].find('k') != std::string::npos) event.verdict = Verdict::kKilled;
    event.attempt = field[4].find('a') != std::string::npos;
    event.details = DetailsFor(*operation, field[5], field[4].find('w') != std::string::npos);
    EXPECT_EQ(NameOf(SeverityOf(event)), field[6]) << line;
    EXPECT_EQ(TechniqueOf(event), field[7]) << line;
    EXPECT_EQ(SentenceOf(event, Web()), field[8]);
    ++count;
  }
  EXPECT_GE(count, 20U);
}

TEST(Sentences, EveryCauseAndOperationHasWords) {
  for (std::uint16_t c = 0; c < kCauseCount; ++c) {
    EXPECT_FALSE(ReasonOf(static_cast<Cause>(c)).empty()) << c;
    EXPECT_FALSE(AdviceOf(static_cast<Cause>(c)).empty()) << c;
    for (std::uint16_t o = 0; o < kOperationCount; ++o) {
      for (const std::int64_t result : {0, -13}) {
        Event event;
        event.cause = static_cast<Cause>(c);
        event.invariant = InvariantOf(event.cause);
        event.operation = static_cast<Operation>(o);
        event.result = result;
        event.details = DetailsFor(event.operation, "", false);
        const std::string sentence = SentenceOf(event, Web());
        EXPECT_TRUE(sentence.starts_with("Container web ")) << sentence;
        EXPECT_TRUE(sentence.ends_with(".")) << sentence;
        EXPECT_GT(sentence.size(), 40U) << sentence;
        EXPECT_EQ(sentence.find("  "), std::string::npos) << sentence;
        EXPECT_EQ(sentence.find(" ,"), std::string::npos) << sentence;
        EXPECT_EQ(sentence.find("()"), std::string::npos) << sentence;
        EXPECT_FALSE(ObjectOf(event).empty()) << c << " " << o;
        EXPECT_FALSE(RoadOf(event).empty()) << c << " " << o;
        EXPECT_TRUE(TechniqueOf(event).starts_with("T1")) << c << " " << o;
      }
    }
  }
}

TEST(Sentences, UnknownNumbersHaveWordsToo) {
  Event event;
  event.cause = static_cast<Cause>(999);
  event.operation = static_cast<Operation>(999);
  event.cause_detail = ~0ULL;
  EXPECT_FALSE(SentenceOf(event, Web()).empty());
  EXPECT_FALSE(ObjectOf(event).empty());
  EXPECT_FALSE(WordsOf(static_cast<HostObject>(999)).empty());
}

TEST(Sentences, ARefusedTryIsLessThanADeed) {
  for (std::uint16_t c = 1; c < kCauseCount; ++c) {
    Event event;
    event.cause = static_cast<Cause>(c);
    event.operation = Operation::kOpen;
    event.details = DetailsFor(Operation::kOpen, "/x", true);
    Event refused = event;
    refused.result = -1;
    EXPECT_LT(SeverityOf(refused), SeverityOf(event)) << c;
  }
}

TEST(Sentences, OutsideTextIsMadeSafeAndShort) {
  Event event;
  event.operation = Operation::kOpen;
  event.cause = Cause::kForeignMount;
  FileDetails file;
  file.path = "/x\x1b[2J\n" + std::string(5000, 'a');
  event.details = file;
  Container container = Web();
  container.name = "we\x1b]b";
  const std::string sentence = SentenceOf(event, container);
  EXPECT_EQ(sentence.find('\x1b'), std::string::npos);
  EXPECT_EQ(sentence.find('\n'), std::string::npos);
  EXPECT_LT(sentence.size(), 1000U);
}

TEST(Roads, NameTheWayAnObjectWasReached) {
  Event event;
  event.operation = Operation::kOpen;
  EXPECT_EQ(RoadOf(event), "open");
  event.uring = true;
  EXPECT_EQ(RoadOf(event), "io_uring open");
  event.uring = false;
  event.compat = true;
  EXPECT_EQ(RoadOf(event), "32-bit open");
  event.compat = false;
  FileDetails file;
  file.path = "/proc/1/root/etc/shadow";
  event.details = file;
  EXPECT_EQ(RoadOf(event), "open through /proc/1/root");
  file.path = "/proc/self/fd/7/../../etc";
  event.details = file;
  EXPECT_EQ(RoadOf(event), "open through /proc/self/fd");
  event.cause = Cause::kLeakedDescriptor;
  EXPECT_EQ(RoadOf(event), "inherited descriptor");
}

TEST(Words, CapabilitiesAreNamed) {
  EXPECT_EQ(CapabilityNames(0), "");
  EXPECT_EQ(CapabilityNames(1ULL << 21 | 1ULL << 39), "CAP_SYS_ADMIN, CAP_BPF");
  EXPECT_EQ(CapabilityNames(1ULL << 63), "capability 63");
}

}  // namespace
}  // namespace brig::rules
