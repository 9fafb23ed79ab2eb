// SPDX-License-Identifier: Apache-2.0
// The text that a rule tells when it fires: words and fields, as in "%proc.name ran %proc.cmdline".
// `%%` is a percent sign, `%container.info` says nothing (the container is told beside it), a field
// that has no value is <NA>. Thread safe (no state).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "rules/language/rule_set.h"
#include "rules/match/condition.h"

namespace brig::rules {

inline constexpr std::size_t kMaxOutputFields = 256;

struct Output {
  struct Part {
    std::string text;  // when there is no field
    OperandRef operand;
  };
  std::vector<Part> parts;

  // At most kMaxOutputBytes; what is longer is cut with "...". Control characters are escaped.
  static constexpr std::size_t kMaxOutputBytes = 4096;
  [[nodiscard]] std::string Format(const View& view) const;
};

[[nodiscard]] std::variant<Output, Remark> ParseOutput(const Sources& sources,
                                                       const std::vector<Phrase>& text);

}  // namespace brig::rules
