// SPDX-License-Identifier: Apache-2.0
#include "agent/births.h"

#include <unistd.h>

#include <algorithm>

#include "agent/messages.h"
#include "base/file.h"
#include "base/log.h"

namespace brig::agent {
namespace {

// What tells who the container is, is in its facts; a birth need not hold a long command line.
void Shorten(Event& event) {
  auto* birth = std::get_if<BirthDetails>(&event.details);
  if (birth == nullptr) return;
  birth->found_running = true;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < birth->arguments.size(); ++i) {
    bytes += birth->arguments[i].size();
    if (bytes > Births::kMaxArgumentBytes) return birth->arguments.resize(i);
  }
}

}  // namespace

Births::Births(int fd) : fd_(fd) {
  if (fd_ >= 0) Load();
}

void Births::Load() {
  if (::lseek(fd_, 0, SEEK_SET) != 0) return;
  const auto content = ReadFd(fd_, kMaxFileBytes);
  if (!content) return LogError("read remembered births: {}", content.error().message);
  ByteReader in(AsBytes(*content));
  while (in.left() > 0) {
    std::string encoded = in.Text();
    const auto event = DecodeBody<Event>(AsBytes(encoded));
    // The last one may be half written, by a reader that died over it.
    if (in.failed() || !event) break;
    Insert(*event, std::move(encoded));
  }
  Rewrite();
}

void Births::Insert(const Event& event, std::string encoded) {
  const std::uint64_t key = event.actor.process.container;
  births_[key] = {key, event.actor.process, std::move(encoded)};
}

void Births::Add(Event event) {
  Shorten(event);
  std::string encoded = EncodeBody(event);
  Write(encoded);
  Insert(event, std::move(encoded));
}

void Births::Write(const std::string& encoded) {
  if (fd_ < 0) return;
  ByteWriter out;
  out.Text(encoded);
  if (file_bytes_ + out.size() > kMaxFileBytes) return;
  if (!WriteAll(fd_, out.bytes())) return LogError("remember a birth: no memory");
  file_bytes_ += out.size();
}

void Births::Rewrite() {
  if (fd_ < 0 || ::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) return;
  file_bytes_ = 0;
  for (const auto& [key, birth] : births_) Write(birth.event);
}

std::vector<std::uint64_t> Births::Retain(const std::vector<std::uint64_t>& living) {
  std::vector<std::uint64_t> ended;
  for (const auto& [key, birth] : births_)
    if (std::ranges::find(living, key) == living.end()) ended.push_back(key);
  for (const std::uint64_t key : ended) births_.erase(key);
  if (!ended.empty() && file_bytes_ > kMaxFileBytes / 4) Rewrite();
  return ended;
}

}  // namespace brig::agent
