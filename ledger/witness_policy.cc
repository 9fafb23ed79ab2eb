// SPDX-License-Identifier: Apache-2.0
#include "ledger/witness_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace brig::ledger {
namespace {

constexpr std::string_view kNone = "none";

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool HasForbidden(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
  });
}

}  // namespace

class WitnessPolicy::Parser {
 public:
  Result<WitnessPolicy> Run(std::string_view text) {
    if (text.size() > kMaxPolicyBytes)
      return Fail(ErrorCode::kLimit, fmt::format("a policy of {} bytes", text.size()));
    if (HasForbidden(text)) return Fail(ErrorCode::kInvalid, "a control character in the policy");
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos)
        return Fail(ErrorCode::kInvalid, fmt::format("line {} has no end", number));
      if (auto taken = TakeLine(WordsOf(text.substr(0, end))); !taken)
        return Within(fmt::format("line {}", number), std::move(taken).error());
      text.remove_prefix(end + 1);
    }
    if (!has_quorum_)
      return Fail(ErrorCode::kInvalid, "no quorum line: `quorum none` asks for no witness");
    return std::move(policy_);
  }

 private:
  Result<> TakeLine(const std::vector<std::string_view>& words) {
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return TakeLog(words);
    if (words[0] == "witness") return TakeWitness(words);
    if (words[0] == "group") return TakeGroup(words);
    if (words[0] == "quorum") return TakeQuorum(words);
    return Fail(ErrorCode::kInvalid,
                fmt::format("`{}` is no log, witness, group or quorum", Printable(words[0], 64)));
  }

  Result<> TakeLog(const std::vector<std::string_view>& words) {
    if (words.size() < 2 || words.size() > 3)
      return Fail(ErrorCode::kInvalid, "a log line is `log KEY [URL]`");
    BRIG_ASSIGN(VerifierKey key, ParseVerifierKey(words[1]));
    for (const Log& log : policy_.logs_)
      if (log.key.key == key.key) return Fail(ErrorCode::kInvalid, "the same key a second time");
    BRIG_TRY(HasRoom(policy_.logs_.size()));
    policy_.logs_.push_back({std::move(key), std::string(words.size() == 3 ? words[2] : "")});
    return {};
  }

  Result<> TakeWitness(const std::vector<std::string_view>& words) {
    if (words.size() < 3 || words.size() > 4)
      return Fail(ErrorCode::kInvalid, "a witness line is `witness NAME KEY [URL]`");
    BRIG_TRY(IsNew(words[1]));
    BRIG_ASSIGN(CosignerKey key, ParseCosignerKey(words[2]));
    for (const Witness& witness : policy_.witnesses_)
      if (witness.key.key == key.key)
        return Fail(ErrorCode::kInvalid, "the same key a second time");
    BRIG_TRY(HasRoom(policy_.witnesses_.size()));
    policy_.nodes_.push_back({std::string(words[1]), policy_.witnesses_.size(), {}, 0, false});
    policy_.witnesses_.push_back(
        {std::string(words[1]), std::move(key), std::string(words.size() == 4 ? words[3] : "")});
    return {};
  }

  Result<> TakeGroup(const std::vector<std::string_view>& words) {
    if (words.size() < 4)
      return Fail(ErrorCode::kInvalid, "a group line is `group NAME all|any|NUMBER NAME...`");
    BRIG_TRY(IsNew(words[1]));
    Node group{std::string(words[1]), 0, {}, 0, false};
    for (std::size_t i = 3; i < words.size(); ++i) {
      BRIG_ASSIGN(const std::size_t member, Find(words[i]));
      // Whoever counted twice would be a quorum by itself.
      if (policy_.nodes_[member].is_member)
        return Fail(ErrorCode::kInvalid,
                    fmt::format("`{}` is in a group already", Printable(words[i], 64)));
      policy_.nodes_[member].is_member = true;
      group.members.push_back(member);
    }
    BRIG_ASSIGN(group.threshold, Threshold(words[2], group.members.size()));
    BRIG_TRY(HasRoom(policy_.nodes_.size() - policy_.witnesses_.size()));
    policy_.nodes_.push_back(std::move(group));
    return {};
  }

  Result<> TakeQuorum(const std::vector<std::string_view>& words) {
    if (words.size() != 2) return Fail(ErrorCode::kInvalid, "a quorum line is `quorum NAME`");
    if (std::exchange(has_quorum_, true)) return Fail(ErrorCode::kInvalid, "a second quorum line");
    if (words[1] == kNone) return {};
    policy_.needs_quorum_ = true;
    BRIG_ASSIGN(policy_.quorum_, Find(words[1]));
    return {};
  }

  static Result<std::size_t> Threshold(std::string_view word, std::size_t members) {
    if (word == "all") return members;
    if (word == "any") return 1;
    std::size_t threshold = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), threshold);
    const bool whole = failure == std::errc{} && end == word.data() + word.size();
    if (!whole || threshold < 1 || threshold > members || word.front() == '0')
      return Fail(ErrorCode::kInvalid, fmt::format("`{}` is no threshold: all, any, or 1 to {}",
                                                   Printable(word, 64), members));
    return threshold;
  }

  [[nodiscard]] Result<std::size_t> Find(std::string_view name) const {
    const auto found = std::ranges::find(policy_.nodes_, name, &Node::name);
    if (found == policy_.nodes_.end())
      return Fail(ErrorCode::kInvalid,
                  fmt::format("`{}` is defined on no line before", Printable(name, 64)));
    return static_cast<std::size_t>(found - policy_.nodes_.begin());
  }

  [[nodiscard]] Result<> IsNew(std::string_view name) const {
    if (name == kNone) return Fail(ErrorCode::kInvalid, "`none` is nobody's name");
    if (Find(name))
      return Fail(ErrorCode::kInvalid, fmt::format("a second `{}`", Printable(name, 64)));
    return {};
  }

  static Result<> HasRoom(std::size_t items) {
    if (items >= kMaxPolicyItems)
      return Fail(ErrorCode::kLimit, fmt::format("more than {} of them", kMaxPolicyItems));
    return {};
  }

  WitnessPolicy policy_;
  bool has_quorum_ = false;
};

Result<WitnessPolicy> WitnessPolicy::Parse(std::string_view text) { return Parser().Run(text); }

bool WitnessPolicy::IsWitnessed(const Note& note) const {
  if (!needs_quorum_) return true;
  std::vector<bool> witnessed;
  for (const Node& node : nodes_) {
    if (node.members.empty()) {
      witnessed.push_back(CosignedAt(witnesses_[node.witness].key, note).has_value());
      continue;
    }
    const auto count = std::ranges::count_if(
        node.members, [&](std::size_t member) { return static_cast<bool>(witnessed[member]); });
    witnessed.push_back(static_cast<std::size_t>(count) >= node.threshold);
  }
  return witnessed[quorum_];
}

Result<CheckpointBody> WitnessPolicy::Open(std::string_view note) const {
  std::optional<CheckpointBody> body;
  for (const Log& log : logs_) {
    auto opened = OpenCheckpoint(log.key, note);
    if (opened) body = *std::move(opened);
  }
  if (!body) return Fail(ErrorCode::kDenied, "signed by no log of the policy");
  BRIG_ASSIGN(const Note parsed, ParseNote(note));
  if (!IsWitnessed(parsed))
    return Fail(ErrorCode::kDenied, "not cosigned by the witnesses that the policy asks for");
  return *std::move(body);
}

}  // namespace brig::ledger
