// SPDX-License-Identifier: Apache-2.0
#include "agent/rule_pack.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/messages.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/yaml_files.h"

namespace brig::agent {
namespace {

struct PackedFile {
  std::string name, text;
  static void Describe(auto& self, auto& visit) {
    visit("name", self.name);
    visit("text", self.text);
  }
};

struct Pack {
  std::vector<PackedFile> files;
  static void Describe(auto& self, auto& visit) { visit("files", self.files); }
};

Result<std::string> ReadRootsFile(const std::string& path) {
  // Not to wait for a writer, should it be a pipe.
  BRIG_ASSIGN(const UniqueFd file, OpenFile(path, O_RDONLY | O_NONBLOCK));
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return FailErrno(fmt::format("look at {}", path));
  if (!S_ISREG(info.st_mode))
    return Fail(ErrorCode::kUnsupported, fmt::format("{} is no regular file", path));
  if (info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return Fail(
        ErrorCode::kDenied,
        fmt::format("{} is not root's alone: chown root {}, chmod go-w {}", path, path, path));
  auto text = ReadFd(file.get(), kMaxRuleFileBytes);
  if (!text) return Within(path, text.error());
  return text;
}

}  // namespace

Result<UniqueFd> PackRules(const std::vector<std::string>& paths) {
  Pack pack;
  for (const std::string& path : paths) {
    BRIG_ASSIGN(const std::vector<std::string> names, YamlFilesAt(path));
    for (const std::string& name : names) {
      if (pack.files.size() == kMaxRuleFiles)
        return Fail(ErrorCode::kLimit, fmt::format("more than {} rule files", kMaxRuleFiles));
      BRIG_ASSIGN(std::string text, ReadRootsFile(name));
      pack.files.push_back({name, std::move(text)});
    }
  }
  UniqueFd memory(::memfd_create("rules", MFD_CLOEXEC));
  if (!memory) return FailErrno("make a file in memory for the rules");
  BRIG_TRY(WriteAll(memory.get(), EncodeBody(pack)));
  return memory;
}

Result<std::vector<rules::RuleFile>> UnpackRules(int fd) {
  constexpr std::size_t kMaxBytes = kMaxRuleFiles * (kMaxRuleFileBytes + 8192);
  if (::lseek(fd, 0, SEEK_SET) != 0) return FailErrno("read the rules");
  BRIG_ASSIGN(const std::string bytes, ReadFd(fd, kMaxBytes));
  BRIG_ASSIGN(Pack pack, DecodeBody<Pack>(AsBytes(bytes)));
  std::vector<rules::RuleFile> files;
  for (PackedFile& file : pack.files) files.push_back({std::move(file.name), std::move(file.text)});
  return files;
}

Result<LoadedRules> CompileRules(std::vector<rules::RuleFile> files) {
  LoadedRules loaded;
  std::string names;
  for (const rules::RuleFile& file : files)
    names += fmt::format("{}{} (SHA-256 {})", names.empty() ? "" : ", ", file.name,
                         ToHex(Sha256({AsBytes(file.text)})));
  rules::RuleBook book = rules::ReadRules(std::move(files));
  for (const rules::Remark& remark : book.remarks)
    if (remark.kind == rules::RemarkKind::kError)
      return Fail(ErrorCode::kInvalid,
                  fmt::format("{}: {}: `brig rules check` tells all",
                              book.set.sources.Words(remark.place), remark.text));
  BRIG_ASSIGN(loaded.program, rules::Program::Compile(std::move(book.rules)));
  const std::size_t rules = loaded.program->rules().size();
  loaded.words = fmt::format("{} rule{} of {}", rules, rules == 1 ? "" : "s", names);
  return loaded;
}

}  // namespace brig::agent
