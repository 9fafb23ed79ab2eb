// SPDX-License-Identifier: Apache-2.0
// The containers of this node, by the key that the kernel program gave each at its birth. Who one
// is, is believed only when a runtime's state names its first process by pid and start time, which
// nobody can take over (offers.h); a cgroup path or an engine's word alone is a claim, kept as a
// note. What nobody vouches for stays, unidentified, with the reason. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/docker_answer.h"
#include "identity/offers.h"
#include "model/event.h"
#include "model/facts.h"
#include "model/policy.h"
#include "model/subject.h"

namespace brig::identity {

// Containers that changed, and what the kernel programs should allow them now.
struct Changes {
  std::vector<Container> containers;
  std::vector<Allowance> allowances;
};

class Containers {
 public:
  static constexpr std::size_t kMaxContainers = 2048;  // the ended go first, then the oldest
  static constexpr std::size_t kMaxEnded = 256;
  static constexpr std::size_t kMaxMounts = 256;  // told of one container

  // The container's running process of that number, if the kernel told of it.
  using FindMember = std::function<std::optional<ProcessRef>(std::uint64_t key, std::uint32_t pid)>;

  // `host` are the namespaces that the containers are compared with.
  explicit Containers(const NamespaceSet& host, FindMember find_member = nullptr,
                      Policy policy = {})
      : host_(host), find_member_(std::move(find_member)), policy_(std::move(policy)) {}

  // kContainerStart, kContainerJoin or kContainerEnd of a container. True when something changed.
  bool Observe(const Event& event);
  // Reads the documents. They may come before the container's start does.
  Changes Apply(const Facts& facts);
  // What a start makes of facts that came before it.
  [[nodiscard]] std::optional<Allowance> AllowanceOf(std::uint64_t key) const;

  // Null for the host and for a container never heard of. Good until the next non-const call.
  [[nodiscard]] const Container* Find(std::uint64_t key) const;
  // Null for a container never heard of. Good until the next non-const call.
  [[nodiscard]] const Posture* PostureOf(std::uint64_t key) const;
  [[nodiscard]] const BirthDetails* BirthOf(std::uint64_t key) const;
  [[nodiscard]] std::int64_t BirthTimeOf(std::uint64_t key) const;  // since boot
  void SetStarter(std::uint64_t key, const Person& person);

  // By name, id or at least two digits of its beginning, image never; or by key (hexadecimal, as in
  // "unidentified-3f", or decimal). A running one before an ended one. kNotFound; kInvalid when it
  // fits several running ones.
  [[nodiscard]] Result<Container> Find(std::string_view name) const;
  // In the order of their keys; `all` also the ended ones.
  [[nodiscard]] std::vector<Container> List(bool all) const;
  [[nodiscard]] std::uint64_t running() const;
  [[nodiscard]] std::uint64_t ever() const { return ever_; }

 private:
  struct Entry {
    Container container;
    std::optional<BirthDetails> birth;  // absent: facts came first, or the start was lost
    std::int64_t birth_boot_ns = 0;
    Offers offers;
    std::optional<DockerContainer> docker;
    bool docker_denies = false;
    std::optional<DockerImage> image;
    std::vector<MountInfo> mounts;  // from mountinfo
    std::string cgroup;
    std::vector<std::string> troubles;
    bool complete = false;
    bool revisited = false;  // asked about again, once everybody had answered
    Allowance allowance;
    Posture posture;
  };
  Entry& At(std::uint64_t key);
  void MakeRoom();
  bool Start(const Event& event, const BirthDetails& birth);
  bool End(const Event& event);
  void Read(Entry& entry, const Document& document, const Facts& facts);
  [[nodiscard]] static Result<> ReadDocker(Entry& entry, const Document& document);
  void Settle(Entry& entry) const;
  [[nodiscard]] Offers::NamesIt NamesFirstProcessOf(const Entry& entry) const;
  void Name(Entry& entry, const Offers::Offer& offer) const;
  void AddGhosts(Entry& entry, const Offers::Offer& offer) const;
  [[nodiscard]] bool Runs(std::string_view id) const;
  [[nodiscard]] std::string WhyUnidentified(const Entry& entry) const;

  NamespaceSet host_;
  FindMember find_member_;
  Policy policy_;
  std::map<std::uint64_t, Entry> entries_;
  std::deque<std::uint64_t> ended_;
  std::uint64_t ever_ = 0;
};

}  // namespace brig::identity
