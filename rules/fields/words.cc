// SPDX-License-Identifier: Apache-2.0
// Numbers of the kernel in the words that rules know.
#include <fcntl.h>
#include <fmt/format.h>

#include <cstring>
#include <iterator>

#include "model/names.h"
#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr FlagName kOpenFlags[] = {
    {O_TRUNC, "O_TRUNC"},     {O_APPEND, "O_APPEND"},       {O_CREAT, "O_CREAT"},
    {O_EXCL, "O_EXCL"},       {O_NONBLOCK, "O_NONBLOCK"},   {O_DSYNC, "O_DSYNC"},
    {040000, "O_DIRECT"},     {O_DIRECTORY, "O_DIRECTORY"}, {O_CLOEXEC, "O_CLOEXEC"},
    {0100000, "O_LARGEFILE"}, {04000000, "O_SYNC"},         {020000000, "O_TMPFILE"},
    {010000000, "O_PATH"},    {01000000, "O_NOATIME"},      {O_NOFOLLOW, "O_NOFOLLOW"}};

}  // namespace

void JoinFlags(std::uint64_t flags, std::span<const FlagName> names, std::string& out) {
  for (const FlagName& flag : names) {
    if ((flags & flag.value) != flag.value) continue;
    if (!out.empty()) out += '|';
    out += flag.name;
  }
}

std::string_view NameOfNumber(std::uint64_t number, std::span<const FlagName> names) {
  for (const FlagName& name : names)
    if (name.value == number) return name.name;
  return {};
}

void OpenFlags(std::uint64_t flags, std::string& out) {
  switch (flags & O_ACCMODE) {
    case O_WRONLY: out += "O_WRONLY"; break;
    case O_RDWR: out += "O_RDWR"; break;
    default: out += "O_RDONLY"; break;
  }
  JoinFlags(flags, kOpenFlags, out);
}

void CapabilityWords(std::uint64_t capabilities, std::string& out) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((capabilities >> bit & 1) == 0) continue;
    const std::string_view name = CapabilityName(bit);
    if (name.empty()) continue;
    if (!out.empty()) out += ' ';
    out += "CAP_";
    out += name;
  }
}

std::string_view ResultWord(std::int64_t result) {
  if (result >= 0) return "SUCCESS";
  const char* const name = result < -4095 ? nullptr : ::strerrorname_np(static_cast<int>(-result));
  return name == nullptr ? std::string_view("UNKNOWN") : std::string_view(name);
}

bool HasResult(const View& view) {
  const Event& event = view.event();
  if (event.attempt) return false;
  switch (event.operation) {
    case Operation::kExit:
    case Operation::kContainerStart:
    case Operation::kContainerJoin:
    case Operation::kContainerEnd: return false;
    default: return true;
  }
}

}  // namespace brig::rules
