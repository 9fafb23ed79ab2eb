// SPDX-License-Identifier: Apache-2.0
// The tables that AllFields puts together, a file for each class of fields, and what their
// extractors share. Thread safe (constants).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rules/fields/field.h"

namespace brig::rules {

std::span<const Field> EventFields();
std::span<const Field> ProcessFields();
std::span<const Field> FileFields();
std::span<const Field> ContainerFields();
std::span<const Field> UserFields();
std::span<const Field> BrigFields();
std::span<const Field> UnsupportedFields();

// A bit's or number's name.
struct FlagName {
  std::uint64_t value;
  std::string_view name;
};

// "O_TRUNC|O_CREAT": the names of the bits that are set, in the order of the table.
void JoinFlags(std::uint64_t flags, std::span<const FlagName> names, std::string& out);
// "" for one that has no name.
std::string_view NameOfNumber(std::uint64_t number, std::span<const FlagName> names);
// "O_WRONLY|O_CREAT".
void OpenFlags(std::uint64_t flags, std::string& out);
// "CAP_CHOWN CAP_SYS_ADMIN".
void CapabilityWords(std::uint64_t capabilities, std::string& out);
// "ENOENT" for -2; "SUCCESS" from 0 on.
std::string_view ResultWord(std::int64_t result);
// The kernel has answered: what was only asked for, or refused by the guard, has no result of its
// own or the refusal's.
bool HasResult(const View& view);

// What evt.arg.NAME is; false when the event has no such argument. `as_number` where it is one.
bool EventArgument(const View& view, std::string_view name, Values& out, bool as_number);
// Whether some event of brig's has that argument, and all that some have.
bool FillsArgument(std::string_view name);
std::span<const std::string_view> FilledArguments();
// Whether Falco's events have an argument of that name at all.
bool IsArgumentName(std::string_view name);

}  // namespace brig::rules
