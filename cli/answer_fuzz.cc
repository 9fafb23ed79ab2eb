// SPDX-License-Identifier: Apache-2.0
// What comes over the socket: lines in any pieces, frames, every noun, and the screen drawn from
// them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "cli/client.h"
#include "cli/live_view.h"
#include "cli/record_line.h"

namespace {

void Draw(brig::cli::LiveModel& model) {
  brig::cli::Frame frame(12, 60);
  brig::cli::DrawLive(model, {0}, true, frame);
  for (std::size_t row = 0; row < frame.rows(); ++row) {
    const std::string text = frame.Text(row);
    BRIG_CHECK(brig::cli::DisplayWidth(text) <= frame.columns());
    for (const char c : text) BRIG_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brig::cli;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  LineBuffer lines;
  const std::size_t half = size / 2;
  lines.Add(input.substr(0, half));
  lines.Add(input.substr(half));
  lines.Add("\n");
  LiveModel model;
  bool any = false;  // drawing is slow: only when there is something new to draw
  for (;;) {
    auto line = lines.Next();
    if (!line || !*line) break;
    [[maybe_unused]] const auto answer = ReadAnswer(**line);
    if (auto status = ReadStatus(**line)) {
      model.SetStatus(*std::move(status));
      any = true;
    }
    if (auto row = ReadContainer(**line)) model.SetContainers({*std::move(row)});
    [[maybe_unused]] const auto process = ReadProcess(**line);
    if (auto record = ReadRecord(**line)) {
      [[maybe_unused]] const auto text = LineOf(*record, ContainerNames(), 80, false);
      model.Apply(*std::move(record));
      any = true;
    }
  }
  if (!any) return 0;
  Draw(model);
  model.Press(Key::kEnter);
  Draw(model);
  return 0;
}
