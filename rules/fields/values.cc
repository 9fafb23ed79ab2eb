// SPDX-License-Identifier: Apache-2.0
#include "rules/fields/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace brig::rules {
namespace {

constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<Address> AddressOf(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1] = "";
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  std::ranges::copy(text, buffer);
  Address address;
  if (::inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address;
  if (::inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  if (std::equal(std::begin(kMapped), std::end(kMapped), address.bytes.begin())) {
    std::array<std::uint8_t, 16> bytes = {};
    std::copy_n(address.bytes.begin() + 12, 4, bytes.begin());
    address.bytes = bytes;
    return address;
  }
  address.v6 = true;
  return address;
}

bool Network::Holds(const Address& other) const {
  if (other.v6 != address.v6) return false;
  const unsigned whole = bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

std::optional<Network> NetworkOf(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = AddressOf(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, address->v6 ? 128U : 32U};
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits > network.bits)
    return std::nullopt;
  network.bits = bits;
  return network;
}

}  // namespace brig::rules
