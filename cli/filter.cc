// SPDX-License-Identifier: Apache-2.0
#include "cli/filter.h"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <charconv>

#include "cli/time_point.h"

namespace brig::cli {
namespace {

template <class T>
bool Contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool MeansContainer(const std::string& wanted, const std::string& name, const std::string& id,
                    std::uint64_t key) {
  constexpr std::size_t kIdMin = 4;
  if (wanted.empty()) return false;
  return wanted == name || (wanted.size() >= kIdMin && id.starts_with(wanted)) ||
         wanted == std::to_string(key) || wanted == fmt::format("unidentified-{:x}", key) ||
         (wanted == "host" && key == 0);
}

std::optional<std::uint32_t> UidOf(const std::string& person) {
  std::uint32_t uid = 0;
  const char* const end = person.data() + person.size();
  const auto [stop, wrong] = std::from_chars(person.data(), end, uid);
  if (wrong == std::errc() && stop == end) return uid;
  const passwd* const user = ::getpwnam(person.c_str());
  if (user == nullptr) return std::nullopt;
  return user->pw_uid;
}

struct PathCollector {
  std::vector<std::string> paths;
  void operator()(const ExecDetails& d) {
    paths = {d.path, fmt::format("{}", fmt::join(d.arguments, " "))};
  }
  void operator()(const FileDetails& d) { paths = {d.path}; }
  void operator()(const MountDetails& d) { paths = {d.source, d.target}; }
  void operator()(const ConnectDetails& d) { paths = {d.address}; }
  void operator()(const KernelDetails& d) { paths = {d.text}; }
  void operator()(const BirthDetails& d) { paths = {d.path}; }
  void operator()(const auto&) {}
};

Result<std::optional<std::int64_t>> TimeFlag(std::string_view flag, const std::string& text,
                                             std::int64_t now) {
  if (text.empty()) return std::nullopt;
  auto time = ParseTime(text, now);
  if (!time) return Within(flag, std::move(time).error());
  return *time;
}

}  // namespace

void FilterFlags::Declare(Flags& flags, bool findings_only) {
  flags.Option({.name = "--container",
                .value_name = "NAME",
                .help = "of this container: name, start of the id, key, or host",
                .hint = Hint::kContainer,
                .target = &containers});
  flags.Option({.name = "--operation",
                .value_name = "NAME",
                .help = "of this operation, such as exec or mount",
                .choices = OperationNames(),
                .target = &operations});
  flags.Option({.name = "--invariant",
                .value_name = "NAME",
                .help = "that concern this invariant",
                .choices = InvariantNames(),
                .target = &invariants});
  if (findings_only)
    flags.Option({.name = "--severity",
                  .value_name = "LEVEL",
                  .help = "at least this severe",
                  .choices = SeverityNames(),
                  .target = &severity});
  flags.Option({.name = "--since",
                .value_name = "TIME",
                .help = "not before: 10m, 2h, 7d, 19:30, 2026-11-23T19:30 (UTC)",
                .target = &since});
  flags.Option({.name = "--until", .value_name = "TIME", .help = "before", .target = &until});
  flags.Option({.name = "--person",
                .value_name = "NAME",
                .help = "behind which this person is: name or login uid",
                .target = &person});
  flags.Option({.name = "--path",
                .value_name = "TEXT",
                .help = "that speak of a path, program or address with this in it",
                .target = &path});
}

void ContainerNames::Learn(const Record& record) {
  const auto learn = [this](const Container& c) {
    if (c.key != 0 && (names_.size() < kMaxContainers || names_.contains(c.key)))
      names_[c.key] = {c.id, c.name, c.DisplayName(), c.started_by};
  };
  if (const auto* container = std::get_if<Container>(&record)) learn(*container);
  if (const auto* finding = std::get_if<Finding>(&record)) learn(finding->subject.container);
}

std::string ContainerNames::NameOf(std::uint64_t key) const {
  const auto found = names_.find(key);
  if (found != names_.end()) return found->second.display;
  Container unknown;
  unknown.key = key;
  return unknown.DisplayName();
}

bool ContainerNames::Means(const std::string& wanted, std::uint64_t key) const {
  const auto found = names_.find(key);
  if (found == names_.end()) return MeansContainer(wanted, "", "", key);
  return MeansContainer(wanted, found->second.name, found->second.id, key);
}

Person ContainerNames::StarterOf(std::uint64_t key) const {
  const auto found = names_.find(key);
  return found == names_.end() ? Person() : found->second.starter;
}

Result<Filter> Filter::From(const FilterFlags& flags, std::int64_t now_wall_ns) {
  Filter filter;
  BRIG_ASSIGN(filter.since_ns_, TimeFlag("--since", flags.since, now_wall_ns));
  BRIG_ASSIGN(filter.until_ns_, TimeFlag("--until", flags.until, now_wall_ns));
  if (filter.since_ns_ && filter.until_ns_ && *filter.since_ns_ >= *filter.until_ns_)
    return Fail(ErrorCode::kInvalid, "--until is not after --since: nothing can match");
  filter.person_ = flags.person;
  if (!flags.person.empty()) filter.person_uid_ = UidOf(flags.person);
  filter.path_ = flags.path;
  filter.containers_ = flags.containers;
  for (const std::string& name : flags.operations) {
    const auto operation = OperationOf(name);
    if (!operation) return Fail(ErrorCode::kInvalid, fmt::format("no operation `{}`", name));
    filter.operations_.push_back(*operation);
  }
  for (const std::string& name : flags.invariants) {
    const auto invariant = InvariantOf(name);
    if (!invariant) return Fail(ErrorCode::kInvalid, fmt::format("no invariant `{}`", name));
    filter.invariants_.push_back(*invariant);
  }
  if (!flags.severity.empty()) {
    filter.severity_ = SeverityOf(flags.severity);
    if (!filter.severity_)
      return Fail(ErrorCode::kInvalid, fmt::format("no severity `{}`", flags.severity));
  }
  return filter;
}

bool Filter::IsPerson(const Person& person) const {
  if (person_ == person.name) return true;
  if (person_uid_ && person.login_uid == *person_uid_) return true;
  // "alice or bob": the answer when several might have been it.
  return person.basis == PersonBasis::kAmbiguous && person.name.find(person_) != std::string::npos;
}

bool Filter::InTime(std::int64_t wall_ns) const {
  return (!since_ns_ || wall_ns >= *since_ns_) && (!until_ns_ || wall_ns < *until_ns_);
}

bool Filter::WantsEvent(const Event& event, const ContainerNames& names) const {
  if (!operations_.empty() && !Contains(operations_, event.operation)) return false;
  if (!invariants_.empty() && !Contains(invariants_, event.invariant)) return false;
  const std::uint64_t key = event.actor.process.container;
  if (!containers_.empty() &&
      std::none_of(containers_.begin(), containers_.end(),
                   [&](const std::string& wanted) { return names.Means(wanted, key); }))
    return false;
  // An event knows the login alone; who else stands behind it is known of its container.
  if (!person_.empty() && (!person_uid_ || event.actor.login_uid != *person_uid_) &&
      !IsPerson(names.StarterOf(key)))
    return false;
  if (path_.empty()) return true;
  const auto paths = PathsOf(event);
  return std::any_of(paths.begin(), paths.end(), [this](const std::string& path) {
    return path.find(path_) != std::string::npos;
  });
}

bool Filter::WantsFinding(const Finding& finding) const {
  if (!operations_.empty() && !Contains(operations_, finding.operation)) return false;
  if (!invariants_.empty() && !Contains(invariants_, finding.invariant)) return false;
  if (severity_ && finding.severity < *severity_) return false;
  const Container& c = finding.subject.container;
  if (!containers_.empty() &&
      std::none_of(containers_.begin(), containers_.end(), [&](const std::string& wanted) {
        return MeansContainer(wanted, c.name, c.id, c.key);
      }))
    return false;
  if (!person_.empty() && !IsPerson(finding.subject.person) && !IsPerson(c.started_by))
    return false;
  return path_.empty() || finding.object.find(path_) != std::string::npos ||
         finding.sentence.find(path_) != std::string::npos;
}

bool Filter::WantsContainer(const Container& container) const {
  if (AsksForOperation() || severity_) return false;
  if (!containers_.empty() &&
      std::none_of(containers_.begin(), containers_.end(), [&](const std::string& wanted) {
        return MeansContainer(wanted, container.name, container.id, container.key);
      }))
    return false;
  if (!person_.empty() && !IsPerson(container.started_by)) return false;
  return path_.empty() || container.image.find(path_) != std::string::npos;
}

bool Filter::Wants(const Record& record, const ContainerNames& names) const {
  if (!InTime(WallTimeOf(record))) return false;
  if (const auto* event = std::get_if<Event>(&record)) return WantsEvent(*event, names);
  if (const auto* finding = std::get_if<Finding>(&record)) return WantsFinding(*finding);
  if (const auto* container = std::get_if<Container>(&record)) return WantsContainer(*container);
  // Notices and repeats are about no container or person.
  return !AsksForOperation() && !severity_ && containers_.empty() && person_.empty() &&
         path_.empty();
}

std::int64_t WallTimeOf(const Record& record) {
  if (const auto* event = std::get_if<Event>(&record)) return event->wall_ns;
  if (const auto* finding = std::get_if<Finding>(&record)) return finding->wall_ns;
  if (const auto* notice = std::get_if<Notice>(&record)) return notice->wall_ns;
  if (const auto* repeat = std::get_if<FindingRepeat>(&record)) return repeat->last_wall_ns;
  const auto& container = std::get<Container>(record);
  return container.ended_wall_ns != 0 ? container.ended_wall_ns : container.started_wall_ns;
}

std::vector<std::string> PathsOf(const Event& event) {
  PathCollector collector;
  std::visit(collector, event.details);
  return std::move(collector.paths);
}

}  // namespace brig::cli
