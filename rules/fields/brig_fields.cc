// SPDX-License-Identifier: Apache-2.0
// brig.*: what brig knows and Falco has no field for.
#include "rules/fields/tables.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

void AddFlag(bool flag, Values& out) { out.AddNumber(flag ? 1 : 0); }

const Field kFields[] = {
    {.name = "brig.operation",
     .description = "what the kernel did, in brig's words",
     .example = "brig.operation = move_mount",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.Add(NameOf(v.event().operation)); }},
    {.name = "brig.invariant",
     .description = "the invariant that the event broke, as I1",
     .example = "brig.invariant exists",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (v.event().invariant != Invariant::kNone) o.Add(NameOf(v.event().invariant));
         }},
    {.name = "brig.cause",
     .description = "why the invariant was broken",
     .example = "brig.cause = foreign_mount",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (v.event().cause != Cause::kNone) o.Add(NameOf(v.event().cause));
         }},
    {.name = "brig.verdict",
     .description = "seen, refused or killed",
     .example = "brig.verdict = refused",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.Add(NameOf(v.event().verdict)); }},
    {.name = "brig.road",
     .description = "how the object was reached, in words",
     .example = "brig.road = \"io_uring open\"",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           std::string& text = o.Build();
           text = RoadOf(v.event());
           o.AddBuilt(text);
         }},
    {.name = "brig.object",
     .description = "what was reached, in words",
     .example = "%brig.object",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           std::string& text = o.Build();
           text = ObjectOf(v.event());
           o.AddBuilt(text);
         }},
    {.name = "brig.uring",
     .type = FieldType::kBool,
     .description = "done by io_uring: no system call names it",
     .example = "brig.uring = true",
     .extract = [](const View& v, const Argument&, Values& o) { AddFlag(v.event().uring, o); }},
    {.name = "brig.compat",
     .type = FieldType::kBool,
     .description = "a 32-bit call",
     .example = "brig.compat = true",
     .extract = [](const View& v, const Argument&, Values& o) { AddFlag(v.event().compat, o); }},
    {.name = "brig.attempt",
     .type = FieldType::kBool,
     .description = "seen when it was asked for; the result is an event of its own",
     .example = "brig.attempt = false",
     .extract = [](const View& v, const Argument&, Values& o) { AddFlag(v.event().attempt, o); }},
    {.name = "brig.upper",
     .type = FieldType::kBool,
     .description = "the opened file was written after the container's start",
     .example = "brig.upper = true",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const auto* file = v.details<FileDetails>()) AddFlag(file->file.upper, o);
         }},
    {.name = "brig.unlinked",
     .type = FieldType::kBool,
     .description = "the file or program has no name any more",
     .example = "brig.unlinked = true",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const auto* file = v.details<FileDetails>()) return AddFlag(file->file.unlinked, o);
           if (const auto* exec = v.details<ExecDetails>()) AddFlag(exec->file.unlinked, o);
         }},
    {.name = "brig.door",
     .description = "the management endpoint that was reached",
     .example = "brig.door = docker_socket",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const auto* connect = v.details<ConnectDetails>();
           if (connect != nullptr && connect->door != HostObject::kNone)
             o.Add(NameOf(connect->door));
         }},
    {.name = "brig.device_node",
     .type = FieldType::kNumber,
     .description = "number that the device file stands for: major << 20 | minor",
     .example = "brig.device_node > 0",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const auto* file = v.details<FileDetails>();
           if (file != nullptr && file->file.device_node != 0) o.AddNumber(file->file.device_node);
         }},
    {.name = "brig.target.pid",
     .type = FieldType::kNumber,
     .description = "the process that was signalled, traced or looked into",
     .example = "brig.target.pid = 1",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const auto* act = v.details<TargetDetails>()) o.AddNumber(act->target.pid);
         }},
    {.name = "brig.target.name",
     .description = "its name",
     .example = "brig.target.name = sshd",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const auto* act = v.details<TargetDetails>()) o.Add(act->target.comm);
         }},
    {.name = "brig.person",
     .description = "the human behind the act; unknown when nobody tells",
     .example = "brig.person = alice",
     .extract = [](const View& v, const Argument&, Values& o) { o.Add(v.subject().person.name); }},
    {.name = "brig.person.basis",
     .description = "how the person is known",
     .example = "brig.person.basis = login",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.Add(NameOf(v.subject().person.basis)); }},
    {.name = "brig.person.command",
     .description = "what the engine's caller had run",
     .example = "brig.person.command contains --privileged",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.Add(v.subject().person.command); }},
    {.name = "brig.container.naming",
     .description = "how much is known of who the container is",
     .example = "brig.container.naming = unidentified",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (v.in_container()) o.Add(NameOf(v.subject().container.naming));
         }},
    {.name = "brig.container.risks",
     .plural = Plural::kList,
     .description = "what in its start makes an escape easier",
     .example = "brig.container.risks intersects (host_pid, privileged)",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (!v.in_container()) return;
           for (const Risk& risk : v.subject().container.risks) o.Add(risk.what);
         }},
};

}  // namespace

std::span<const Field> BrigFields() { return kFields; }

}  // namespace brig::rules
