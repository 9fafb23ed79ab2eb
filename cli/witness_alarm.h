// SPDX-License-Identifier: Apache-2.0
// How a witness tells people: every alarm is kept in a record of the witness' own (a ledger, to be
// read and verified like any other), and handed to a command and a web address. Not thread safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/key_file.h"
#include "ledger/witness.h"
#include "ledger/writer.h"

namespace brig::cli {

// {"kind":...,"origin":...,"text":...,"evidence":...,"witness":...,"time":...} on one line.
std::string ToJson(const ledger::Alarm& alarm, const std::string& witness, std::int64_t wall_ns);

class AlarmBell {
 public:
  struct Sinks {
    std::string command;  // run by sh, the JSON on its standard input; "": none
    std::string webhook;  // an http:// URL, the JSON posted to it; "": none
  };
  // The record is `directory`/ledger, its key `directory`/ledger-key. A witness whose record cannot
  // be opened does not start.
  [[nodiscard]] static Result<AlarmBell> Open(const std::string& directory,
                                              const std::string& witness, Sinks sinks);
  // Keeps a notice, signed and durable on return.
  [[nodiscard]] Result<> Keep(const std::string& what, const std::string& text);
  // Keeps the alarm, and lets a process of its own tell the sinks, so that nothing waits for them.
  void Ring(const ledger::Alarm& alarm);

 private:
  AlarmBell(std::string witness, ledger::NamedKey key, Sinks sinks)
      : witness_(std::move(witness)), key_(std::move(key)), sinks_(std::move(sinks)) {}

  std::string witness_;
  ledger::NamedKey key_;
  Sinks sinks_;
  std::unique_ptr<ledger::Writer> writer_;
};

}  // namespace brig::cli
