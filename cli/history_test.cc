// SPDX-License-Identifier: Apache-2.0
// The commands that read the record on disk, over a real one in a temporary directory.
#include "cli/history.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/parse.h"
#include "ledger/writer.h"

namespace brig::cli {
namespace {

constexpr std::int64_t kThen = 1'795'460'424'000'000'000;

Finding Escape(std::string id, std::string sentence) {
  Finding finding;
  finding.id = std::move(id);
  finding.wall_ns = kThen + 2;
  finding.invariant = Invariant::kFiles;
  finding.severity = Severity::kHigh;
  finding.sentence = std::move(sentence);
  finding.subject.container.key = 7;
  finding.subject.container.name = "web";
  return finding;
}

Event Exec(std::string path) {
  Event event;
  event.wall_ns = kThen + 1;
  event.operation = Operation::kExec;
  event.actor.process.container = 7;
  ExecDetails details;
  details.path = std::move(path);
  event.details = details;
  return event;
}

class RecordOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/brig-history-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    state_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(state_); }

  void Write(const std::vector<Record>& records) {
    const auto key = SigningKey::FromSeed(Bytes(32, std::byte{7}));
    ASSERT_TRUE(key);
    ledger::WriterOptions options;
    options.key = {"test/log", key->public_key()};
    options.segment_bytes = 1 << 20;
    auto writer = ledger::Writer::Open(state_ + "/ledger", options);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const Record& record : records) {
      const Bytes bytes = EncodeRecord(record);
      const ByteView view = bytes;
      ASSERT_TRUE((*writer)->Append(std::span(&view, 1)));
    }
    ASSERT_TRUE((*writer)->Sync());
    ASSERT_TRUE((*writer)->Checkpoint([&](const ledger::CheckpointBody& body) {
      return ledger::SignCheckpoint(*key, "test/log", body);
    }));
    ASSERT_TRUE((*writer)->Close());
  }

  // What `brig ARGUMENTS` prints on standard output, and how it ends.
  struct Outcome {
    std::string out;
    Result<Exit> exit = Exit::kUnknown;
  };
  Outcome Brig(std::vector<std::string> arguments) {
    const Commands commands = AllCommands();
    Session session;
    const auto parsed = Parse(commands, session.globals, std::move(arguments));
    if (!parsed) return {"", std::unexpected(parsed.error())};
    session.globals.state = state_;
    const std::string path = state_ + "/out";
    std::FILE* const out = std::fopen(path.c_str(), "we");
    std::FILE* const talk = std::fopen("/dev/null", "we");
    session.out = out;
    session.talk = talk;
    Outcome outcome{"", parsed->command->Run(session)};
    std::fclose(out);
    std::fclose(talk);
    outcome.out = ReadFile(path).value_or("");
    return outcome;
  }

  std::string state_;
};

TEST_F(RecordOnDisk, EventsAreListedOldestFirstAndFiltered) {
  Write({Notice{kThen, "start", "brigd starts"}, Exec("/bin/sh"),
         Escape("aa11", "Container web left")});
  const std::string all = Brig({"events"}).out;
  EXPECT_LT(all.find("brigd starts"), all.find("/bin/sh"));
  EXPECT_LT(all.find("/bin/sh"), all.find("Container web left"));
  const std::string execs = Brig({"events", "--operation", "exec"}).out;
  EXPECT_NE(execs.find("/bin/sh"), std::string::npos);
  EXPECT_EQ(execs.find("brigd starts"), std::string::npos);
}

TEST_F(RecordOnDisk, ALimitKeepsTheNewest) {
  Write({Exec("/bin/one"), Exec("/bin/two"), Exec("/bin/three")});
  const std::string out = Brig({"events", "--limit", "2"}).out;
  EXPECT_EQ(out.find("/bin/one"), std::string::npos);
  EXPECT_NE(out.find("/bin/three"), std::string::npos);
}

TEST_F(RecordOnDisk, JsonLinesAreTheRecordsThemselves) {
  const Record record = Exec("/bin/sh");
  Write({record});
  EXPECT_EQ(Brig({"events", "--json"}).out, ToJson(record) + "\n");
}

TEST_F(RecordOnDisk, FindingsCountTheirRepeats) {
  Write({Escape("aa11", "Container web left"), FindingRepeat{"aa11", 1500, kThen}});
  const Outcome outcome = Brig({"findings"});
  EXPECT_NE(outcome.out.find("1,500"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.exit, Exit::kFine);
}

TEST_F(RecordOnDisk, FindingsExitWithOneOnlyWhenAsked) {
  Write({Escape("aa11", "Container web left")});
  EXPECT_EQ(Brig({"findings"}).exit, Exit::kFine);
  EXPECT_EQ(Brig({"findings", "--exit-code"}).exit, Exit::kNo);
  EXPECT_EQ(Brig({"findings", "--exit-code", "--severity", "critical"}).exit, Exit::kFine);
}

TEST_F(RecordOnDisk, AFindingIsExplainedByTheStartOfItsId) {
  Write({Exec("/bin/sh"), Escape("aa11", "Container web left"),
         Escape("aa22", "Container web left again")});
  EXPECT_NE(Brig({"explain", "aa1"}).out.find("Container web left"), std::string::npos);
  const Outcome both = Brig({"explain", "aa"});
  ASSERT_FALSE(both.exit);
  EXPECT_NE(both.exit.error().message.find("aa22"), std::string::npos);
  const Outcome none = Brig({"explain", "ff"});
  ASSERT_FALSE(none.exit);
  EXPECT_NE(none.exit.error().message.find("brig findings"), std::string::npos);
}

Container Web() {
  Container container;
  container.key = 7;
  container.name = "web";
  container.started_wall_ns = kThen;
  container.started_by.basis = PersonBasis::kLogin;
  container.started_by.name = "alice";
  container.started_by.login_uid = 4242;
  container.started_by.session = 5;
  container.started_by.command = "docker run --name web nginx";
  return container;
}

TEST_F(RecordOnDisk, SessionsAreListedAndOneIsToldInOrder) {
  Finding nobodys = Escape("bb22", "Container web left again");
  Finding hers = Escape("aa11", "Container web left");
  hers.subject.person = Web().started_by;
  Write({Web(), hers, nobodys});
  const std::string list = Brig({"sessions"}).out;
  EXPECT_NE(list.find("5        alice"), std::string::npos) << list;
  EXPECT_NE(list.find("nobody's: 1 act (no login"), std::string::npos) << list;
  const std::string one = Brig({"session", "5"}).out;
  EXPECT_LT(one.find("docker run --name web nginx"), one.find("aa11: Container web left")) << one;
  EXPECT_EQ(one.find("bb22"), std::string::npos) << one;
  const Outcome none = Brig({"session", "6"});
  ASSERT_FALSE(none.exit);
  EXPECT_NE(none.exit.error().message.find("`brig sessions` lists them"), std::string::npos);
  const std::string json = Brig({"sessions", "--json"}).out;
  EXPECT_NE(json.find(R"("session":"5","person":"alice")"), std::string::npos) << json;
}

TEST_F(RecordOnDisk, WhoTouchedAContainerOrAFileIsTold) {
  Finding finding = Escape("aa11", "Container web opened /etc/shadow");
  finding.subject.container = Web();
  Write({Web(), Exec("/bin/sh"), finding});
  const std::string web = Brig({"who", "web"}).out;
  EXPECT_NE(web.find("docker run --name web nginx"), std::string::npos) << web;
  EXPECT_NE(web.find("aa11"), std::string::npos) << web;
  const std::string program = Brig({"who", "/bin/sh"}).out;
  EXPECT_NE(program.find("in a container started by alice"), std::string::npos) << program;
  EXPECT_EQ(program.find("aa11"), std::string::npos) << program;
  EXPECT_NE(Brig({"who", "/etc/shadow"}).out.find("aa11"), std::string::npos);
  EXPECT_EQ(Brig({"who", "/nowhere"}).exit, Exit::kNo);
  EXPECT_EQ(Brig({"who", "db"}).exit, Exit::kNo);
}

TEST_F(RecordOnDisk, AnEntryIsShownByItsIndex) {
  Write({Notice{kThen, "start", "brigd starts"}});
  EXPECT_NE(Brig({"ledger", "show", "0"}).out.find("brigd starts"), std::string::npos);
  const Outcome none = Brig({"ledger", "show", "5"});
  ASSERT_FALSE(none.exit);
  EXPECT_NE(none.exit.error().message.find("the record has 1"), std::string::npos);
}

TEST_F(RecordOnDisk, AProofIsCheckedWithoutTheRecord) {
  Write({Notice{kThen, "start", "brigd starts"}, Notice{kThen, "stop", "brigd stops"}});
  const std::string proof = Brig({"ledger", "prove", "1"}).out;
  const std::string file = state_ + "/proof";
  const std::string key = *ReadFile(state_ + "/ledger/key.pub");
  std::filesystem::rename(state_ + "/ledger", state_ + "/elsewhere");
  ASSERT_TRUE(ReplaceFile(file, proof));
  EXPECT_FALSE(Brig({"ledger", "check", file}).exit) << "whose key?";
  const Outcome good = Brig({"ledger", "check", file, "--key", key});
  EXPECT_EQ(good.exit, Exit::kFine) << good.out;
  EXPECT_TRUE(good.out.starts_with("HOLDS  entry 1")) << good.out;
  EXPECT_NE(good.out.find("brigd stops"), std::string::npos) << good.out;

  std::string bent = proof;
  bent.replace(bent.find("index 1"), 7, "index 0");
  ASSERT_TRUE(ReplaceFile(file, bent));
  const Outcome bad = Brig({"ledger", "check", file, "--key", key});
  EXPECT_EQ(bad.exit, Exit::kNo);
  EXPECT_TRUE(bad.out.starts_with("DOES NOT HOLD")) << bad.out;
  ASSERT_TRUE(ReplaceFile(file, "no proof"));
  EXPECT_FALSE(Brig({"ledger", "check", file, "--key", key}).exit);
}

TEST_F(RecordOnDisk, EvidenceHoldsEverythingOfAFindingAndNothingElse) {
  Write({Notice{kThen, "start", "brigd starts"}, Exec("/bin/sh"),
         Escape("aa11", "Container web left"), Escape("bb22", "Container db left"),
         FindingRepeat{"aa11", 7, kThen}});
  const std::string file = state_ + "/aa11.evidence";
  ASSERT_TRUE(ReplaceFile(file, Brig({"evidence", "aa"}).out));
  const Outcome good = Brig({"ledger", "check", file});
  EXPECT_EQ(good.exit, Exit::kFine) << good.out;
  EXPECT_NE(good.out.find("Container web left"), std::string::npos) << good.out;
  EXPECT_EQ(good.out.find("Container db left"), std::string::npos) << good.out;
  EXPECT_EQ(good.out.find("brigd starts"), std::string::npos) << good.out;

  // The words of another entry's proof under this one's number.
  std::string bent = *ReadFile(file);
  const std::size_t at = bent.find("\nextra ") + 11;
  bent[at] = bent[at] == 'A' ? 'B' : 'A';
  ASSERT_TRUE(ReplaceFile(file, bent));
  const Outcome bad = Brig({"ledger", "check", file});
  EXPECT_EQ(bad.exit, Exit::kNo) << bad.out;
  EXPECT_NE(bad.out.find("DOES NOT HOLD"), std::string::npos) << bad.out;
  EXPECT_FALSE(Brig({"evidence", "ff"}).exit);
}

TEST_F(RecordOnDisk, AnOldCheckpointIsHeldAgainstTheRecordOfToday) {
  Write({Notice{kThen, "start", "brigd starts"}});
  const std::string old = state_ + "/monday.note";
  std::filesystem::copy(state_ + "/ledger/checkpoint", old);
  Write({Notice{kThen, "stop", "brigd stops"}, Notice{kThen, "start", "brigd starts"}});
  const std::string file = state_ + "/since";
  ASSERT_TRUE(ReplaceFile(file, Brig({"ledger", "consistency", "1"}).out));
  const Outcome good = Brig({"ledger", "check", file, "--checkpoint", old});
  EXPECT_EQ(good.exit, Exit::kFine) << good.out;
  EXPECT_NE(good.out.find("the first 1 entries unchanged"), std::string::npos) << good.out;
  EXPECT_FALSE(Brig({"ledger", "check", file}).exit) << "which old checkpoint?";

  // The same beginning of another history.
  std::filesystem::remove_all(state_ + "/ledger");
  Write({Notice{kThen, "start", "brigd began"}, Notice{kThen, "stop", "brigd stops"}});
  ASSERT_TRUE(ReplaceFile(file, Brig({"ledger", "consistency", "1"}).out));
  EXPECT_EQ(Brig({"ledger", "check", file, "--checkpoint", old}).exit, Exit::kNo);
}

TEST_F(RecordOnDisk, VerifyingNamesTheWrongByteAndExitsWithOne) {
  Write({Notice{kThen, "start", "brigd starts"}});
  EXPECT_EQ(Brig({"ledger", "verify"}).exit, Exit::kFine);
  for (const auto& file : std::filesystem::recursive_directory_iterator(state_ + "/ledger")) {
    if (!file.is_regular_file()) continue;
    const auto content = ReadFile(file.path(), 1 << 24);
    const std::size_t at = content ? content->find("brigd starts") : std::string::npos;
    if (at == std::string::npos) continue;
    const auto fd = OpenFile(file.path(), O_WRONLY);
    ASSERT_TRUE(fd);
    ASSERT_EQ(::pwrite(fd->get(), "B", 1, static_cast<off_t>(at)), 1);
  }
  const Outcome outcome = Brig({"ledger", "verify"});
  EXPECT_EQ(outcome.exit, Exit::kNo);
  EXPECT_TRUE(outcome.out.starts_with("NOT INTACT")) << outcome.out;
  EXPECT_NE(outcome.out.find("entry 0"), std::string::npos) << outcome.out;
}

TEST_F(RecordOnDisk, WithoutARecordItSaysHowToBeginOne) {
  const Outcome outcome = Brig({"events"});
  ASSERT_FALSE(outcome.exit);
  EXPECT_NE(outcome.exit.error().message.find("brig up"), std::string::npos)
      << outcome.exit.error().message;
}

}  // namespace
}  // namespace brig::cli
