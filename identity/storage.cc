// SPDX-License-Identifier: Apache-2.0
#include "identity/storage.h"

#include <fmt/format.h>

#include "identity/json.h"

namespace brig::identity {
namespace {

StoredContainer ReadStored(const JsonView& item) {
  StoredContainer stored;
  item["names"].ForEach([&](const JsonView& name) {
    if (stored.name.empty()) stored.name = name.Text();
  });
  stored.image_id = item["image"].Text();
  JsonDocument document;
  const auto metadata = document.Parse(item["metadata"].Text());
  if (!metadata) return stored;
  stored.image = (*metadata)["image-name"].Text();
  stored.of_crio = (*metadata)["pod-name"].present();
  return stored;
}

}  // namespace

Result<std::optional<StoredContainer>> FindStored(std::string_view json, std::string_view id) {
  JsonDocument document;
  BRIG_ASSIGN(const JsonView root, document.Parse(json));
  std::optional<StoredContainer> found;
  root.ForEach([&](const JsonView& item) {
    if (!found && !id.empty() && item["id"].Text() == id) found = ReadStored(item);
  });
  return found;
}

std::string StorageOf(std::string_view bundle, std::string_view id) {
  const std::string end = fmt::format("/{}/userdata", id);
  if (id.empty() || !bundle.ends_with(end)) return "";
  bundle.remove_suffix(end.size());
  return bundle.ends_with("-containers") ? std::string(bundle) : "";
}

}  // namespace brig::identity
