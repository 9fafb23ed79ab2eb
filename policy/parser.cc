// SPDX-License-Identifier: Apache-2.0
#include "policy/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "model/encoding.h"
#include "policy/clause_parser.h"
#include "policy/words.h"

namespace brig::policy {
namespace {

Result<std::vector<ProgramFile>> ReadRuntimes(const std::string& where, const Node& node) {
  BRIG_TRY(CheckList(where, node, "runtimes", Policy::kMaxRuntimes));
  std::vector<ProgramFile> runtimes;
  for (const Node& item : node.items) {
    BRIG_ASSIGN(const std::string text, WordOf(where, item, "a runtime", Policy::kMaxText));
    auto runtime = ParseRuntime(text);
    if (!runtime) return Wrong(where, item, runtime.error().message);
    if (std::ranges::find(runtimes, runtime->path, &ProgramFile::path) != runtimes.end())
      return Wrong(where, item, fmt::format("the runtime {} is listed already", runtime->path));
    runtimes.push_back(*std::move(runtime));
  }
  return runtimes;
}

Result<> ReadContainers(const std::string& where, const Node& node, Policy& policy) {
  BRIG_TRY(CheckList(where, node, "containers", Policy::kMaxClauses));
  for (const Node& item : node.items) {
    BRIG_ASSIGN(Clause clause, ReadClause(where, item));
    policy.clauses.push_back(std::move(clause));
  }
  return {};
}

Result<> ReadAll(const std::string& where, const Node& root, Policy& policy) {
  static constexpr std::string_view kKeys[] = {"modes", "surface", "runtimes", "containers"};
  BRIG_TRY(CheckMap(where, root, "the policy", kKeys));
  if (const Node* node = Find(root, "modes")) {
    BRIG_ASSIGN(const auto rulings, ReadModes(where, *node));
    for (const Ruling& ruling : rulings)
      policy.modes.push_back({static_cast<Invariant>(ruling.number), ruling.mode});
  }
  if (const Node* node = Find(root, "surface")) {
    BRIG_ASSIGN(const auto rulings, ReadSurface(where, *node));
    for (const Ruling& ruling : rulings)
      policy.surface.push_back({static_cast<Surface>(ruling.number), ruling.mode});
  }
  if (const Node* node = Find(root, "runtimes")) {
    BRIG_ASSIGN(policy.runtimes, ReadRuntimes(where, *node));
  }
  if (const Node* node = Find(root, "containers")) return ReadContainers(where, *node, policy);
  return {};
}

bool Loosens(const Ruling& ruling) {
  return ruling.kind != GrantKind::kMode && ruling.kind != GrantKind::kSurface;
}

}  // namespace

Result<ProgramFile> ParseRuntime(const std::string& text) {
  static constexpr std::string_view kMark = "@sha256:";
  static constexpr std::size_t kDigits = 64;
  const std::size_t mark = text.rfind(kMark);
  ProgramFile runtime{.path = text.substr(0, mark), .sha256 = ""};
  if (!runtime.path.starts_with('/'))
    return Fail(ErrorCode::kInvalid,
                fmt::format("the runtime {} is no absolute path: write it as /usr/bin/{}",
                            runtime.path, runtime.path.substr(runtime.path.rfind('/') + 1)));
  if (mark == std::string::npos) return runtime;
  runtime.sha256 = text.substr(mark + kMark.size());
  if (runtime.sha256.size() != kDigits ||
      runtime.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} is no SHA-256: write its 64 digits in lower case, as sha256sum {} "
                            "prints them",
                            runtime.sha256, runtime.path));
  return runtime;
}

Result<Policy> ParsePolicy(std::string_view text, const std::string& name) {
  BRIG_ASSIGN(const Node root, ReadDocument(text, name));
  Policy policy;
  policy.path = name;
  policy.digest = ToHex(Sha256({AsBytes(text)}));
  if (root.kind == Node::Kind::kNothing) return policy;
  BRIG_TRY(ReadAll(name, root, policy));
  ByteWriter bytes;
  Encoder(bytes).Put(policy);
  if (bytes.bytes().size() > Policy::kMaxEncodedBytes)
    return Fail(
        ErrorCode::kLimit,
        fmt::format("{}: the policy says more than fits ({} bytes, at most {}): join clauses "
                    "with patterns, or shorten texts",
                    name, bytes.bytes().size(), Policy::kMaxEncodedBytes));
  return policy;
}

std::vector<std::string> RemarksOn(const Policy& policy) {
  std::vector<std::string> remarks;
  for (const Clause& clause : policy.clauses) {
    const bool loosens = std::ranges::any_of(clause.rulings, Loosens);
    if (loosens && clause.match.image_digest.empty())
      remarks.push_back(
          fmt::format("{}:{}: allows by names that whoever starts a container may "
                      "choose: add image_digest to the match",
                      policy.path, clause.line));
    const auto same = std::ranges::find_if(policy.clauses, [&](const Clause& other) {
      return other.line < clause.line && SameMatch(other.match, clause.match);
    });
    if (same != policy.clauses.end())
      remarks.push_back(
          fmt::format("{}:{}: never counts: line {} fits the same containers and "
                      "stands before it",
                      policy.path, clause.line, same->line));
  }
  return remarks;
}

}  // namespace brig::policy
