// SPDX-License-Identifier: Apache-2.0
// Any text as a file of examples: an error with a place, or events that every field can be asked
// of.
#include "base/result.h"
#include "rules/fields/field.h"
#include "rules/rule_test_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brig::rules;
  Sources sources;
  const std::uint32_t file =
      sources.Add("f", std::string(reinterpret_cast<const char*>(data), size));
  const auto read = ReadRuleTests(sources, file);
  if (const auto* error = std::get_if<Remark>(&read)) {
    BRIG_CHECK(sources.Words(error->place).starts_with("f") && !error->text.empty());
    return 0;
  }
  Values values;
  for (const RuleTest& test : std::get<std::vector<RuleTest>>(read)) {
    const View view(test.event, test.subject);
    for (const Field& field : AllFields()) {
      values.Clear();
      Argument argument;
      argument.given = field.argument != ArgumentUse::kNone;
      argument.word = "flags";
      Extract(field, argument, view, values);
    }
  }
  return 0;
}
