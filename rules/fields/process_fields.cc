// SPDX-License-Identifier: Apache-2.0
// proc.* and thread.*: who acted, and its ancestors.
#include <string>

#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

// What a process is told by: the tree's entry, or what the event itself says of the actor.
struct Who {
  std::string_view name, path;
  const std::vector<std::string>* arguments = nullptr;
};

// An exec says all about its process, so that nobody need be asked for the tree.
bool FromEvent(const View& view, Who& who) {
  const Event& event = view.event();
  who.name = event.actor.process.comm;
  if (const auto* exec = view.details<ExecDetails>(); exec != nullptr && event.result >= 0) {
    who.path = exec->path;
    who.arguments = &exec->arguments;
    return true;
  }
  if (const auto* birth = view.details<BirthDetails>()) {
    who.path = birth->path;
    who.arguments = &birth->arguments;
    return true;
  }
  return false;
}

bool Find(const View& view, std::size_t degree, Who& who) {
  if (degree == 0 && FromEvent(view, who)) return true;
  const Process* process = view.Ancestor(degree);
  if (process == nullptr) return degree == 0;
  if (degree > 0) who.name = process->ref.comm;
  who.path = process->path;
  who.arguments = &process->arguments;
  return true;
}

using Part = void (*)(const Who& who, Values& out);

void NamePart(const Who& who, Values& out) {
  if (!who.name.empty()) out.Add(who.name);
}
void PathPart(const Who& who, Values& out) {
  if (!who.path.empty()) out.Add(who.path);
}
void ExePart(const Who& who, Values& out) {
  if (who.arguments != nullptr && !who.arguments->empty()) out.Add(who.arguments->front());
}
void AppendArguments(const Who& who, std::string& text) {
  for (std::size_t i = 1; who.arguments != nullptr && i < who.arguments->size(); ++i) {
    if (!text.empty()) text += ' ';
    text += (*who.arguments)[i];
  }
}
void ArgumentsPart(const Who& who, Values& out) {
  std::string& text = out.Build();
  AppendArguments(who, text);
  out.AddBuilt(text);
}
void CommandPart(const Who& who, Values& out) {
  if (who.name.empty()) return;
  std::string& text = out.Build();
  text = who.name;
  AppendArguments(who, text);
  out.AddBuilt(text);
}
void ExeLinePart(const Who& who, Values& out) {
  if (who.arguments == nullptr || who.arguments->empty()) return;
  std::string& text = out.Build();
  text = who.arguments->front();
  AppendArguments(who, text);
  out.AddBuilt(text);
}

template <Part kPart, std::size_t kDegree>
void Of(const View& view, const Argument&, Values& out) {
  Who who;
  if (Find(view, kDegree, who)) kPart(who, out);
}

// proc.aname[2] is one ancestor's; proc.aname without a number all of them.
template <Part kPart>
void OfAncestors(const View& view, const Argument& argument, Values& out) {
  Who who;
  if (argument.index) {
    if (Find(view, *argument.index, who)) kPart(who, out);
    return;
  }
  for (std::size_t degree = 1; view.Ancestor(degree) != nullptr; ++degree) {
    who = {};
    if (Find(view, degree, who)) kPart(who, out);
  }
}

void AncestorPids(const View& view, const Argument& argument, Values& out) {
  if (argument.index == 0U) return out.AddNumber(view.event().actor.process.pid);
  for (std::size_t degree = 1; const Process* process = view.Ancestor(degree); ++degree)
    if (!argument.index || *argument.index == degree) out.AddNumber(process->ref.pid);
}

void ArgumentCount(const View& view, const Argument&, Values& out) {
  Who who;
  if (Find(view, 0, who) && who.arguments != nullptr)
    out.AddNumber(
        static_cast<std::int64_t>(who.arguments->empty() ? 0 : who.arguments->size() - 1));
}

void ArgumentLength(const View& view, const Argument&, Values& out) {
  Who who;
  if (!Find(view, 0, who) || who.arguments == nullptr) return;
  std::size_t length = 0;
  for (std::size_t i = 1; i < who.arguments->size(); ++i) length += (*who.arguments)[i].size();
  out.AddNumber(static_cast<std::int64_t>(length));
}

// The program's file is told when it starts.
const FileObject* ProgramFileOf(const View& view) {
  const auto* exec = view.details<ExecDetails>();
  return exec != nullptr && view.event().result >= 0 ? &exec->file : nullptr;
}
bool IsExec(Operation operation) { return operation == Operation::kExec; }

void Duration(const View& view, const Argument&, Values& out) {
  const auto start = static_cast<std::int64_t>(view.event().actor.process.start_ns);
  if (start != 0) out.AddNumber(view.event().boot_ns - start);
}

void ParentDuration(const View& view, const Argument&, Values& out) {
  const Process* parent = view.Ancestor(1);
  if (parent != nullptr && parent->ref.start_ns != 0)
    out.AddNumber(view.event().boot_ns - static_cast<std::int64_t>(parent->ref.start_ns));
}

void StartTime(const View& view, const Argument&, Values& out) {
  const Event& event = view.event();
  const auto start = static_cast<std::int64_t>(event.actor.process.start_ns);
  if (start != 0) out.AddNumber(event.wall_ns - event.boot_ns + start);
}

void ParentStartTime(const View& view, const Argument&, Values& out) {
  const Event& event = view.event();
  const Process* parent = view.Ancestor(1);
  if (parent != nullptr && parent->ref.start_ns != 0)
    out.AddNumber(event.wall_ns - event.boot_ns + static_cast<std::int64_t>(parent->ref.start_ns));
}

void Capabilities(const View& view, const Argument&, Values& out) {
  std::string& text = out.Build();
  CapabilityWords(view.event().actor.capabilities, text);
  out.AddBuilt(text);
}

void PermittedCapabilities(const View& view, const Argument&, Values& out) {
  std::uint64_t permitted = 0;
  if (const auto* birth = view.details<BirthDetails>())
    permitted = birth->permitted;
  else if (const auto* change = view.details<CredentialDetails>())
    permitted = change->permitted;
  else
    return;
  std::string& text = out.Build();
  CapabilityWords(permitted, text);
  out.AddBuilt(text);
}

constexpr std::string_view kAsBrigKnows = "as far up as brig has seen the processes start";
constexpr std::string_view kAtExec = "told when the program starts, by execve events alone";

const Field kFields[] = {
    {.name = "proc.name",
     .description = "name of the task, at most 15 bytes",
     .example = "proc.name = bash",
     .extract = Of<NamePart, 0>},
    {.name = "proc.pname",
     .fidelity = Fidelity::kBestEffort,
     .description = "name of the parent",
     .example = "proc.pname in (sshd, sudo)",
     .reason = kAsBrigKnows,
     .extract = Of<NamePart, 1>},
    {.name = "proc.aname",
     .plural = Plural::kAny,
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "name of the ancestor of that degree; without a number, of any ancestor",
     .example = "proc.aname[2] = sshd",
     .reason = kAsBrigKnows,
     .extract = OfAncestors<NamePart>},
    {.name = "proc.exe",
     .fidelity = Fidelity::kBestEffort,
     .description = "the first word of the command line, argv[0]",
     .example = "proc.exe startswith /dev/shm/",
     .reason = "of programs that brig saw start",
     .extract = Of<ExePart, 0>},
    {.name = "proc.pexe",
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.exe of the parent",
     .example = "proc.pexe endswith java",
     .reason = kAsBrigKnows,
     .extract = Of<ExePart, 1>},
    {.name = "proc.aexe",
     .plural = Plural::kAny,
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.exe of an ancestor, as proc.aname",
     .example = "proc.aexe endswith java",
     .reason = kAsBrigKnows,
     .extract = OfAncestors<ExePart>},
    {.name = "proc.exepath",
     .fidelity = Fidelity::kBestEffort,
     .description = "path of the program, as the kernel resolved it",
     .example = "proc.exepath = /usr/bin/cat",
     .reason = "of programs that brig saw start",
     .extract = Of<PathPart, 0>},
    {.name = "proc.pexepath",
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.exepath of the parent",
     .example = "proc.pexepath startswith /tmp/",
     .reason = kAsBrigKnows,
     .extract = Of<PathPart, 1>},
    {.name = "proc.aexepath",
     .plural = Plural::kAny,
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.exepath of an ancestor",
     .example = "proc.aexepath[2] = /usr/sbin/sshd",
     .reason = kAsBrigKnows,
     .extract = OfAncestors<PathPart>},
    {.name = "proc.args",
     .fidelity = Fidelity::kBestEffort,
     .description = "the command line without its first word",
     .example = "proc.args contains -e",
     .reason = "of programs that brig saw start; at most 4,096 bytes",
     .extract = Of<ArgumentsPart, 0>},
    {.name = "proc.cmdline",
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.name and proc.args",
     .example = "proc.cmdline startswith \"sh -c\"",
     .reason = "of programs that brig saw start; at most 4,096 bytes",
     .extract = Of<CommandPart, 0>},
    {.name = "proc.pcmdline",
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.cmdline of the parent",
     .example = "proc.pcmdline contains -jar",
     .reason = kAsBrigKnows,
     .extract = Of<CommandPart, 1>},
    {.name = "proc.acmdline",
     .plural = Plural::kAny,
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.cmdline of an ancestor",
     .example = "proc.acmdline contains base64",
     .reason = kAsBrigKnows,
     .extract = OfAncestors<CommandPart>},
    {.name = "proc.exeline",
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.exe and proc.args",
     .example = "%proc.exeline",
     .reason = "of programs that brig saw start",
     .extract = Of<ExeLinePart, 0>},
    {.name = "proc.cmdnargs",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "how many words proc.args has",
     .example = "proc.cmdnargs > 10",
     .reason = "of programs that brig saw start",
     .extract = ArgumentCount},
    {.name = "proc.cmdlenargs",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "bytes of proc.args without the spaces between",
     .example = "proc.cmdlenargs > 1000",
     .reason = "of programs that brig saw start",
     .extract = ArgumentLength},
    {.name = "proc.pid",
     .type = FieldType::kNumber,
     .description = "number of the process",
     .example = "proc.pid > 1",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.process.pid); }},
    {.name = "proc.ppid",
     .type = FieldType::kNumber,
     .description = "number of the parent",
     .example = "proc.ppid = 1",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.parent_pid); }},
    {.name = "proc.apid",
     .type = FieldType::kNumber,
     .plural = Plural::kAny,
     .argument = ArgumentUse::kOptional,
     .fidelity = Fidelity::kBestEffort,
     .description = "number of an ancestor, as proc.aname",
     .example = "proc.apid[2] = 1",
     .reason = kAsBrigKnows,
     .extract = AncestorPids},
    {.name = "proc.vpid",
     .type = FieldType::kNumber,
     .description = "number of the process in its own pid namespace",
     .example = "proc.vpid = 1",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.pid_inside); }},
    {.name = "proc.pvpid",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.vpid of the parent",
     .example = "proc.pvpid = 1",
     .reason = kAsBrigKnows,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const Process* parent = v.Ancestor(1);
           if (parent != nullptr && parent->pid_inside != 0) o.AddNumber(parent->pid_inside);
         }},
    {.name = "proc.duration",
     .type = FieldType::kNumber,
     .description = "nanoseconds since the process started",
     .example = "proc.duration <= 5000000000",
     .extract = Duration},
    {.name = "proc.ppid.duration",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.duration of the parent",
     .example = "proc.ppid.duration > 1000",
     .reason = kAsBrigKnows,
     .extract = ParentDuration},
    {.name = "proc.pid.ts",
     .type = FieldType::kNumber,
     .description = "when the process started, in nanoseconds since 1970",
     .example = "%proc.pid.ts",
     .extract = StartTime},
    {.name = "proc.ppid.ts",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "proc.pid.ts of the parent",
     .example = "%proc.ppid.ts",
     .reason = kAsBrigKnows,
     .extract = ParentStartTime},
    {.name = "proc.is_exe_upper_layer",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "the program's file was written after the container's start",
     .example = "proc.is_exe_upper_layer = true",
     .reason = kAtExec,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* file = ProgramFileOf(v)) o.AddNumber(file->upper ? 1 : 0);
         },
     .only = IsExec},
    {.name = "proc.is_exe_from_memfd",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "the program lies in memory alone: a memfd, or a file of tmpfs without a name",
     .example = "proc.is_exe_from_memfd = true",
     .reason = kAtExec,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* file = ProgramFileOf(v)) o.AddNumber(file->memory ? 1 : 0);
         },
     .only = IsExec},
    {.name = "proc.exe_ino",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "inode of the program's file",
     .example = "proc.exe_ino > 0",
     .reason = kAtExec,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* file = ProgramFileOf(v))
             o.AddNumber(static_cast<std::int64_t>(file->inode));
         },
     .only = IsExec},
    {.name = "thread.tid",
     .type = FieldType::kNumber,
     .description = "number of the thread",
     .example = "thread.tid > 1",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.tid); }},
    {.name = "thread.ismain",
     .type = FieldType::kBool,
     .description = "the thread is the process's first",
     .example = "thread.ismain = true",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           o.AddNumber(v.event().actor.tid == v.event().actor.process.pid ? 1 : 0);
         }},
    {.name = "thread.nametid",
     .description = "proc.name and thread.tid, as bash:42",
     .example = "%thread.nametid",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           std::string& text = o.Build();
           text = v.event().actor.process.comm + ":" + std::to_string(v.event().actor.tid);
           o.AddBuilt(text);
         }},
    {.name = "thread.cap_effective",
     .description = "the effective capabilities",
     .example = "thread.cap_effective contains CAP_SYS_ADMIN",
     .extract = Capabilities},
    {.name = "thread.cap_permitted",
     .fidelity = Fidelity::kBestEffort,
     .description = "the permitted capabilities",
     .example = "thread.cap_permitted contains CAP_BPF",
     .reason = "told at a container's start and where credentials change",
     .extract = PermittedCapabilities},
};

}  // namespace

std::span<const Field> ProcessFields() { return kFields; }

}  // namespace brig::rules
