// SPDX-License-Identifier: Apache-2.0
// evt.*: the event itself.
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool IsOpen(Operation operation) { return operation == Operation::kOpen; }

void AddTime(std::int64_t wall_ns, const char* format, bool with_ns, Values& out,
             std::string_view end = "") {
  const std::time_t seconds = wall_ns / kSecond;
  std::tm time{};
  ::gmtime_r(&seconds, &time);
  std::string& text = out.Build();
  fmt::format_to(std::back_inserter(text), fmt::runtime(format), time);
  if (with_ns) fmt::format_to(std::back_inserter(text), ".{:09}", wall_ns % kSecond);
  text += end;
  out.AddBuilt(text);
}

void Names(const View& view, const Argument&, Values& out) {
  for (const std::string_view name : NamesOf(view.kind())) out.Add(name);
}

void Number(const View& view, const Argument&, Values& out) {
  // Falco counts from 1, and rules say `evt.num=0` for what never is.
  out.AddNumber(static_cast<std::int64_t>((view.event().sequence & (~0ULL >> 2)) + 1));
}

void RawResult(const View& view, const Argument&, Values& out) {
  if (HasResult(view)) out.AddNumber(view.event().result);
}

void ResultName(const View& view, const Argument&, Values& out) {
  if (HasResult(view)) out.Add(ResultWord(view.event().result));
}

void Failed(const View& view, const Argument&, Values& out) {
  if (HasResult(view)) out.AddNumber(view.event().result < 0 ? 1 : 0);
}

void EventArgumentText(const View& view, const Argument& argument, Values& out) {
  (void)EventArgument(view, argument.word, out, /*as_number=*/false);
}

void EventArgumentNumber(const View& view, const Argument& argument, Values& out) {
  (void)EventArgument(view, argument.word, out, /*as_number=*/true);
}

void AllArguments(const View& view, const Argument&, Values& out) {
  Values one;
  std::string& text = out.Build();
  for (const std::string_view name : FilledArguments()) {
    one.Clear();
    if (!EventArgument(view, name, one, /*as_number=*/false)) continue;
    fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : " ", name,
                   one.cells()[0].text);
  }
  out.AddBuilt(text);
}

const FileDetails* Opened(const View& view) { return view.details<FileDetails>(); }

void IsOpenRead(const View& view, const Argument&, Values& out) {
  if (const auto* file = Opened(view)) out.AddNumber((file->flags & O_ACCMODE) != O_WRONLY ? 1 : 0);
}

void IsOpenWrite(const View& view, const Argument&, Values& out) {
  if (const auto* file = Opened(view)) {
    const std::uint64_t mode = file->flags & O_ACCMODE;
    out.AddNumber(mode == O_WRONLY || mode == O_RDWR ? 1 : 0);
  }
}

void IsOpenCreate(const View& view, const Argument&, Values& out) {
  if (const auto* file = Opened(view)) out.AddNumber((file->flags & O_CREAT) != 0 ? 1 : 0);
}

void IsOpenExec(const View& view, const Argument&, Values& out) {
  constexpr std::uint64_t kTmpFile = 020000000;
  if (const auto* file = Opened(view))
    out.AddNumber((file->flags & (O_CREAT | kTmpFile)) != 0 && (file->file.mode & 0111) != 0 ? 1
                                                                                             : 0);
}

void AbsolutePath(const View& view, const Argument&, Values& out) {
  if (const auto* file = view.details<FileDetails>())
    if (!file->path_as_given || file->path.starts_with('/')) out.Add(file->path);
}

// Captureless lambdas below are the extractors.
const Field kFields[] = {
    {.name = "evt.num",
     .type = FieldType::kNumber,
     .description = "number of the event, from 1; per CPU and class",
     .example = "evt.num > 0",
     .extract = Number},
    {.name = "evt.time",
     .description = "time of day, with nanoseconds, in UTC",
     .example = "12:01:02.000000001",
     .extract = [](const View& v, const Argument&,
                   Values& o) { AddTime(v.event().wall_ns, "{:%H:%M:%S}", true, o); }},
    {.name = "evt.time.s",
     .description = "time of day in UTC",
     .example = "12:01:02",
     .extract = [](const View& v, const Argument&,
                   Values& o) { AddTime(v.event().wall_ns, "{:%H:%M:%S}", false, o); }},
    {.name = "evt.time.iso8601",
     .description = "date and time in UTC, ISO 8601",
     .example = "2026-11-26T12:01:02.000000001+0000",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           AddTime(v.event().wall_ns, "{:%Y-%m-%dT%H:%M:%S}", true, o, "+0000");
         }},
    {.name = "evt.datetime",
     .description = "date and time in UTC, with nanoseconds",
     .example = "2026-11-26 12:01:02.000000001",
     .extract = [](const View& v, const Argument&,
                   Values& o) { AddTime(v.event().wall_ns, "{:%Y-%m-%d %H:%M:%S}", true, o); }},
    {.name = "evt.datetime.s",
     .description = "date and time in UTC",
     .example = "2026-11-26 12:01:02",
     .extract = [](const View& v, const Argument&,
                   Values& o) { AddTime(v.event().wall_ns, "{:%Y-%m-%d %H:%M:%S}", false, o); }},
    {.name = "evt.rawtime",
     .type = FieldType::kNumber,
     .description = "time in nanoseconds since 1970",
     .example = "evt.rawtime > 0",
     .extract = [](const View& v, const Argument&, Values& o) { o.AddNumber(v.event().wall_ns); }},
    {.name = "evt.rawtime.s",
     .type = FieldType::kNumber,
     .description = "time in seconds since 1970",
     .example = "evt.rawtime.s > 0",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().wall_ns / kSecond); }},
    {.name = "evt.rawtime.ns",
     .type = FieldType::kNumber,
     .description = "nanoseconds of the second",
     .example = "evt.rawtime.ns >= 0",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().wall_ns % kSecond); }},
    {.name = "evt.type",
     .plural = Plural::kEither,
     .fidelity = Fidelity::kBestEffort,
     .description = "name of the system call or other event",
     .example = "evt.type in (open, openat, openat2)",
     .reason = "brig sees what the kernel did, not which of several calls asked for it: an open "
               "is open, openat and openat2 at once, io_uring's too (brig.uring tells)",
     .extract = Names},
    {.name = "syscall.type",
     .plural = Plural::kEither,
     .fidelity = Fidelity::kBestEffort,
     .description = "evt.type of system calls",
     .example = "syscall.type = execve",
     .reason = "as evt.type",
     .extract = Names},
    {.name = "evt.type.is",
     .type = FieldType::kNumber,
     .argument = ArgumentUse::kRequired,
     .description = "1 for events of that type, else 0",
     .example = "evt.type.is.execve = 1",
     .extract =
         [](const View& v, const Argument& argument, Values& o) {
           const auto names = NamesOf(v.kind());
           for (const std::string_view name : names)
             if (name == argument.word) return o.AddNumber(1);
           o.AddNumber(0);
         }},
    {.name = "evt.dir",
     .description = "always <: brig tells what has happened; deprecated",
     .example = "evt.dir = <",
     .extract = [](const View&, const Argument&, Values& o) { o.Add("<"); }},
    {.name = "evt.category",
     .description = "file, net, process, user ...",
     .example = "evt.category = file",
     .extract = [](const View& v, const Argument&, Values& o) { o.Add(CategoryOf(v.kind())); }},
    {.name = "evt.cpu",
     .type = FieldType::kNumber,
     .description = "number of the CPU",
     .example = "evt.cpu = 0",
     .extract = [](const View& v, const Argument&, Values& o) { o.AddNumber(v.event().cpu); }},
    {.name = "evt.args",
     .fidelity = Fidelity::kBestEffort,
     .description = "all arguments of the event, as name=value",
     .example = "evt.args contains CLONE_NEWUSER",
     .reason = "those arguments that evt.arg knows",
     .extract = AllArguments},
    {.name = "evt.info",
     .fidelity = Fidelity::kBestEffort,
     .description = "the same as evt.args",
     .example = "%evt.info",
     .reason = "those arguments that evt.arg knows",
     .extract = AllArguments},
    {.name = "evt.arg",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "an argument of the event by its name, as text",
     .example = "evt.arg.flags contains O_TRUNC",
     .reason = "brig keeps what the kernel worked on, not every argument; by number none",
     .extract = EventArgumentText},
    {.name = "evt.rawarg",
     .type = FieldType::kNumber,
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "an argument of the event by its name, as number",
     .example = "evt.rawarg.fd >= 0",
     .reason = "as evt.arg, and numbers alone",
     .extract = EventArgumentNumber},
    {.name = "evt.res",
     .description = "SUCCESS, or the error's name",
     .example = "evt.res = EPERM",
     .extract = ResultName},
    {.name = "evt.rawres",
     .type = FieldType::kNumber,
     .description = "what the call returned; an error is negative",
     .example = "evt.rawres >= 0",
     .extract = RawResult},
    {.name = "evt.failed",
     .type = FieldType::kBool,
     .description = "the call returned an error",
     .example = "evt.failed = true",
     .extract = Failed},
    {.name = "evt.count",
     .type = FieldType::kNumber,
     .description = "always 1",
     .example = "evt.count = 1",
     .extract = [](const View&, const Argument&, Values& o) { o.AddNumber(1); }},
    {.name = "evt.count.error",
     .type = FieldType::kNumber,
     .description = "1 for a failed call",
     .example = "evt.count.error = 1",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (HasResult(v) && v.event().result < 0) o.AddNumber(1);
         }},
    {.name = "evt.count.exit",
     .type = FieldType::kNumber,
     .description = "always 1",
     .example = "evt.count.exit = 1",
     .extract = [](const View&, const Argument&, Values& o) { o.AddNumber(1); }},
    {.name = "evt.source",
     .description = "always syscall",
     .example = "evt.source = syscall",
     .extract = [](const View&, const Argument&, Values& o) { o.Add("syscall"); }},
    {.name = "evt.is_open_read",
     .type = FieldType::kBool,
     .description = "an open for reading",
     .example = "evt.is_open_read = true",
     .extract = IsOpenRead,
     .only = IsOpen},
    {.name = "evt.is_open_write",
     .type = FieldType::kBool,
     .description = "an open for writing",
     .example = "evt.is_open_write = true",
     .extract = IsOpenWrite,
     .only = IsOpen},
    {.name = "evt.is_open_create",
     .type = FieldType::kBool,
     .description = "an open that may create the file",
     .example = "evt.is_open_create = true",
     .extract = IsOpenCreate,
     .only = IsOpen},
    {.name = "evt.is_open_exec",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "an open that may create the file, which may be executed",
     .example = "evt.is_open_exec = true",
     .reason = "the mode is that of the file, which may have been there before",
     .extract = IsOpenExec,
     .only = IsOpen},
    {.name = "evt.abspath",
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "the path that the call named, absolute",
     .example = "evt.abspath startswith /etc/",
     .reason = "of two paths the one that brig keeps; relative ones only as resolved",
     .extract = AbsolutePath},
};

}  // namespace

std::span<const Field> EventFields() { return kFields; }

}  // namespace brig::rules
