// SPDX-License-Identifier: Apache-2.0
#include "rules/language/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

namespace brig::rules {
namespace {

// A remark put behind the text. yaml-cpp takes the end of the text for a closing quotation mark,
// and then everything behind a forgotten one would be silently left out: this remark with it.
constexpr std::string_view kEndMark = "#brig: the rules end here";

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(std::uint32_t file) : file_(file) {}
  YamlRef root;

  void OnDocumentStart(const YAML::Mark&) override {
    anchors_.clear();
    root = nullptr;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Put(Make(mark, Yaml::Kind::kNothing), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw YAML::ParserException(mark, "an alias of what it stands in");
    Put(known->second, YAML::NullAnchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    if (value.find(kEndMark) != std::string::npos)
      throw YAML::ParserException(mark, "a quotation mark that nobody closes");
    auto node = Make(mark, Yaml::Kind::kScalar);
    node->text = value;
    Put(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, Yaml::Kind::kList, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, Yaml::Kind::kMap, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Opened {
    std::shared_ptr<Yaml> node;
    YAML::anchor_t anchor;
    YamlRef key;  // of a map, waiting for its value
  };

  std::shared_ptr<Yaml> Make(const YAML::Mark& mark, Yaml::Kind kind) {
    if (++nodes_ > kMaxYamlNodes)
      throw YAML::ParserException(mark, fmt::format("more than {} values", kMaxYamlNodes));
    auto node = std::make_shared<Yaml>();
    node->kind = kind;
    // yaml-cpp counts from 0.
    node->place = {file_, static_cast<std::uint32_t>(mark.line) + 1,
                   static_cast<std::uint32_t>(mark.column) + 1};
    return node;
  }
  void Open(const YAML::Mark& mark, Yaml::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= kMaxYamlDepth)
      throw YAML::ParserException(mark, fmt::format("nested deeper than {} levels", kMaxYamlDepth));
    open_.push_back({Make(mark, kind), anchor, nullptr});
  }
  void Close() {
    Opened done = std::move(open_.back());
    open_.pop_back();
    Put(std::move(done.node), done.anchor);
  }
  void Put(YamlRef node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Opened& parent = open_.back();
    if (parent.node->kind == Yaml::Kind::kList)
      parent.node->items.push_back(std::move(node));
    else if (!parent.key)
      parent.key = std::move(node);
    else
      parent.node->pairs.emplace_back(std::exchange(parent.key, nullptr), std::move(node));
  }

  std::uint32_t file_;
  std::size_t nodes_ = 0;
  std::vector<Opened> open_;
  std::map<YAML::anchor_t, YamlRef> anchors_;
};

}  // namespace

const Yaml* Yaml::Find(std::string_view key) const {
  for (const auto& [name, value] : pairs)
    if (name->kind == Kind::kScalar && name->text == key) return value.get();
  return nullptr;
}

std::variant<std::vector<YamlRef>, Remark> ReadYaml(const Sources& sources, std::uint32_t file) {
  const std::string& text = sources.TextOf(file);
  if (text.size() > kMaxFileBytes)
    return Remark{
        RemarkKind::kError,
        {file, 0, 0},
        fmt::format("a rule file of {} bytes: at most {}, split it", text.size(), kMaxFileBytes)};
  std::vector<YamlRef> documents;
  Builder builder(file);
  try {
    std::istringstream stream(text + "\n" + std::string(kEndMark));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder))
      if (builder.root) documents.push_back(std::move(builder.root));
  } catch (const YAML::Exception& error) {
    Place place{file, 0, 0};
    if (!error.mark.is_null())
      place = {file, static_cast<std::uint32_t>(error.mark.line) + 1,
               static_cast<std::uint32_t>(error.mark.column) + 1};
    return Remark{RemarkKind::kError, place, fmt::format("this is no YAML: {}", error.msg)};
  }
  return documents;
}

}  // namespace brig::rules
