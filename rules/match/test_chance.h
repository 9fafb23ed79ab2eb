// SPDX-License-Identifier: Apache-2.0
// Conditions and events made by chance, from few words, so that they often meet. Not thread safe.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>

#include <random>
#include <string>

#include "rules/match/test_events.h"

namespace brig::rules {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  std::string Condition(int depth) {
    const std::size_t choice = depth == 0 ? 9 : Below(10);
    if (choice < 3) return Joined("and", depth);
    if (choice < 6) return Joined("or", depth);
    if (choice < 7) return "not (" + Condition(depth - 1) + ")";
    return Check();
  }

  Seen Event() {
    Seen seen = Below(4) == 0   ? Exec(Path(), {Word(), Word(), Path()}, Below(3) == 0 ? "" : "web")
                : Below(3) == 0 ? Connect(Pick({"10.0.0.1", "127.0.0.1", "::1", "/run/x.sock"}),
                                          static_cast<std::uint32_t>(Below(3) * 40))
                                : Open(Path(), Below(4) | (Below(2) == 0 ? O_CREAT | O_TRUNC : 0),
                                       Below(5) == 0 ? -2 : 3);
    // Details of one operation under another's name must be as harmless to both.
    if (Below(6) == 0)
      seen.event.operation = static_cast<Operation>(1 + Below(kOperationCount - 1));
    seen.event.actor.process.comm = Word();
    seen.event.actor.process.uid = static_cast<std::uint32_t>(Below(2));
    if (Below(3) == 0) seen.subject.chain.resize(1 + Below(2));
    if (seen.subject.chain.size() > 1) seen.subject.chain[1].ref.comm = Word();
    if (Below(4) == 0) seen.event.actor.process.container = 0;
    if (Below(4) == 0) seen.event.uring = true;
    return seen;
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }
  std::string Pick(const std::vector<std::string>& words) { return words[Below(words.size())]; }
  std::string Word() { return Pick({"sh", "bash", "nginx", "SH", "x", "a b", "", "host"}); }
  std::string Path() {
    return Pick({"/etc/shadow", "/etc/passwd", "/etc/a/b", "/bin/sh", "/usr/bin/nginx", "/", "x",
                 "/tmp/\xff/x", "/etc"});
  }
  static std::string Quote(const std::string& text) { return "\"" + text + "\""; }

  std::string Joined(const std::string& word, int depth) {
    std::string joined = "(" + Condition(depth - 1);
    for (std::size_t i = Below(3) + 1; i > 0; --i)
      joined += " " + word + " " + Condition(depth - 1);
    return joined + ")";
  }

  std::string Values(bool paths) {
    std::string list = "(";
    for (std::size_t i = Below(4); i > 0; --i)
      list += (list.size() > 1 ? ", " : "") + Quote(paths ? Path() : Word());
    return list + ")";
  }

  std::string Check() {
    switch (Below(8)) {
      case 0: return "evt.type in (" + Pick({"open, openat", "execve", "connect", "dup"}) + ")";
      case 1:
        return Pick({"fd.num >= 0", "proc.pid != 200", "user.uid = 0", "fd.sport in (40, 80)",
                     "fd.sport > 39", "evt.rawres < 0", "evt.num = 0", "fd.port != 40",
                     "proc.apid = 1", "len(proc.name) = 2"});
      case 2:
        return Pick({"evt.is_open_write = true", "evt.is_open_read != true", "brig.uring = true",
                     "container.privileged = false", "evt.failed in (true)"});
      case 3:
        return Pick({"fd.ip != \"10.0.0.1\"", "fd.sip in (\"10.0.0.1\", \"::1\")",
                     "fd.net = \"127.0.0.0/8\"", "fd.snet in (\"10.0.0.0/8\")",
                     "fd.cip = \"10.0.0.1\""});
      case 4:
        return Pick({"proc.name = val(proc.pname)", "tolower(proc.name) = sh",
                     "fd.filename in val(proc.aname)", "proc.name != tolower(fd.filename)",
                     "proc.tty != 0", "fd.name exists", "proc.pname exists",
                     "brig.container.risks intersects (x)", "evt.arg.flags contains O_TRUNC",
                     "join(\"\", (proc.name, proc.pid)) = sh200"});
      default: return TextCheck();
    }
  }

  std::string TextCheck() {
    const std::string field =
        Pick({"fd.name", "fd.filename", "fd.directory", "proc.name", "proc.pname", "proc.aname",
              "proc.aname[2]", "proc.cmdline", "proc.args", "proc.exepath", "container.id",
              "evt.arg.path", "basename(fd.name)", "toupper(proc.name)", "proc.acmdline",
              "container.mount.dest[/e*]", "user.name"});
    const bool paths = Below(2) == 0;
    const std::string value = Quote(paths ? Path() : Word());
    switch (Below(8)) {
      case 0: return field + " in " + Values(paths);
      case 1: return field + " intersects " + Values(paths);
      case 2: return field + " pmatch " + Values(true);
      case 3:
        return field + Pick({" glob ", " iglob "}) +
               Quote(Pick({"*", "/etc/*", "*sh*", "?h", "[a-z]h", "/e[!x]c/@(a|shadow)*", "!(sh)",
                           "*.b", "[", "a|b"}));
      case 4: return field + " regex " + Quote(Pick({"/etc/.*", "[a-z]+", "", "(s|S)(h|H)"}));
      default:
        return field +
               Pick({" = ", " != ", " contains ", " icontains ", " startswith ", " endswith "}) +
               value;
    }
  }

  std::mt19937_64 random_;
};

}  // namespace brig::rules
