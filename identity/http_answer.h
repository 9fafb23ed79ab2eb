// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 answer as an engine's socket gave it: status line, headers, body (chunked, counted,
// or up to the end). The parsing is Boost.Beast's. Thread safe (no state).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace brig::identity {

struct HttpAnswer {
  static constexpr std::size_t kMaxBody = 1 << 20;
  unsigned status = 0;
  std::string body;
};

// kInvalid for anything that is not one whole answer.
[[nodiscard]] Result<HttpAnswer> ParseHttpAnswer(std::string_view bytes);

}  // namespace brig::identity
