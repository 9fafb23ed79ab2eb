// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) and Ed25519 (RFC 8032), by OpenSSL. Thread safe: no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace brig {

using Digest = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;
using PublicKey = std::array<std::byte, 32>;

// The hash of the parts one after the other.
Digest Sha256(std::initializer_list<ByteView> parts);

// The same of what comes in parts, such as a large file.
class Sha256Stream {
 public:
  Sha256Stream();
  void Add(ByteView part);
  // The hash of all parts; nothing may be added after it.
  [[nodiscard]] Digest Finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

// Holds a private key; wiped when it goes. Movable.
class SigningKey {
 public:
  [[nodiscard]] static Result<SigningKey> Generate();
  [[nodiscard]] static Result<SigningKey> FromSeed(ByteView seed32);
  [[nodiscard]] PublicKey public_key() const;
  [[nodiscard]] Bytes seed() const;
  [[nodiscard]] Signature Sign(ByteView message) const;

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

 private:
  struct Impl;
  explicit SigningKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] bool VerifySignature(const PublicKey& key, ByteView message, ByteView signature);

}  // namespace brig
