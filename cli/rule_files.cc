// SPDX-License-Identifier: Apache-2.0
#include "cli/rule_files.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/yaml_files.h"
#include "cli/text.h"
#include "rules/language/yaml.h"

namespace brig::cli {
namespace {

Style StyleOf(rules::RemarkKind kind) {
  switch (kind) {
    case rules::RemarkKind::kError: return Style::kCritical;
    case rules::RemarkKind::kWarning: return Style::kWarning;
    case rules::RemarkKind::kNote: break;
  }
  return Style::kDim;
}

}  // namespace

Result<std::vector<rules::RuleFile>> ReadRuleFiles(const std::vector<std::string>& paths) {
  std::vector<rules::RuleFile> files;
  for (const std::string& path : paths) {
    BRIG_ASSIGN(const std::vector<std::string> names, YamlFilesAt(path));
    for (const std::string& name : names) {
      if (files.size() == kMaxRuleFiles)
        return Fail(ErrorCode::kLimit, fmt::format("more than {} rule files", kMaxRuleFiles));
      BRIG_ASSIGN(std::string text, ReadFile(name, rules::kMaxFileBytes));
      files.push_back({name, std::move(text)});
    }
  }
  return files;
}

std::string ShowRemarks(const rules::RuleBook& book, bool color) {
  std::string shown;
  for (const rules::Remark& remark : book.remarks) {
    const std::string text = book.set.sources.Show(remark);
    const std::size_t line = text.find('\n');
    shown += Paint(Safe(text.substr(0, line)), StyleOf(remark.kind), color);
    shown += text.substr(line);
  }
  return shown;
}

Result<rules::RuleBook> ReadSoundRules(const std::vector<std::string>& paths) {
  BRIG_ASSIGN(std::vector<rules::RuleFile> files, ReadRuleFiles(paths));
  rules::RuleBook book = rules::ReadRules(std::move(files));
  for (const rules::Remark& remark : book.remarks)
    if (remark.kind == rules::RemarkKind::kError)
      return Fail(ErrorCode::kInvalid,
                  fmt::format("{}: {}", book.set.sources.Words(remark.place), remark.text));
  return book;
}

}  // namespace brig::cli
