// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_test_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <charconv>
#include <optional>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/fields/tables.h"
#include "rules/fields/values.h"
#include "rules/language/yaml.h"

namespace brig::rules {
namespace {

constexpr std::string_view kKeys[] = {
    "name",    "event",   "path", "arguments", "flags", "result",     "address", "port",
    "process", "parents", "uid",  "in",        "image", "privileged", "memory",  "fires"};
constexpr std::uint64_t kContainerKey = 1;
constexpr FlagName kOpenFlags[] = {
    {O_WRONLY, "O_WRONLY"}, {O_RDWR, "O_RDWR"},       {O_CREAT, "O_CREAT"},
    {O_TRUNC, "O_TRUNC"},   {O_APPEND, "O_APPEND"},   {O_EXCL, "O_EXCL"},
    {0, "O_RDONLY"},        {O_CLOEXEC, "O_CLOEXEC"}, {O_DIRECTORY, "O_DIRECTORY"}};

class Reader {
 public:
  explicit Reader(const Yaml& item) : item_(item) {}

  std::optional<Remark> Read(RuleTest& test) {
    test.place = item_.place;
    if (item_.kind != Yaml::Kind::kMap) return Wrong(item_, "a test is a map");
    for (const auto& [key, value] : item_.pairs)
      if (std::find(std::begin(kKeys), std::end(kKeys), key->text) == std::end(kKeys))
        return Wrong(*key, fmt::format("a test has no key {}: {}", Printable(key->text, 64),
                                       NearestWords(key->text, kKeys)));
    const Yaml* fires = item_.Find("fires");
    if (fires == nullptr) return Wrong(item_, "`fires:` says which rules must fire, or []");
    test.name = Text("name");
    test.fires = List("fires");
    ReadActor(test);
    ReadDetails(test);
    return error_;
  }

 private:
  std::optional<Remark> Wrong(const Yaml& node, std::string text) {
    if (!error_) error_ = Remark{RemarkKind::kError, node.place, std::move(text)};
    return error_;
  }
  std::string Text(std::string_view key, std::string otherwise = "") {
    const Yaml* value = item_.Find(key);
    if (value == nullptr) return otherwise;
    if (value->kind != Yaml::Kind::kScalar) Wrong(*value, fmt::format("`{}:` wants a text", key));
    return value->text;
  }
  std::int64_t Number(std::string_view key, std::int64_t otherwise) {
    const Yaml* value = item_.Find(key);
    if (value == nullptr) return otherwise;
    std::int64_t number = 0;
    const char* const end = value->text.data() + value->text.size();
    const auto [at, error] = std::from_chars(value->text.data(), end, number);
    if (error != std::errc{} || at != end) Wrong(*value, fmt::format("`{}:` wants a number", key));
    return number;
  }
  std::vector<std::string> List(std::string_view key) {
    std::vector<std::string> list;
    const Yaml* value = item_.Find(key);
    if (value == nullptr) return list;
    if (value->kind != Yaml::Kind::kList) Wrong(*value, fmt::format("`{}:` wants a list", key));
    for (const YamlRef& entry : value->items) list.push_back(entry->text);
    return list;
  }

  void ReadActor(RuleTest& test) {
    Event& event = test.event;
    const std::string path = Text("path");
    const std::string program = path.substr(path.rfind('/') + 1);
    event.sequence = 1;
    event.boot_ns = 100'000'000'000;
    event.wall_ns = 1'700'000'000'000'000'000;
    event.result = Number("result", 0);
    event.actor.process.start_ns = 90'000'000'000;
    event.actor.process.pid = event.actor.tid = 1000;
    event.actor.pid_inside = 2;
    event.actor.process.uid = static_cast<std::uint32_t>(Number("uid", 0));
    event.actor.process.comm =
        Text("process", Text("event") == "exec" ? program.substr(0, 15) : "sh");
    Process self;
    self.ref = event.actor.process;
    self.path = path;
    self.arguments = List("arguments");
    test.subject.chain.push_back(self);
    std::uint32_t pid = 900;
    for (const std::string& name : List("parents")) {
      Process parent;
      parent.ref.comm = name;
      parent.ref.pid = pid--;
      parent.ref.start_ns = 1'000'000'000;
      parent.path = "/usr/bin/" + name;
      parent.arguments = {name};
      test.subject.chain.push_back(parent);
    }
    if (test.subject.chain.size() > 1) event.actor.parent_pid = test.subject.chain[1].ref.pid;
    const std::string name = Text("in", "web");
    if (name == "host") return;
    event.actor.process.container = kContainerKey;
    Container& container = test.subject.container;
    container.key = kContainerKey;
    container.naming = Naming::kEngine;
    container.engine = "docker";
    container.id = "0123456789abcdef0123456789abcdef";
    container.name = name;
    container.image = Text("image", "web:latest");
    container.privileged = Text("privileged") == "true";
  }

  void ReadDetails(RuleTest& test) {
    const Yaml* kind = item_.Find("event");
    const auto operation = brig::OperationOf(std::string_view(Text("event")));
    if (kind == nullptr || !operation || *operation == Operation::kNone) {
      Wrong(kind == nullptr ? item_ : *kind,
            "`event:` wants an operation, as exec, open, connect (`brig events --help` has all)");
      return;
    }
    test.event.operation = *operation;
    if (*operation == Operation::kExec) return ReadExec(test);
    if (*operation == Operation::kConnect || *operation == Operation::kCaller)
      return ReadConnect(test);
    FileDetails file;
    file.path = Text("path");
    file.path_as_given = test.event.result < 0;
    file.file.mode = S_IFREG | 0644;
    file.file.inode = 1;
    for (const std::string& flag : List("flags")) {
      const auto* known = std::find_if(std::begin(kOpenFlags), std::end(kOpenFlags),
                                       [&](const FlagName& each) { return each.name == flag; });
      if (known == std::end(kOpenFlags))
        Wrong(*item_.Find("flags"), fmt::format("{} is no flag of open", Printable(flag, 64)));
      else
        file.flags |= known->value;
    }
    if (item_.Find("path") != nullptr) test.event.details = std::move(file);
  }

  void ReadExec(RuleTest& test) {
    ExecDetails exec;
    exec.path = Text("path");
    exec.arguments = List("arguments");
    exec.file.inode = 1;
    exec.file.memory = Text("memory") == "true";
    test.event.details = std::move(exec);
  }

  void ReadConnect(RuleTest& test) {
    ConnectDetails connect;
    connect.address = Text("address");
    connect.port = static_cast<std::uint32_t>(Number("port", 0));
    const auto address = AddressOf(connect.address);
    connect.family = !address ? AF_UNIX : address->v6 ? AF_INET6 : AF_INET;
    test.event.details = std::move(connect);
  }

  const Yaml& item_;
  std::optional<Remark> error_;
};

}  // namespace

std::variant<std::vector<RuleTest>, Remark> ReadRuleTests(const Sources& sources,
                                                          std::uint32_t file) {
  auto documents = ReadYaml(sources, file);
  if (auto* error = std::get_if<Remark>(&documents)) return std::move(*error);
  std::vector<RuleTest> tests;
  for (const YamlRef& document : std::get<std::vector<YamlRef>>(documents)) {
    if (document->kind != Yaml::Kind::kList)
      return Remark{RemarkKind::kError, document->place, "a file of tests is a list"};
    for (const YamlRef& item : document->items) {
      if (tests.size() == kMaxRuleTests)
        return Remark{RemarkKind::kError, item->place,
                      fmt::format("more than {} tests in a file", kMaxRuleTests)};
      if (auto error = Reader(*item).Read(tests.emplace_back())) return std::move(*error);
    }
  }
  return tests;
}

}  // namespace brig::rules
