// SPDX-License-Identifier: Apache-2.0
#include "identity/proc_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace brig::identity {
namespace {

constexpr std::size_t kIdDigits = 64;

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Takes everything up to `mark` from the front of `text`, and the mark.
std::string_view Take(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

template <class F>
void ForEachLine(std::string_view text, F each) {
  for (std::size_t count = 0; !text.empty() && count < kMaxLines; ++count) each(Take(text, '\n'));
}

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Three octal digits after a backslash stand for a byte.
std::string Unescaped(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(
        ((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')) & 0xff);
    i += 3;
  }
  return plain;
}

bool HasOption(std::string_view options, std::string_view wanted) {
  while (!options.empty())
    if (Take(options, ',') == wanted) return true;
  return false;
}

}  // namespace

std::string ParseCgroup(std::string_view text) {
  std::string_view unified, systemd, first;
  ForEachLine(text, [&](std::string_view line) {
    const std::string_view number = Take(line, ':');
    const std::string_view controllers = Take(line, ':');
    if (!Number(number) || !line.starts_with('/')) return;
    if (number == "0" && controllers.empty()) unified = line;
    if (controllers == "name=systemd") systemd = line;
    if (first.empty()) first = line;
  });
  if (unified.size() > 1) return std::string(unified);
  if (systemd.size() > 1) return std::string(systemd);
  return std::string(first.empty() ? unified : first);
}

std::string IdInCgroup(std::string_view path) {
  std::size_t run = 0;
  for (std::size_t i = path.size(); i-- > 0;) {
    run = IsHex(path[i]) ? run + 1 : 0;
    if (run == kIdDigits && (i == 0 || !IsHex(path[i - 1])))
      return std::string(path.substr(i, kIdDigits));
  }
  return {};
}

std::vector<MountInfo> ParseMountInfo(std::string_view text) {
  std::vector<MountInfo> mounts;
  ForEachLine(text, [&](std::string_view line) {
    Take(line, ' ');  // its id
    Take(line, ' ');  // its parent's
    const std::string_view device = Take(line, ' ');
    const std::string_view root = Take(line, ' ');
    const std::string_view target = Take(line, ' ');
    const std::string_view options = Take(line, ' ');
    while (!line.empty() && Take(line, ' ') != "-") continue;
    const std::string_view type = Take(line, ' ');
    const std::string_view source = Take(line, ' ');
    if (type.empty() || !target.starts_with('/')) return;
    const bool on_disk = !device.starts_with("0:");
    mounts.push_back({.source = Unescaped(on_disk ? root : source),
                      .destination = Unescaped(target),
                      .filesystem = std::string(type),
                      .writable = !HasOption(options, "ro")});
  });
  return mounts;
}

std::vector<UserRange> ParseUserMap(std::string_view text) {
  std::vector<UserRange> map;
  ForEachLine(text, [&](std::string_view line) {
    std::optional<std::uint32_t> numbers[3];
    for (auto& number : numbers) {
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      number = Number(Take(line, ' '));
    }
    if (numbers[0] && numbers[1] && numbers[2] && *numbers[2] > 0)
      map.push_back({.first = *numbers[1], .count = *numbers[2]});
  });
  return map;
}

bool HasUser(const std::vector<UserRange>& map, std::uint32_t uid) {
  return std::ranges::any_of(map, [&](const UserRange& range) {
    return uid >= range.first && uid - range.first < range.count;
  });
}

std::vector<User> ParseUsers(std::string_view text) {
  std::vector<User> users;
  ForEachLine(text, [&](std::string_view line) {
    const std::string_view name = Take(line, ':');
    Take(line, ':');
    const auto uid = Number(Take(line, ':'));
    if (uid && !name.empty() && !name.starts_with('#')) users.push_back({*uid, std::string(name)});
  });
  return users;
}

}  // namespace brig::identity
