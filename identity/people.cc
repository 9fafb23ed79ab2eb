// SPDX-License-Identifier: Apache-2.0
#include "identity/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace brig::identity {
namespace {

// What an engine's client was told to do, as far as starts and joins are concerned.
enum class Verb { kNone, kRun, kExec, kMany, kHarmless };

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

bool IsClient(std::string_view program) {
  constexpr std::array<std::string_view, 6> kClients = {"docker", "podman", "nerdctl",
                                                        "ctr",    "crictl", "docker-compose"};
  return std::find(kClients.begin(), kClients.end(), BaseName(program)) != kClients.end();
}

Verb VerbOf(const std::vector<std::string>& arguments) {
  if (arguments.empty() || !IsClient(arguments[0])) return Verb::kNone;
  if (BaseName(arguments[0]) == "docker-compose") return Verb::kMany;
  constexpr std::array<std::string_view, 15> kHarmless = {
      "ps",   "logs",  "inspect", "images", "events", "stats",   "info",  "version",
      "pull", "build", "top",     "diff",   "login",  "history", "search"};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "run") return Verb::kRun;
    if (word == "exec") return Verb::kExec;
    if (word == "start" || word == "restart" || word == "compose" || word == "create" ||
        word == "stack" || word == "service" || word == "up")
      return Verb::kMany;
    if (std::find(kHarmless.begin(), kHarmless.end(), word) != kHarmless.end())
      return Verb::kHarmless;
  }
  return Verb::kNone;
}

bool EndsWith(const std::vector<std::string>& all, const std::vector<std::string>& tail) {
  return !tail.empty() && all.size() > tail.size() &&
         std::equal(tail.rbegin(), tail.rend(), all.rbegin());
}

bool NamesContainer(const std::vector<std::string>& arguments, const Act& act) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return std::any_of(act.names.begin(), act.names.end(), [&](const std::string& name) {
      if (name.empty() || argument.empty()) return false;
      if (argument == name || argument == "--name=" + name) return true;
      return argument.size() >= 4 && name.size() == 64 && name.starts_with(argument);
    });
  });
}

bool CanDo(Verb verb, const Act& act) {
  switch (verb) {
    case Verb::kRun: return !act.join;
    case Verb::kExec: return act.join;
    case Verb::kHarmless: return false;
    case Verb::kNone:
    case Verb::kMany: break;
  }
  return true;
}

// How well a caller's words fit the act; more is better.
int Score(const std::vector<std::string>& arguments, const Act& act) {
  int score = 0;
  if (NamesContainer(arguments, act)) score += 4;
  // Others may start the same image at the same time.
  if (!act.image.empty() && std::ranges::find(arguments, act.image) != arguments.end()) score += 1;
  if (EndsWith(arguments, act.arguments)) score += 2;
  if (VerbOf(arguments) != Verb::kNone) score += 1;
  return score;
}

std::string Joined(const std::vector<std::string>& words, std::size_t max_bytes) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
    if (text.size() > max_bytes) return text.substr(0, max_bytes) + "...";
  }
  return text;
}

bool DoorFits(HostObject door, std::string_view engine) {
  switch (door) {
    case HostObject::kDockerSocket: return engine.empty() || engine == "docker";
    case HostObject::kPodmanSocket: return engine != "docker";
    case HostObject::kContainerdSocket:
    case HostObject::kCrioSocket: return engine != "docker";
    default: return false;
  }
}

void AddOr(std::string& list, const std::string& item) {
  if (item.empty()) return;
  if (!list.empty()) list += " or ";
  list += item;
}

}  // namespace

bool IsEngineDaemon(std::string_view comm) {
  return comm.starts_with("containerd") || comm == "dockerd" || comm == "crio";
}

void People::SetUsers(const std::vector<User>& users) {
  users_.clear();
  for (const User& user : users) users_.try_emplace(user.uid, user.name);
}

std::string People::NameOfUser(std::uint32_t uid) const {
  const auto found = users_.find(uid);
  if (found != users_.end()) return found->second;
  return uid == 0 ? "root" : fmt::format("uid {}", uid);
}

Person People::LoginOf(const Actor& actor) const {
  Person person;
  if (actor.login_uid == kUnsetId) return person;
  person.basis = PersonBasis::kLogin;
  person.name = NameOfUser(actor.login_uid);
  person.login_uid = actor.login_uid;
  person.session = actor.session;
  return person;
}

void People::Connected(const Event& event) {
  const auto* details = std::get_if<ConnectDetails>(&event.details);
  if (!details || event.result < 0) return;
  const Actor& actor = event.actor;
  if (actor.process.container != 0 || actor.process.pid == warden_pid_ ||
      (warden_pid_ != 0 && actor.parent_pid == warden_pid_))
    return;
  // dockerd calls containerd for everybody: it is a go-between, not a person.
  if (details->door == HostObject::kContainerdSocket && IsEngineDaemon(actor.process.comm)) return;
  for (Caller& caller : callers_) {
    if (!caller.process.SameBirth(actor.process)) continue;
    caller.last_ns = std::max(caller.last_ns, event.boot_ns);
    caller.first_ns = std::min(caller.first_ns, event.boot_ns);
    return;
  }
  while (!callers_.empty() &&
         (callers_.size() >= kMaxCallers ||
          (callers_.front().ended_ns != 0 && callers_.front().ended_ns + kKeepNs < event.boot_ns)))
    callers_.pop_front();
  Caller caller;
  caller.process = actor.process;
  caller.door = details->door;
  caller.arguments = details->arguments;
  caller.first_ns = caller.last_ns = event.boot_ns;
  caller.person = LoginOf(actor);
  if (caller.person.basis == PersonBasis::kUnknown)
    caller.person.name = NameOfUser(actor.process.uid);
  caller.person.basis = PersonBasis::kCaller;
  caller.person.command = Joined(details->arguments, kMaxCommandBytes);
  if (caller.person.command.empty()) caller.person.command = actor.process.comm;
  callers_.push_back(std::move(caller));
}

void People::Ended(const ProcessRef& process, std::int64_t boot_ns) {
  if (process.container != 0) return;
  for (Caller& caller : callers_)
    if (caller.ended_ns == 0 && caller.process.SameBirth(process)) caller.ended_ns = boot_ns;
}

bool People::Fits(const Caller& caller, const Act& act) const {
  if (caller.spent || !DoorFits(caller.door, act.engine)) return false;
  if (caller.first_ns > act.boot_ns) return false;
  if (caller.ended_ns != 0 && caller.ended_ns + kLateNs < act.boot_ns) return false;
  const Verb verb = VerbOf(caller.arguments);
  if (!CanDo(verb, act)) return false;
  const bool recent = act.boot_ns - std::min(caller.last_ns, act.boot_ns) <= kWindowNs;
  // A pull may take long between the connection and the start: then the words must say so.
  return recent || verb == Verb::kRun || verb == Verb::kMany;
}

Person People::CallerOf(const Act& act, bool certain) {
  std::vector<Caller*> best;
  int best_score = -1;
  for (Caller& caller : callers_) {
    if (!Fits(caller, act)) continue;
    const int score = Score(caller.arguments, act);
    if (score > best_score) best.clear();
    if (score >= best_score) best.push_back(&caller);
    best_score = std::max(best_score, score);
  }
  if (best.empty()) return {};
  if (best.size() == 1) {
    const Verb verb = VerbOf(best[0]->arguments);
    best[0]->spent = certain && (verb == Verb::kRun || verb == Verb::kExec);
    return best[0]->person;
  }
  Person person;
  person.basis = PersonBasis::kAmbiguous;
  person.name.clear();
  std::vector<std::string> names;
  for (const Caller* caller : best) {
    if (std::find(names.begin(), names.end(), caller->person.name) == names.end())
      names.push_back(caller->person.name);
    if (person.command.size() < kMaxCommandBytes) AddOr(person.command, caller->person.command);
  }
  for (const std::string& name : names) {
    if (person.name.size() > kMaxCommandBytes) break;
    AddOr(person.name, name);
  }
  if (names.size() > 1) return person;
  // One person with several commands under way: the person is certain.
  const std::string command = person.command;
  person = best[0]->person;
  person.command = command;
  return person;
}

}  // namespace brig::identity
