// SPDX-License-Identifier: Apache-2.0
// Rule files: what they may say, what later ones change, and how mistakes are told.
#include <gtest/gtest.h>

#include "rules/language/loader.h"
#include "rules/match/test_rules.h"

namespace brig::rules {
namespace {

constexpr const char* kRule =
    "- rule: r\n  desc: d\n  condition: proc.name = a\n  output: o\n  priority: info\n";

RuleBook Read(std::vector<std::string> texts) {
  std::vector<RuleFile> files;
  for (std::size_t i = 0; i < texts.size(); ++i)
    files.push_back({"f" + std::to_string(i), std::move(texts[i])});
  return ReadRules(std::move(files));
}

std::string RemarksOf(const RuleBook& book, RemarkKind kind) {
  std::string text;
  for (const Remark& remark : book.remarks)
    if (remark.kind == kind)
      text += book.set.sources.Words(remark.place) + ": " + remark.text + "\n";
  return text;
}
std::string ErrorsOf(const std::vector<std::string>& texts) {
  return RemarksOf(Read(texts), RemarkKind::kError);
}

bool Fires(const RuleBook& book, const std::string& comm) {
  Seen seen = Open("/x", 0);
  seen.event.actor.process.comm = comm;
  EXPECT_EQ(RemarksOf(book, RemarkKind::kError), "");
  return !book.rules.empty() && Holds(*book.rules[0].condition, View(seen.event, seen.subject));
}

TEST(Language, AppendsAndOverridesAcrossFiles) {
  const RuleBook appended = Read({kRule,
                                  "- rule: r\n  condition: or proc.name = b\n"
                                  "  tags: [T1059]\n"
                                  "  override: {condition: append, tags: append}\n"});
  EXPECT_TRUE(Fires(appended, "a"));
  EXPECT_TRUE(Fires(appended, "b"));
  EXPECT_EQ(appended.rules[0].technique, "T1059");
  const RuleBook replaced = Read({kRule,
                                  "- rule: r\n  condition: proc.name = b\n  enabled: false\n"
                                  "  override: {condition: replace, enabled: replace}\n"});
  EXPECT_FALSE(Fires(replaced, "a"));
  EXPECT_TRUE(Fires(replaced, "b"));
  EXPECT_FALSE(replaced.rules[0].enabled);
  const RuleBook old = Read({kRule, "- rule: r\n  condition: or proc.name = b\n  append: true\n"});
  EXPECT_TRUE(Fires(old, "b"));
  EXPECT_NE(RemarksOf(old, RemarkKind::kWarning).find("deprecated"), std::string::npos);
  std::string other = kRule;
  other.replace(other.find("= a"), 3, "= b");
  const RuleBook redefined = Read({kRule, other});
  EXPECT_EQ(redefined.rules.size(), 1U);
  EXPECT_TRUE(Fires(redefined, "b"));
  const RuleBook off = Read({kRule, "- rule: r\n  enabled: false\n"});
  EXPECT_FALSE(off.rules[0].enabled);
}

TEST(Language, MacrosSeeThoseBeforeThem) {
  const std::string rule = "- rule: r\n  desc: d\n  condition: m\n  output: o\n  priority: info\n";
  EXPECT_TRUE(Fires(Read({"- macro: n\n  condition: proc.name = a\n"
                          "- macro: m\n  condition: n\n" +
                          rule}),
                    "a"));
  // Redefined later: the rule has the last one, whatever stood in between.
  EXPECT_TRUE(Fires(Read({"- macro: m\n  condition: proc.name = a\n" + rule,
                          "- macro: m\n  condition: proc.name = b\n"}),
                    "b"));
  EXPECT_TRUE(Fires(Read({"- macro: m\n  condition: proc.name = a\n" + rule,
                          "- macro: m\n  condition: or proc.name = b\n"
                          "  override: {condition: append}\n"}),
                    "b"));
  EXPECT_NE(ErrorsOf({"- macro: m\n  condition: n\n- macro: n\n  condition: m\n"})
                .find("f0:2:14: the macro n is defined later, at f0:3:10"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({"- macro: m\n  condition: m\n"}).find("uses itself"), std::string::npos);
  EXPECT_NE(ErrorsOf({"- macro: n\n  condition: proc.name = a\n- macro: m\n  condition: n\n",
                      "- macro: n\n  condition: m\n" + rule})
                .find("uses itself"),
            std::string::npos);
}

TEST(Language, ExceptionsExcept) {
  const auto fires = [&](const std::string& exceptions, const std::string& comm,
                         std::vector<std::string> more = {}) {
    const std::string text =
        "- list: l\n  items: [c, d]\n- rule: r\n  desc: d\n  output: o\n  priority: info\n"
        "  condition: fd.name exists or proc.name = zz\n  exceptions:\n" +
        exceptions;
    std::vector<std::string> texts = {text};
    texts.insert(texts.end(), more.begin(), more.end());
    return Fires(Read(texts), comm);
  };
  const std::string tuples =
      "  - name: e\n    fields: [proc.name, fd.name]\n"
      "    comps: [=, startswith]\n    values:\n    - [a, /x]\n"
      "    - [b, /y]\n";
  EXPECT_FALSE(fires(tuples, "a"));
  EXPECT_TRUE(fires(tuples, "b"));
  const std::string no_comps =
      "  - name: e\n    fields: [proc.name, fd.name]\n    values:\n"
      "    - [a, /x]\n";
  EXPECT_FALSE(fires(no_comps, "a"));
  const std::string single = "  - name: e\n    fields: proc.name\n    values: [a, l]\n";
  EXPECT_FALSE(fires(single, "a"));
  EXPECT_FALSE(fires(single, "d"));
  EXPECT_TRUE(fires(single, "e"));
  const std::string lists =
      "  - name: e\n    fields: [proc.name, fd.name]\n    comps: [in, =]\n"
      "    values:\n    - [[a, b], /x]\n    - [l, /x]\n    - ['(e, f)', /x]\n";
  for (const char* const comm : {"a", "b", "c", "f"}) EXPECT_FALSE(fires(lists, comm)) << comm;
  EXPECT_TRUE(fires(lists, "g"));
  const std::string quoted =
      "  - name: e\n    fields: [proc.name]\n    values: [['\"a b\"'], "
      "[c d]]\n";
  EXPECT_FALSE(fires(quoted, "a b"));
  EXPECT_FALSE(fires(quoted, "c d"));
  const std::string empty = "  - name: e\n    fields: proc.name\n    comps: in\n";
  EXPECT_TRUE(fires(empty, "a"));
  EXPECT_FALSE(fires(empty, "a",
                     {"- rule: r\n  exceptions:\n  - name: e\n    values: [a]\n"
                      "  override: {exceptions: append}\n"}));
}

TEST(Language, SaysWhereAMistakeIs) {
  EXPECT_EQ(ErrorOf("proc.nmae = a"),
            "t.yaml:7:5: unknown field proc.nmae: did you mean "
            "proc.name?");
  EXPECT_EQ(ErrorOf("proc.name = a\n    and fd.nme = b"),
            "t.yaml:8:9: unknown field fd.nme: did you mean fd.name?");
  EXPECT_EQ(ErrorOf("evt.type = opne"), "t.yaml:7:16: unknown event type opne: did you mean open?");
  EXPECT_EQ(ErrorOf("proc.name = a and nothing"), "t.yaml:7:23: there is no macro nothing");
  EXPECT_EQ(ErrorOf("proc.name contain a").substr(0, 48),
            "t.yaml:7:15: contain is no operator: did you mea");
  EXPECT_EQ(ErrorOf("(proc.name = a"), "t.yaml:7:19: expected `)`, `and` or `or` here");
  EXPECT_EQ(ErrorOf("proc.pid = abc"), "t.yaml:7:16: proc.pid is number, and abc is no number");
  EXPECT_EQ(ErrorOf("fd.sip = 1.2.3"),
            "t.yaml:7:14: fd.sip is address, and 1.2.3 is no address, as 10.0.0.1");
  EXPECT_EQ(ErrorOf("proc.pid contains 1"),
            "t.yaml:7:5: proc.pid is number: contains cannot be asked of it");
  EXPECT_EQ(ErrorOf("tolwer(proc.name) = a").substr(0, 39),
            "t.yaml:7:5: tolwer is no function: did ");
  EXPECT_NE(ErrorOf("proc.name regex '('").find("no regular expression"), std::string::npos);
  EXPECT_NE(ErrorOf("proc.name = \"a\\q\"").find("\\q is no escape"), std::string::npos);
  EXPECT_NE(ErrorOf("proc.name = \"a").find("nobody closes"), std::string::npos);
  const RuleBook book = BookOf("proc.nmae = a");
  EXPECT_NE(book.set.sources.Show(book.remarks[0]).find("\n      proc.nmae = a\n      ^\n"),
            std::string::npos)
      << book.set.sources.Show(book.remarks[0]);
}

TEST(Language, RefusesWhatFilesMayNotSay) {
  EXPECT_NE(ErrorsOf({"a: b\n"}).find("a rule file is a list"), std::string::npos);
  EXPECT_NE(ErrorsOf({"- rule: r\n  desc: d\n"}).find("`condition:` is missing"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({std::string(kRule).replace(std::string(kRule).find("info"), 4, "inof")})
                .find("inof is no priority"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({"- list: l\n  items: [a]\n  append: true\n"}).find("no list l yet"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({"- rule: x\n  condition: a\n  override: {condition: append}\n"})
                .find("no rule \"x\" yet"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({kRule,
                      "- rule: r\n  output: a\n  priority: info\n"
                      "  override: {output: append}\n"})
                .find("does not say whether"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({"- rule: \"a\n"}), "");
  EXPECT_NE(ErrorsOf({"- rule: [\n"}).find("no YAML"), std::string::npos);
  const RuleBook odd = Read({std::string(kRule) + "  condtion: x\n", "- mcro: x\n"});
  EXPECT_NE(RemarksOf(odd, RemarkKind::kWarning).find("did you mean condition?"),
            std::string::npos);
  EXPECT_NE(RemarksOf(odd, RemarkKind::kWarning).find("unknown top level item mcro"),
            std::string::npos);
}

TEST(Language, AnswersRequiredVersions) {
  EXPECT_EQ(ErrorsOf({"- required_engine_version: 0.57.0\n- required_engine_version: 17\n"}), "");
  EXPECT_NE(ErrorsOf({"- required_engine_version: 0.99.0\n"}).find("language of 0.63.0"),
            std::string::npos);
  EXPECT_NE(ErrorsOf({"- required_engine_version: x\n"}).find("x is no version"),
            std::string::npos);
  const auto plugin = [](const std::string& name, const std::string& version) {
    return ErrorsOf(
        {"- required_plugin_versions:\n  - name: " + name + "\n    version: " + version + "\n"});
  };
  EXPECT_EQ(plugin("container", "0.4.0"), "");
  EXPECT_NE(plugin("container", "9.0.0").find("brig runs no plugins"), std::string::npos);
  EXPECT_NE(plugin("k8saudit", "0.1.0").find("brig runs no plugins"), std::string::npos);
}

TEST(Language, SkipsWhatAsksToBeSkipped) {
  const std::string rule =
      "- rule: r\n  desc: d\n  condition: no.such = a\n  output: o\n"
      "  priority: info\n";
  EXPECT_NE(ErrorsOf({rule}), "");
  const RuleBook skipped = Read({rule + "  skip-if-unknown-filter: true\n"});
  EXPECT_EQ(RemarksOf(skipped, RemarkKind::kError), "");
  EXPECT_TRUE(skipped.rules.empty());
  const RuleBook audit = Read({std::string(kRule) + "  source: k8s_audit\n"});
  EXPECT_EQ(RemarksOf(audit, RemarkKind::kError), "");
  EXPECT_NE(RemarksOf(audit, RemarkKind::kWarning).find("events of k8s_audit"), std::string::npos);
}

TEST(Language, WarnsOfRulesForEveryEvent) {
  EXPECT_NE(RemarksOf(Read({kRule}), RemarkKind::kWarning).find("looks at every event"),
            std::string::npos);
  EXPECT_EQ(
      RemarksOf(Read({std::string(kRule) + "  warn_evttypes: false\n"}), RemarkKind::kWarning), "");
  const RuleBook never = BookOf("evt.type in (dup, dup2)");
  EXPECT_NE(RemarksOf(never, RemarkKind::kNote).find("brig does not see dup, dup2"),
            std::string::npos);
}

TEST(Language, OutputsTellFields) {
  const auto told = [](const std::string& output) {
    const RuleBook book = Read(
        {"- rule: r\n  desc: d\n  condition: proc.name = a\n  priority: info\n  output: " + output +
         "\n"});
    const Seen seen = Open("/etc/shadow", 0);
    if (book.rules.empty()) return RemarksOf(book, RemarkKind::kError);
    return book.rules[0].output.Format(View(seen.event, seen.subject));
  };
  EXPECT_EQ(told("\"%proc.name opened %fd.name (%evt.type).\""), "sh opened /etc/shadow (openat).");
  EXPECT_EQ(told("\"a[2]=%proc.aname[2] tty=%proc.tty 100%% %container.info\""),
            "a[2]=containerd-shim tty=<NA> 100% ");
  EXPECT_EQ(told("\"%toupper(proc.name) %evt.arg.flags.\""), "SH O_RDONLY.");
  EXPECT_NE(told("\"%proc.nmae\"").find("f0:5:12: unknown field proc.nmae"), std::string::npos);
}

TEST(Language, HasLimits) {
  EXPECT_NE(ErrorOf(std::string(200, '(') + "proc.name = a" + std::string(200, ')'))
                .find("nested deeper than"),
            std::string::npos);
  // Each macro doubles the one before it.
  std::string doubling = "- macro: m0\n  condition: proc.name = a\n";
  for (int i = 1; i < 40; ++i)
    doubling += "- macro: m" + std::to_string(i) + "\n  condition: m" + std::to_string(i - 1) +
                " and m" + std::to_string(i - 1) + "\n";
  EXPECT_NE(ErrorOf("m39", doubling).find("more than 100000 checks"), std::string::npos);
  std::string deep = "- macro: m0\n  condition: proc.name = a\n";
  for (int i = 1; i < 400; ++i)
    deep +=
        "- macro: m" + std::to_string(i) + "\n  condition: not m" + std::to_string(i - 1) + "\n";
  EXPECT_NE(ErrorOf("m399", deep).find("nested deeper than 256"), std::string::npos);
  std::string lists = "- list: l0\n  items: [a, b]\n";
  for (int i = 1; i < 40; ++i)
    lists += "- list: l" + std::to_string(i) + "\n  items: [l" + std::to_string(i - 1) + ", l" +
             std::to_string(i - 1) + "]\n";
  EXPECT_NE(ErrorOf("proc.name in (l39)", lists).find("more than 65536 values"), std::string::npos);
  EXPECT_NE(ErrorsOf({std::string(5 << 20, '#')}).find("at most 4194304"), std::string::npos);
  std::string nested = "- rule: ";
  for (int i = 0; i < 1000; ++i) nested += "[";
  EXPECT_NE(ErrorsOf({nested}), "");
  EXPECT_NE(ErrorOf("proc.name regex '" + std::string(5000, 'a') + "'").find("at most 4096"),
            std::string::npos);
  EXPECT_NE(ErrorOf("proc.name regex '((((a{1,100}){1,100}){1,100}){1,100})'"), "");
}

TEST(Language, AliasesAreShared) {
  const RuleBook book =
      Read({"- list: l\n  items: &i [a, b]\n- list: k\n  items: *i\n"
            "---\n- rule: r\n  desc: d\n  condition: proc.name in (k)\n"
            "  output: o\n  priority: info\n"});
  EXPECT_TRUE(Fires(book, "b"));
}

}  // namespace
}  // namespace brig::rules
