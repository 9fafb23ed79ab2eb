// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace brig {

namespace fs = std::filesystem;

Result<std::vector<std::string>> YamlFilesAt(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path extension = entry->path().extension();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry->path().string());
  }
  if (error) return FailErrno(fmt::format("read {}", path), error.value());
  std::ranges::sort(files);
  return files;
}

}  // namespace brig
