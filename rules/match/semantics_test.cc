// SPDX-License-Identifier: Apache-2.0
// What conditions mean, asked of the reference: Falco's documented semantics.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "rules/match/test_rules.h"

namespace brig::rules {
namespace {

struct Case {
  const char* condition;
  bool holds;
};

void Check(const Seen& seen, std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(Holds(c.condition, seen), c.holds) << c.condition;
}

TEST(Semantics, ComparesTexts) {
  Check(Open("/etc/shadow", O_RDONLY),
        {{"fd.name = /etc/shadow", true},
         {"fd.name != /etc/shadow", false},
         {"fd.name contains hado", true},
         {"fd.name icontains SHADOW", true},
         {"fd.name contains SHADOW", false},
         {"fd.name startswith /etc", true},
         {"fd.name endswith dow", true},
         {"fd.name glob /etc/*", true},
         {"fd.name glob \"*ha?ow\"", true},
         {"fd.name glob /etc", false},
         {"fd.name iglob /ETC/*", true},
         {"fd.name regex '/etc/[a-z]+'", true},
         {"fd.name regex '[a-z]+'", false},  // the whole text, not a part of it
         {"fd.directory = /etc and fd.filename = shadow", true},
         {"fd.name in (/etc/passwd, /etc/shadow)", true},
         {"fd.name in ()", false},
         {"fd.name intersects (/etc/shadow)", true},
         {"fd.name exists", true}});
}

TEST(Semantics, PmatchHoldsAtAndBelow) {
  const Seen below = Open("/tmp/hello/world", O_RDONLY);
  Check(below, {{"fd.name pmatch (/tmp/hello)", true},
                {"fd.name pmatch (/tmp/hello/)", true},
                {"fd.name pmatch (/tmp/hell)", false},
                {"fd.name pmatch (/tmp/*/world)", true},
                {"fd.name pmatch (/tmp/*)", true},
                {"fd.name pmatch (/*/hello_world)", false},
                {"fd.name pmatch ()", false}});
  EXPECT_FALSE(Holds("fd.name pmatch (/tmp/hello)", Open("/tmp/hello_world", O_RDONLY)));
}

TEST(Semantics, AnAbsentValueIsFalseForEveryOperator) {
  Check(Exec("/bin/ls", {"ls"}), {{"fd.name = x", false},
                                  {"fd.name != x", false},
                                  {"not fd.name = x", true},
                                  {"fd.name exists", false},
                                  {"not fd.name exists", true},
                                  {"proc.tty = 0", false},
                                  {"proc.tty != 0", false},
                                  {"proc.aname[9] = x", false},
                                  {"fd.name in (\"<NA>\")", false}});
}

TEST(Semantics, KnowsTheTypesOfAnOpen) {
  Check(Open("/x", O_RDONLY), {{"evt.type = open", true},
                               {"evt.type = openat2", true},
                               {"evt.type in (open, openat, openat2)", true},
                               {"evt.type != open", false},
                               {"evt.type = creat", false},
                               {"evt.type = open_by_handle_at", false},
                               {"evt.dir = <", true},
                               {"evt.dir = >", false},
                               {"evt.type.is.openat = 1", true},
                               {"evt.type.is.execve = 0", true},
                               {"evt.num = 0", false}});
  EXPECT_TRUE(Holds("evt.type = creat", Open("/x", O_CREAT | O_WRONLY | O_TRUNC)));
}

TEST(Semantics, KnowsHowAFileWasOpened) {
  const Seen write = Open("/x", O_WRONLY | O_CREAT | O_TRUNC);
  Check(write, {{"evt.is_open_write = true", true},
                {"evt.is_open_read = true", false},
                {"evt.arg.flags contains O_TRUNC", true},
                {"evt.arg.flags contains O_APPEND", false},
                {"fd.typechar = 'f'", true},
                {"fd.num >= 0", true},
                {"evt.res = SUCCESS", true},
                {"evt.failed = false", true}});
  Check(Open("/x", O_RDWR, -2), {{"evt.is_open_read = true and evt.is_open_write = true", true},
                                 {"fd.num = -1", true},
                                 {"evt.res startswith E", true},
                                 {"evt.res = ENOENT", true},
                                 {"evt.rawres < 0", true},
                                 {"fd.nameraw = /x", true}});
  Check(Open("/srv/www/..//../etc/./shadow", O_RDONLY, -2),
        {{"fd.name = /etc/shadow and fd.directory = /etc", true},
         {"fd.nameraw glob '*../*../*'", true}});
}

TEST(Semantics, AncestorsMatchAny) {
  Check(Open("/x", 0), {{"proc.name = sh", true},
                        {"proc.pname = nginx", true},
                        {"proc.aname = nginx", true},
                        {"proc.aname = containerd-shim", true},
                        {"proc.aname = sh", false},  // ancestors, not the process
                        {"proc.aname[0] = sh", true},
                        {"proc.aname[2] = containerd-shim", true},
                        {"proc.aname in (bash, nginx)", true},
                        {"proc.aname != nginx", true},  // another ancestor is not
                        {"not proc.aname = nginx", false},
                        {"proc.acmdline contains \"daemon off\"", true},
                        {"proc.apid = 1", true},
                        {"proc.pcmdline = \"nginx -g daemon off;\"", true}});
}

TEST(Semantics, CommandLines) {
  Check(Exec("/usr/bin/nc.traditional", {"nc", "-e", "/bin/sh"}),
        {{"proc.cmdline = \"nc.traditional -e /bin/sh\"", true},
         {"proc.exeline = \"nc -e /bin/sh\"", true},
         {"proc.args = \"-e /bin/sh\"", true},
         {"proc.exe = nc", true},
         {"proc.exepath endswith traditional", true},
         {"proc.cmdnargs = 2", true},
         {"proc.args intersects (\"-V\", \"-e /bin/sh\")", true}});
  EXPECT_TRUE(Holds("proc.args = ''", Exec("/bin/mount", {"mount"})));
}

TEST(Semantics, BothEndsOfAConnection) {
  Check(Connect("10.1.2.3", 4444), {{"fd.typechar = 4 or fd.typechar = 6", true},
                                    {"fd.sip = \"10.1.2.3\"", true},
                                    {"fd.sip = 10.1.2.4", false},
                                    {"fd.ip != \"0.0.0.0\"", true},
                                    {"fd.net != \"127.0.0.0/8\"", true},
                                    {"fd.net = \"10.0.0.0/8\"", true},
                                    {"fd.snet in (\"192.168.0.0/16\", \"10.0.0.0/8\")", true},
                                    {"fd.sport in (80, 4444)", true},
                                    {"fd.sport=\"4444\"", true},
                                    {"fd.sport >= 30000", false},
                                    {"fd.name = 10.1.2.3:4444", true},
                                    {"fd.sockfamily = ip", true}});
  Check(Connect("::1", 80), {{"fd.net != \"127.0.0.0/8\"", true},
                             {"fd.net = \"::1/128\"", true},
                             {"fd.sip = ::1", true}});
  Check(Connect("/run/docker.sock", 0, -111),
        {{"fd.typechar = u and fd.name = /run/docker.sock", true},
         {"evt.res = ECONNREFUSED", true},
         {"fd.ip != \"0.0.0.0\"", false}});
}

TEST(Semantics, Containers) {
  Check(Open("/x", 0), {{"container.id != host", true},
                        {"container.id = 0123456789ab", true},
                        {"container.name = web", true},
                        {"container.image.repository = registry:5000/team/web", true},
                        {"container.image.tag = 1.2", true},
                        {"container.privileged = false", true},
                        {"k8s.ns.name = prod", true},
                        {"container.label.team = web", true},
                        {"container.label[team] = web", true},
                        {"not container.mount.dest[/et*] in (\"<NA>\",\"N/A\")", true},
                        {"container.mount.dest[/etc] = /host-etc", true},
                        {"not container.mount.dest[/proc*] in (\"<NA>\",\"N/A\")", false}});
  Check(Exec("/bin/ls", {"ls"}, ""), {{"container.id = host", true},
                                      {"container.image.repository exists", false},
                                      {"not container.image.repository in (a)", true}});
}

TEST(Semantics, FunctionsAndFieldsOnTheRight) {
  Check(Open("/tmp/SH", 0), {{"tolower(fd.filename) = sh", true},
                             {"tolower(fd.filename) = val(proc.name)", true},
                             {"toupper(proc.name) = val(fd.filename)", true},
                             {"proc.name = val(proc.pname)", false},
                             {"proc.name = tolower(fd.filename)", true},
                             {"basename(fd.name) = SH", true},
                             {"len(fd.name) = 7", true},
                             {"len(proc.name) < 2", false},
                             {"join(\"-\", (proc.name, proc.pid)) = sh-200", true},
                             {"concat(proc.name, \":\", fd.name) = \"sh:/tmp/SH\"", true},
                             {"proc.pid > val(proc.ppid)", true},
                             {"fd.name contains val(fd.filename)", true},
                             {"proc.name in val(proc.aname)", false}});
  EXPECT_TRUE(Holds("b64(proc.args) = hi", Exec("/bin/x", {"x", "aGk="})));
}

TEST(Semantics, BindsAndBeforeOr) {
  Check(Open("/x", 0), {{"proc.name = sh or proc.name = a and proc.name = b", true},
                        {"(proc.name = sh or proc.name = a) and proc.name = b", false},
                        {"not proc.name = a and proc.name = sh", true},
                        {"not(proc.name = a) and(proc.name = sh)", true},
                        {"not not proc.name = sh", true}});
}

TEST(Semantics, ReadsQuotesAndEscapes) {
  Check(Exec("/bin/x", {"x", "a \"b\"\t\\"}), {{"proc.args = \"a \\\"b\\\"\\t\\\\\"", true},
                                               {"proc.args contains 'a \"b\"'", true},
                                               {"proc.args contains \"\\x61\"", true},
                                               {"proc.args endswith \\", true},
                                               {"proc.args contains \"\\ \"", true}});
}

TEST(Semantics, ListsStandForTheirItems) {
  const std::string lists =
      "- list: shells\n  items: [bash, sh, '\"(odd)\"', \"two words\"]\n"
      "- list: all\n  items: [zsh, shells]\n"
      "- list: sh\n  items: [sh, ksh]\n"
      "- list: none\n  items: []\n";
  const Seen seen = Open("/x", 0);
  EXPECT_TRUE(Holds("proc.name in (shells)", seen, lists));
  EXPECT_TRUE(Holds("proc.name in (fish, all)", seen, lists));
  EXPECT_TRUE(Holds("proc.name in shells", seen, lists));
  EXPECT_FALSE(Holds("proc.name in (\"shells\")", seen, lists));  // quoted: the word itself
  EXPECT_TRUE(Holds("proc.name in (sh)", seen, lists));           // a list that holds its own name
  EXPECT_FALSE(Holds("proc.name in (none)", seen, lists));
  EXPECT_TRUE(Holds("not proc.name in (none, x)", seen, lists));
  Seen odd = seen;
  odd.event.actor.process.comm = "(odd)";
  EXPECT_TRUE(Holds("proc.name in (all)", odd, lists));
  odd.event.actor.process.comm = "two words";
  EXPECT_TRUE(Holds("proc.name in (all)", odd, lists));
}

TEST(Semantics, TellsWhatBrigAloneKnows) {
  Seen seen = Open("/etc/shadow", 0);
  seen.event.uring = true;
  seen.event.invariant = Invariant::kFiles;
  seen.subject.person.basis = PersonBasis::kLogin;
  seen.subject.person.name = "alice";
  seen.subject.container.risks = {{Severity::kHigh, "host_pid", ""}};
  Check(seen, {{"brig.uring = true", true},
               {"brig.invariant = I1", true},
               {"brig.person = alice", true},
               {"brig.operation = open", true},
               {"brig.container.risks intersects (host_pid, privileged)", true},
               {"brig.container.risks in (host_pid, privileged)", true},
               {"brig.container.risks in (privileged)", false}});
}

TEST(Semantics, SetuidTellsItsVariantsApart) {
  Seen seen = In("web");
  seen.event.operation = Operation::kSetUid;
  CredentialDetails change;
  change.asked = {0};
  seen.event.details = change;
  Check(seen, {{"evt.type = setuid and evt.arg.uid = root", true}, {"evt.type=setresuid", false}});
  change.asked = {1, 2, 3};
  seen.event.details = change;
  Check(seen, {{"evt.type = setresuid and evt.arg.euid = 2", true}, {"evt.type=setuid", false}});
}

}  // namespace
}  // namespace brig::rules
