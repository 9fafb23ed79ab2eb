// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <openssl/evp.h>

namespace brig {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using MdPtr = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* Raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Digest Sha256(std::initializer_list<ByteView> parts) {
  // One context per thread and one algorithm for good: creating the one and, in OpenSSL 3, looking
  // up the other costs more than hashing a short record.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const MdPtr context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  BRIG_CHECK(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  for (const ByteView part : parts)
    BRIG_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Digest digest;
  BRIG_CHECK(EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                nullptr) == 1);
  return digest;
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  BRIG_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256Stream::Add(ByteView part) {
  BRIG_CHECK(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
}

Digest Sha256Stream::Finish() {
  Digest digest;
  BRIG_CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                nullptr) == 1);
  return digest;
}

struct SigningKey::Impl {
  KeyPtr key{nullptr, EVP_PKEY_free};
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::Generate() {
  auto impl = std::make_unique<Impl>();
  impl->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!impl->key) return Fail(ErrorCode::kInternal, "generate an Ed25519 key");
  return SigningKey(std::move(impl));
}

Result<SigningKey> SigningKey::FromSeed(ByteView seed32) {
  auto impl = std::make_unique<Impl>();
  impl->key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Raw(seed32), seed32.size()));
  if (!impl->key) return Fail(ErrorCode::kInvalid, "an Ed25519 seed has 32 bytes");
  return SigningKey(std::move(impl));
}

PublicKey SigningKey::public_key() const {
  PublicKey key;
  std::size_t size = key.size();
  BRIG_CHECK(EVP_PKEY_get_raw_public_key(impl_->key.get(),
                                         reinterpret_cast<unsigned char*>(key.data()), &size) == 1);
  return key;
}

Bytes SigningKey::seed() const {
  Bytes seed(32);
  std::size_t size = seed.size();
  BRIG_CHECK(EVP_PKEY_get_raw_private_key(
                 impl_->key.get(), reinterpret_cast<unsigned char*>(seed.data()), &size) == 1);
  return seed;
}

Signature SigningKey::Sign(ByteView message) const {
  const MdPtr context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  Signature signature;
  std::size_t size = signature.size();
  BRIG_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1);
  BRIG_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                            &size, Raw(message), message.size()) == 1);
  return signature;
}

bool VerifySignature(const PublicKey& key, ByteView message, ByteView signature) {
  const KeyPtr handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Raw(key), key.size()),
                      EVP_PKEY_free);
  const MdPtr context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return handle &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         EVP_DigestVerify(context.get(), Raw(signature), signature.size(), Raw(message),
                          message.size()) == 1;
}

}  // namespace brig
