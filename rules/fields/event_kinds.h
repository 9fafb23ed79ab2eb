// SPDX-License-Identifier: Apache-2.0
// The kinds of events that rules tell apart, and the names that Falco has for them. brig sees an
// operation by the object that the kernel worked on, not by the call that asked for it: where
// several calls do the same, the event has all their names, and a rule that asks for any of them
// sees it. Thread safe (constants).
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/event.h"

namespace brig::rules {

// An operation, or a variant of one that its details tell apart.
using EventKind = std::uint8_t;
inline constexpr EventKind kKindCreat = kOperationCount;  // an open with creat's own flags
inline constexpr EventKind kKindSetReUid = kOperationCount + 1;
inline constexpr EventKind kKindSetResUid = kOperationCount + 2;
inline constexpr EventKind kKindSetReGid = kOperationCount + 3;
inline constexpr EventKind kKindSetResGid = kOperationCount + 4;
inline constexpr std::size_t kKindCount = kOperationCount + 5;
using KindSet = std::bitset<kKindCount>;

constexpr EventKind KindOf(Operation operation) { return static_cast<EventKind>(operation); }
EventKind KindOf(const Event& event);
// What the kind is a variant of, or itself.
Operation OperationOf(EventKind kind);

// The first is the one to show. Empty for what is no event to rules (losses).
std::span<const std::string_view> NamesOf(EventKind kind);
// "file", "net", "process" ...: Falco's evt.category.
std::string_view CategoryOf(EventKind kind);

// Whether brig ever sends an event of that name, and whether it is a name at all: a system call of
// Linux or another event of Falco's.
bool IsSent(std::string_view name);
bool IsEventName(std::string_view name);
// All names that are sent, sorted.
std::span<const std::string_view> SentNames();

}  // namespace brig::rules
