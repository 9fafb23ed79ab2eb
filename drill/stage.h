// SPDX-License-Identifier: Apache-2.0
// What stands ready on the host's side of one run: canaries with secrets that are new each time.
// Everything ends and goes with the object. Not thread safe.
//
// Words of a technique's stage, and the {names} they give:
//
//   file=DIRECTORY@INSIDE   a canary file; {file} is INSIDE and its name, {dir} INSIDE, {base} the
//   name. DIRECTORY
//                           "place" is the drill's own. INSIDE may have the names of words before
//                           it
//   victim                  a process of the host: {victim} its pid, {address} of a secret in its
//                           memory; its descriptor 3 is open on another secret
//   group                   puts the victim into a cgroup of its own: {group}
//   serve=KIND:WHERE        a service, see drill/attacks/serve.c: {socket}. WHERE "abstract" or
//                           "door" or a port
//   neighbour=memory|queue|posix|key   another container has made it: {id}
//   uts                     a process with its own name of the host, a secret: {victim}
//   loop                    a disk with a secret in its first block: {major} {minor}
//   handle                  {handle} of the canary file, {dir_handle} of its directory
//   needs=PATH              nothing is put up: without that path on the host the run is skipped
//   log                     a line in the kernel's log that begins with {word}
//
// Always there are {place}, {run} (the run's own directory), {volume} (its path on the host) and
// {groups} (where the cgroups are). For a twin the same words give
// objects of the container's own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drill/child.h"
#include "drill/container.h"
#include "drill/place.h"
#include "drill/technique.h"
#include "drill/words.h"

namespace brig::drill {

class Stage {
 public:
  // `directory` is the run's own, with a directory "volume" in it. kUnsupported when this host
  // lacks something: the run is skipped with that reason.
  [[nodiscard]] static Result<std::unique_ptr<Stage>> Put(Place& place,
                                                          const std::string& directory,
                                                          const Technique& technique, bool twin);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  [[nodiscard]] const Names& names() const { return names_; }
  // Words that go before the twin's act: a victim of its own.
  [[nodiscard]] const std::string& before_act() const { return before_act_; }

  [[nodiscard]] bool HasSecret(const std::string& output) const;
  [[nodiscard]] bool FileChanged() const;
  [[nodiscard]] bool VictimChanged();
  [[nodiscard]] bool Served() const;
  [[nodiscard]] bool SettingChanged() const;
  // The setting of the host back to what it was.
  void Restore() const;

 private:
  Stage(Place& place, std::string directory, bool twin)
      : place_(place), directory_(std::move(directory)), twin_(twin) {}
  [[nodiscard]] Result<> PutWord(const std::string& key, const std::string& value);
  [[nodiscard]] Result<> PutFile(const std::string& value);
  [[nodiscard]] Result<> PutVictim();
  [[nodiscard]] Result<> PutGroup();
  [[nodiscard]] Result<> PutServer(const std::string& value);
  [[nodiscard]] Result<> PutNeighbour(const std::string& kind);
  [[nodiscard]] Result<> PutHostname();
  [[nodiscard]] Result<> PutDisk();
  [[nodiscard]] Result<> PutHandle();
  [[nodiscard]] Result<> PutLogLine();
  [[nodiscard]] Result<> WriteSecretFile(const std::string& path);
  [[nodiscard]] Result<Child*> StartHelper(const std::vector<std::string>& words, int keep = -1);
  [[nodiscard]] std::string VictimState();

  Place& place_;
  std::string directory_;
  bool twin_;
  Names names_;
  std::string before_act_;
  std::vector<std::string> secrets_;
  std::vector<std::unique_ptr<Child>> helpers_;
  std::unique_ptr<Container> neighbour_;
  Child* server_ = nullptr;
  Child* victim_ = nullptr;
  std::string canary_, canary_state_, victim_state_, group_;
  std::string setting_, setting_state_;
  UniqueFd disk_;
};

}  // namespace brig::drill
