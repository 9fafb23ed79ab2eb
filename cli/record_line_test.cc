// SPDX-License-Identifier: Apache-2.0
#include "cli/record_line.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/bytes.h"

namespace brig::cli {
namespace {

Event With(Operation operation, Details details) {
  Event event;
  event.wall_ns = 1'795'460'424'000'000'000;
  event.operation = operation;
  event.details = std::move(details);
  return event;
}

TEST(RecordLine, SaysWhenWhereWhatAndHowItEnded) {
  FileDetails file;
  file.path = "/etc/shadow";
  Event event = With(Operation::kOpen, file);
  event.invariant = Invariant::kFiles;
  event.cause = Cause::kForeignMount;
  event.result = -13;
  EXPECT_EQ(
      LineOf(event, ContainerNames(), 0, false),
      "11-23 19:00:24  host                    open             /etc/shadow  I1 foreign_mount, "
      "seen  EACCES");
}

TEST(RecordLine, IsCutAtTheWidth) {
  FileDetails file;
  file.path = std::string(4000, 'x');
  EXPECT_EQ(DisplayWidth(LineOf(With(Operation::kOpen, file), ContainerNames(), 80, false)), 80U);
}

TEST(RecordLine, DescribesEveryKindOfEvent) {
  ConnectDetails connect;
  connect.family = AF_INET;
  connect.address = "10.0.0.1";
  connect.port = 80;
  EXPECT_EQ(WhatHappened(With(Operation::kConnect, connect)), "10.0.0.1:80");
  connect.family = AF_INET6;
  connect.address = "::1";
  EXPECT_EQ(WhatHappened(With(Operation::kConnect, connect)), "[::1]:80");
  ExecDetails exec;
  exec.path = "/bin/sh";
  exec.arguments = {"sh", "-c", "id; ls"};
  EXPECT_EQ(WhatHappened(With(Operation::kExec, exec)), "sh -c 'id; ls'");
  exec.arguments[0] = "innocent";
  EXPECT_EQ(WhatHappened(With(Operation::kExec, exec)), "/bin/sh as: innocent -c 'id; ls'");
  EXPECT_EQ(WhatHappened(With(Operation::kUnshare, NamespaceDetails{0x10020000, {}})),
            "mount, user");
  TargetDetails target;
  target.target.comm = "sshd";
  target.target.pid = 71;
  target.request = 9;
  EXPECT_EQ(WhatHappened(With(Operation::kSignal, target)), "9 to sshd (71)");
  EXPECT_EQ(WhatHappened(With(Operation::kMount, MountDetails{"/dev/sda", "/mnt", "ext4", 0, {}})),
            "/dev/sda (ext4) on /mnt");
  LostDetails lost;
  lost.count = 3;
  lost.count_ever = 9;
  EXPECT_EQ(WhatHappened(With(Operation::kLost, lost)), "3 telemetry records lost, 9 ever");
}

TEST(RecordLine, NeverLetsAProcessSteerTheTerminal) {
  ExecDetails exec;
  exec.path = "/tmp/\x1b]0;x\x07";
  exec.arguments = {"\x1b[2J", "\n", "\xc2\x9b", "\u202e"};
  const std::string line = LineOf(With(Operation::kExec, exec), ContainerNames(), 0, false);
  EXPECT_EQ(Printable(line, line.size()), line);
  EXPECT_EQ(line.find("\u202e"), std::string::npos);
}

}  // namespace
}  // namespace brig::cli
