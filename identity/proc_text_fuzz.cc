// SPDX-License-Identifier: Apache-2.0
// Whatever the text: the parsers of procfs and passwd answer, and never invent lines.
#include "identity/proc_text.h"

#include "base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string path = brig::identity::ParseCgroup(text);
  BRIG_CHECK(path.empty() || text.find(path) != std::string_view::npos);
  const std::string id = brig::identity::IdInCgroup(text);
  BRIG_CHECK(id.empty() || (id.size() == 64 && text.find(id) != std::string_view::npos));
  for (const brig::MountInfo& mount : brig::identity::ParseMountInfo(text))
    BRIG_CHECK(mount.destination.starts_with('/'));
  for (const brig::identity::UserRange& range : brig::identity::ParseUserMap(text))
    BRIG_CHECK(range.count > 0);
  for (const brig::identity::User& user : brig::identity::ParseUsers(text))
    BRIG_CHECK(!user.name.empty());
  return 0;
}
