// SPDX-License-Identifier: Apache-2.0
// Arbitrary bytes as a stream of frames, and each frame's body as every body there is.
#include "agent/frame.h"

namespace brig::agent {
namespace {

template <class... Body>
void DecodeAll(ByteView bytes) {
  ((void)DecodeBody<Body>(bytes), ...);
}

}  // namespace
}  // namespace brig::agent

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brig;
  using namespace brig::agent;
  FrameReader reader;
  reader.Feed(std::as_bytes(std::span(data, size)));
  for (;;) {
    const auto frame = reader.Next();
    if (!frame || !*frame) return 0;
    DecodeAll<Setup, Ready, Loaded, Processes, NumberedNotice, Resume, Resumed, Append, Kept, Sign,
              Signed, Query, Answer, Live, Facts, Allowance, Event>((*frame)->body);
    for (std::uint8_t self = 0; self < kRoleCount; ++self)
      (void)Accepts(static_cast<Role>(self), Role::kEngine, (*frame)->message, State::kRunning);
  }
}
