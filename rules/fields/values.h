// SPDX-License-Identifier: Apache-2.0
// What a field has for one event: nothing, a value, or several. Texts are borrowed from the event,
// or built in here; memory is kept for the next event. Not thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brig::rules {

// An IPv4 address has its bytes in front.
struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes = {};
  friend bool operator==(const Address&, const Address&) = default;
};
// "10.0.0.1", "::1"; an IPv6 address that carries an IPv4 one is the IPv4 one.
std::optional<Address> AddressOf(std::string_view text);

struct Network {
  Address address;
  unsigned bits = 0;
  [[nodiscard]] bool Holds(const Address& other) const;
};
// "10.0.0.0/8"; an address alone is a network of one.
std::optional<Network> NetworkOf(std::string_view text);

struct Cell {
  std::string_view text;    // of text and bytes fields
  std::int64_t number = 0;  // of numbers; 0 and 1 of yes-or-no fields
  Address address;
};

class Values {
 public:
  void Clear() {
    cells_.clear();
    built_ = 0;
  }
  // Must outlive the values.
  void Add(std::string_view text) { cells_.push_back({text, 0, {}}); }
  void AddNumber(std::int64_t number) { cells_.push_back({{}, number, {}}); }
  void AddAddress(const Address& address) { cells_.push_back({{}, 0, address}); }
  // An empty text to build in; good until Clear. AddBuilt makes it a value.
  std::string& Build() {
    if (built_ == texts_.size()) texts_.emplace_back();
    texts_[built_].clear();
    return texts_[built_++];
  }
  void AddBuilt(const std::string& text) { Add(text); }

  [[nodiscard]] bool empty() const { return cells_.empty(); }
  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }

 private:
  std::vector<Cell> cells_;
  std::deque<std::string> texts_;  // a deque: texts stay where they are
  std::size_t built_ = 0;
};

}  // namespace brig::rules
