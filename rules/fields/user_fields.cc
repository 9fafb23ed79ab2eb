// SPDX-License-Identifier: Apache-2.0
// user.* and group.*: the numbers that the kernel knows, and names where a number tells them.
#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr std::string_view kNameReason =
    "root, or <NA>: which name a number has depends on the container's own /etc/passwd";

// Falco too says <NA> for a number that has no name.
void NameOfId(std::uint32_t id, Values& out) { out.Add(id == 0 ? "root" : "<NA>"); }

const Field kFields[] = {
    {.name = "user.uid",
     .type = FieldType::kNumber,
     .description = "uid, as the host counts",
     .example = "user.uid = 0",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.process.uid); }},
    {.name = "user.name",
     .fidelity = Fidelity::kBestEffort,
     .description = "name of user.uid",
     .example = "user.name = root",
     .reason = kNameReason,
     .extract = [](const View& v, const Argument&,
                   Values& o) { NameOfId(v.event().actor.process.uid, o); }},
    {.name = "user.loginuid",
     .type = FieldType::kNumber,
     .description = "uid of the login, kept through su and sudo; -1 when there was none",
     .example = "user.loginuid >= 0",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const std::uint32_t uid = v.event().actor.login_uid;
           o.AddNumber(uid == kUnsetId ? -1 : static_cast<std::int64_t>(uid));
         }},
    {.name = "user.loginname",
     .fidelity = Fidelity::kBestEffort,
     .description = "name of user.loginuid",
     .example = "user.loginname = alice",
     .reason = "of logins on the host",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const std::uint32_t uid = v.event().actor.login_uid;
           if (uid == kUnsetId) return o.Add("<NA>");
           const Person& person = v.subject().person;
           if (person.basis == PersonBasis::kLogin && person.login_uid == uid)
             return o.Add(person.name);
           NameOfId(uid, o);
         }},
    {.name = "group.gid",
     .type = FieldType::kNumber,
     .description = "gid, as the host counts",
     .example = "group.gid = 0",
     .extract = [](const View& v, const Argument&,
                   Values& o) { o.AddNumber(v.event().actor.gid); }},
    {.name = "group.name",
     .fidelity = Fidelity::kBestEffort,
     .description = "name of group.gid",
     .example = "group.name = root",
     .reason = kNameReason,
     .extract = [](const View& v, const Argument&,
                   Values& o) { NameOfId(v.event().actor.gid, o); }},
};

}  // namespace

std::span<const Field> UserFields() { return kFields; }

}  // namespace brig::rules
