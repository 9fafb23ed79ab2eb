// SPDX-License-Identifier: Apache-2.0
// C2SP policies (https://c2sp.org/tlog-policy): which logs count, which witnesses there are, and
// how many of them must have cosigned a checkpoint. Thread safe once made.
//
//   line   = ["log" vkey [url] | "witness" name vkey [url] | "quorum" name | comment
//             | "group" name ("all" | "any" | number) name+]
//   comment begins with "#"; words stand apart by spaces and tabs; names are defined on lines
//   before; "none" is a quorum of nobody; just one quorum line
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/cosignature.h"

namespace brig::ledger {

constexpr std::size_t kMaxPolicyBytes = 64 << 10;
constexpr std::size_t kMaxPolicyItems = 256;  // logs, witnesses, groups: of each

class WitnessPolicy {
 public:
  struct Log {
    VerifierKey key;
    std::string url;
  };
  struct Witness {
    std::string name;
    CosignerKey key;
    std::string url;  // its submission prefix; empty: nobody asks it from here
  };

  // kInvalid names the line.
  [[nodiscard]] static Result<WitnessPolicy> Parse(std::string_view text);

  [[nodiscard]] const std::vector<Log>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<Witness>& witnesses() const { return witnesses_; }
  // Whether enough witnesses have cosigned. A wrong signature counts as none.
  [[nodiscard]] bool IsWitnessed(const Note& note) const;
  // The body of a checkpoint that one of the logs has signed and enough witnesses have cosigned.
  // kDenied says which of the two is missing.
  [[nodiscard]] Result<CheckpointBody> Open(std::string_view note) const;

 private:
  class Parser;
  // A witness, or a group of nodes before it.
  struct Node {
    std::string name;
    std::size_t witness = 0;           // when there are no members
    std::vector<std::size_t> members;  // nodes
    std::size_t threshold = 0;
    bool is_member = false;
  };
  std::vector<Log> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Node> nodes_;
  std::size_t quorum_ = 0;     // a node
  bool needs_quorum_ = false;  // false: "none"
};

}  // namespace brig::ledger
