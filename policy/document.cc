// SPDX-License-Identifier: Apache-2.0
#include "policy/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "base/bytes.h"
#include "model/policy.h"

namespace brig::policy {
namespace {

// A remark put behind the text. yaml-cpp takes the end of the text for a closing quotation mark,
// and then everything behind a forgotten one would be silently left out: this remark with it.
constexpr std::string_view kEndMark = "#brig: the end";

// yaml-cpp counts from 0.
Node NodeAt(const YAML::Mark& mark, Node::Kind kind) {
  Node node;
  node.kind = kind;
  node.line = static_cast<std::uint32_t>(mark.line) + 1;
  node.column = static_cast<std::uint32_t>(mark.column) + 1;
  return node;
}

// Builds the tree from the parser's events. What it refuses it throws as yaml-cpp's own exception,
// which knows the place.
class TreeBuilder : public YAML::EventHandler {
 public:
  Node root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseMarks(mark, anchor, "");
    Put(mark, NodeAt(mark, Node::Kind::kNothing));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "an alias (*name): write out what it stands for");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseMarks(mark, anchor, tag);
    if (value.find(kEndMark) != std::string::npos)
      throw YAML::ParserException(mark, "a quotation mark that nobody closes");
    if (value.size() > kMaxScalarBytes)
      throw YAML::ParserException(
          mark, fmt::format("a text of {} bytes: at most {}", value.size(), kMaxScalarBytes));
    Node node = NodeAt(mark, Node::Kind::kWord);
    node.word = value;
    Put(mark, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseMarks(mark, anchor, tag);
    Open(mark, Node::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseMarks(mark, anchor, tag);
    Open(mark, Node::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  static void RefuseMarks(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0)
      throw YAML::ParserException(mark, "an anchor (&name): policy files have none, write it out");
    // "?" is a plain word, "!" a quoted one.
    if (!tag.empty() && tag != "?" && tag != "!")
      throw YAML::ParserException(
          mark,
          fmt::format("a tag ({}): policy files have none, leave it out", Printable(tag, 64)));
  }

  void Count(const YAML::Mark& mark) {
    if (++nodes_ > kMaxNodes)
      throw YAML::ParserException(mark, fmt::format("more than {} values", kMaxNodes));
  }

  void Open(const YAML::Mark& mark, Node::Kind kind) {
    Count(mark);
    if (WantsKey()) RefuseKey(mark);
    if (open_.size() >= kMaxDepth)
      throw YAML::ParserException(mark, fmt::format("nested deeper than {} levels", kMaxDepth));
    open_.push_back(NodeAt(mark, kind));
  }

  void Close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    Attach(std::move(node));
  }

  void Put(const YAML::Mark& mark, Node node) {
    Count(mark);
    if (!WantsKey()) return Attach(std::move(node));
    if (node.kind != Node::Kind::kWord) RefuseKey(mark);
    Node& map = open_.back();
    if (map.keys.size() >= kMaxKeys)
      throw YAML::ParserException(mark, fmt::format("a map of more than {} keys", kMaxKeys));
    const auto twin = std::ranges::find(map.keys, node.word, &Node::word);
    if (twin != map.keys.end())
      throw YAML::ParserException(mark, fmt::format("{} stands here a second time: line {} has it",
                                                    Printable(node.word, 64), twin->line));
    map.keys.push_back(std::move(node));
  }

  void Attach(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    // The place of nothing is where something should be: behind its key.
    if (node.kind == Node::Kind::kNothing && open_.back().kind == Node::Kind::kMap) {
      node.line = open_.back().keys.back().line;
      node.column = open_.back().keys.back().column;
    }
    open_.back().items.push_back(std::move(node));
  }

  [[nodiscard]] bool WantsKey() const {
    return !open_.empty() && open_.back().kind == Node::Kind::kMap &&
           open_.back().keys.size() == open_.back().items.size();
  }
  [[noreturn]] static void RefuseKey(const YAML::Mark& mark) {
    throw YAML::ParserException(mark, "a key that is no word: write `key: value`");
  }

  std::vector<Node> open_;
  std::size_t nodes_ = 0;
};

// yaml-cpp would guess at other encodings and skip over such bytes.
Result<> CheckBytes(std::string_view text, const std::string& name) {
  Node here;
  for (std::size_t i = 0; i < text.size(); ++i, ++here.column) {
    const char c = text[i];
    if (c == '\n') {
      ++here.line;
      here.column = 0;
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
      return std::unexpected(
          ErrorAt(name, here,
                  fmt::format("a control character (byte {:#04x}): policy files are plain text",
                              static_cast<unsigned char>(c))));
    }
  }
  if (!IsUtf8(text)) return std::unexpected(ErrorAt(name, Node(), "the file is not UTF-8 text"));
  return {};
}

}  // namespace

Error ErrorAt(const std::string& name, const Node& node, std::string message) {
  return {ErrorCode::kInvalid, fmt::format("{}:{}:{}: {}", name, node.line, node.column, message)};
}

Result<Node> ReadDocument(std::string_view text, const std::string& name) {
  if (text.size() > Policy::kMaxFileBytes)
    return Fail(ErrorCode::kLimit, fmt::format("{}: a file of {} bytes: at most {} KiB", name,
                                               text.size(), Policy::kMaxFileBytes >> 10));
  BRIG_TRY(CheckBytes(text, name));
  TreeBuilder tree;
  try {
    std::istringstream in(fmt::format("{}\n{}\n", text, kEndMark));
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(tree)) return tree.root;
    TreeBuilder second;
    if (parser.HandleNextDocument(second))
      return std::unexpected(
          ErrorAt(name, second.root, "a second document begins here: one file, one document"));
  } catch (const YAML::Exception& error) {
    const Node place = NodeAt(error.mark.is_null() ? YAML::Mark() : error.mark, Node::Kind::kWord);
    return std::unexpected(ErrorAt(name, place, error.msg));
  }
  return std::move(tree.root);
}

}  // namespace brig::policy
