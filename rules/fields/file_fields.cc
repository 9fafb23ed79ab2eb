// SPDX-License-Identifier: Apache-2.0
// fd.*: the file or connection that the event is about.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>

#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

bool IsConnect(Operation operation) {
  return operation == Operation::kConnect || operation == Operation::kCaller;
}
bool IsOpen(Operation operation) { return operation == Operation::kOpen; }
// What Falco's events of the same name have a descriptor for.
bool HasDescriptor(Operation operation) { return IsOpen(operation) || IsConnect(operation); }

const ConnectDetails* InternetOf(const View& view) {
  const auto* connect = view.details<ConnectDetails>();
  if (connect == nullptr || (connect->family != AF_INET && connect->family != AF_INET6))
    return nullptr;
  return connect;
}

bool IsDirectory(const FileObject& file) { return S_ISDIR(file.mode); }

void Number(const View& view, const Argument&, Values& out) {
  if (view.details<FileDetails>() == nullptr || !HasResult(view)) return;
  out.AddNumber(view.event().result < 0 ? -1 : view.event().result);
}

struct TypeWord {
  std::string_view name, letter;
};

TypeWord TypeOf(const View& view) {
  if (const auto* file = view.details<FileDetails>())
    return IsDirectory(file->file) ? TypeWord{"directory", "d"} : TypeWord{"file", "f"};
  const auto* connect = view.details<ConnectDetails>();
  if (connect == nullptr) return {};
  switch (connect->family) {
    case AF_INET: return {"ipv4", "4"};
    case AF_INET6: return {"ipv6", "6"};
    case AF_UNIX: return {"unix", "u"};
    default: return {};
  }
}

void Type(const View& view, const Argument&, Values& out) {
  const TypeWord type = TypeOf(view);
  if (!type.name.empty()) out.Add(type.name);
}

void TypeLetter(const View& view, const Argument&, Values& out) {
  const TypeWord type = TypeOf(view);
  if (!type.letter.empty()) out.Add(type.letter);
}

// The path, `.` and `..` taken out of an absolute one that the program gave: the kernel, which
// would have resolved it, refused to open it.
std::string_view PathOf(const FileDetails& file, Values& out) {
  const std::string_view path = file.path;
  if (!file.path_as_given || !path.starts_with('/') ||
      (!path.contains("/.") && !path.contains("//")))
    return path;
  std::string& clean = out.Build();
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      clean.push_back('/');
      clean.append(part.data(), part.size());
    } else if (const std::size_t slash = clean.rfind('/'); slash != std::string::npos) {
      clean.resize(slash);
    }
  }
  if (clean.empty()) clean.push_back('/');
  return clean;
}

void Name(const View& view, const Argument&, Values& out) {
  if (const auto* file = view.details<FileDetails>()) return out.Add(PathOf(*file, out));
  const auto* connect = view.details<ConnectDetails>();
  if (connect == nullptr) return;
  if (connect->family != AF_INET && connect->family != AF_INET6) return out.Add(connect->address);
  std::string& text = out.Build();
  fmt::format_to(std::back_inserter(text), "{}:{}", connect->address, connect->port);
  out.AddBuilt(text);
}

void RawName(const View& view, const Argument&, Values& out) {
  if (const auto* file = view.details<FileDetails>(); file != nullptr && file->path_as_given)
    out.Add(file->path);
}

void Directory(const View& view, const Argument&, Values& out) {
  const auto* file = view.details<FileDetails>();
  if (file == nullptr) return;
  const std::string_view path = PathOf(*file, out);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return out.Add("/");
  out.Add(path.substr(0, slash));
}

void FileName(const View& view, const Argument&, Values& out) {
  const auto* file = view.details<FileDetails>();
  if (file == nullptr) return;
  const std::string_view path = PathOf(*file, out);
  const std::size_t slash = path.rfind('/');
  out.Add(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

void Remote(const View& view, const Argument&, Values& out) {
  if (const auto* connect = InternetOf(view))
    if (const auto address = AddressOf(connect->address)) out.AddAddress(*address);
}

void RemoteText(const View& view, const Argument&, Values& out) {
  if (const auto* connect = InternetOf(view)) out.AddNumber(connect->port);
}

void Family(const View& view, const Argument&, Values& out) {
  const auto* connect = view.details<ConnectDetails>();
  if (connect == nullptr) return;
  if (connect->family == AF_INET || connect->family == AF_INET6) out.Add("ip");
  if (connect->family == AF_UNIX) out.Add("unix");
}

void ContainerAnd(const View& view, Values& values, Values& out) {
  if (values.empty()) return;
  std::string& text = out.Build();
  text = view.in_container() ? view.subject().container.id.substr(0, 12) : std::string("host");
  text += ':';
  text += values.cells()[0].text;
  out.AddBuilt(text);
}

void ContainerName(const View& view, const Argument& argument, Values& out) {
  Values name;
  Name(view, argument, name);
  ContainerAnd(view, name, out);
}

void ContainerDirectory(const View& view, const Argument& argument, Values& out) {
  Values name;
  Directory(view, argument, name);
  ContainerAnd(view, name, out);
}

const FileObject* Opened(const View& view) {
  const auto* file = view.details<FileDetails>();
  return file != nullptr && file->file.inode != 0 ? &file->file : nullptr;
}

constexpr std::string_view kRemoteOnly =
    "brig sees the far end of a connection that is being made; the near end is not known";

const Field kFields[] = {
    {.name = "fd.num",
     .type = FieldType::kNumber,
     .fidelity = Fidelity::kBestEffort,
     .description = "number of the descriptor; -1 where the call failed",
     .example = "fd.num >= 0",
     .reason = "of opens; io_uring may open into a table of its own",
     .extract = Number,
     .only = IsOpen},
    {.name = "fd.type",
     .description = "file, directory, ipv4, ipv6, unix",
     .example = "fd.type in (ipv4, ipv6)",
     .extract = Type,
     .only = HasDescriptor},
    {.name = "fd.typechar",
     .description = "f, d, 4, 6, u",
     .example = "fd.typechar = 'f'",
     .extract = TypeLetter,
     .only = HasDescriptor},
    {.name = "fd.name",
     .description = "path of the file as the kernel resolved it, or the address and port",
     .example = "fd.name startswith /etc/",
     .extract = Name,
     .only = HasDescriptor},
    {.name = "fd.nameraw",
     .fidelity = Fidelity::kBestEffort,
     .description = "the path as the program gave it",
     .example = "fd.nameraw contains ../",
     .reason = "of failed opens and io_uring's; else brig keeps the resolved path",
     .extract = RawName,
     .only = IsOpen},
    {.name = "fd.directory",
     .description = "the directory of fd.name",
     .example = "fd.directory = /etc",
     .extract = Directory,
     .only = IsOpen},
    {.name = "fd.filename",
     .description = "the last part of fd.name",
     .example = "fd.filename = shadow",
     .extract = FileName,
     .only = IsOpen},
    {.name = "fd.ip",
     .type = FieldType::kAddress,
     .plural = Plural::kEither,
     .fidelity = Fidelity::kBestEffort,
     .description = "address of either end",
     .example = "fd.ip = 169.254.169.254",
     .reason = kRemoteOnly,
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.sip",
     .type = FieldType::kAddress,
     .description = "address of the server",
     .example = "fd.sip = \"169.254.169.254\"",
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.rip",
     .type = FieldType::kAddress,
     .description = "address of the far end",
     .example = "fd.rip = 10.0.0.1",
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.net",
     .type = FieldType::kNetwork,
     .plural = Plural::kEither,
     .fidelity = Fidelity::kBestEffort,
     .description = "network that either end is in",
     .example = "fd.net != \"127.0.0.0/8\"",
     .reason = kRemoteOnly,
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.snet",
     .type = FieldType::kNetwork,
     .description = "network of the server",
     .example = "fd.snet in (\"10.0.0.0/8\")",
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.rnet",
     .type = FieldType::kNetwork,
     .description = "network of the far end",
     .example = "fd.rnet = \"10.0.0.0/8\"",
     .extract = Remote,
     .only = IsConnect},
    {.name = "fd.port",
     .type = FieldType::kNumber,
     .plural = Plural::kEither,
     .fidelity = Fidelity::kBestEffort,
     .description = "port of either end",
     .example = "fd.port = 53",
     .reason = kRemoteOnly,
     .extract = RemoteText,
     .only = IsConnect},
    {.name = "fd.sport",
     .type = FieldType::kNumber,
     .description = "port of the server",
     .example = "fd.sport in (80, 443)",
     .extract = RemoteText,
     .only = IsConnect},
    {.name = "fd.rport",
     .type = FieldType::kNumber,
     .description = "port of the far end",
     .example = "fd.rport = 4444",
     .extract = RemoteText,
     .only = IsConnect},
    {.name = "fd.sockfamily",
     .description = "ip or unix",
     .example = "fd.sockfamily = ip",
     .extract = Family,
     .only = IsConnect},
    {.name = "fd.is_server",
     .type = FieldType::kBool,
     .description = "the process is the server: never, brig sees who connects",
     .example = "fd.is_server = false",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (InternetOf(v) != nullptr) o.AddNumber(0);
         },
     .only = IsConnect},
    {.name = "fd.containername",
     .description = "container.id and fd.name",
     .example = "%fd.containername",
     .extract = ContainerName,
     .only = HasDescriptor},
    {.name = "fd.containerdirectory",
     .description = "container.id and fd.directory",
     .example = "%fd.containerdirectory",
     .extract = ContainerDirectory,
     .only = IsOpen},
    {.name = "fd.ino",
     .type = FieldType::kNumber,
     .description = "inode of the file",
     .example = "fd.ino > 0",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* f = Opened(v)) o.AddNumber(static_cast<std::int64_t>(f->inode));
         },
     .only = IsOpen},
    {.name = "fd.dev",
     .type = FieldType::kNumber,
     .description = "device that holds the file: major << 20 | minor",
     .example = "fd.dev > 0",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* f = Opened(v)) o.AddNumber(f->device);
         },
     .only = IsOpen},
    {.name = "fd.dev.major",
     .type = FieldType::kNumber,
     .description = "major number of fd.dev",
     .example = "fd.dev.major = 8",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* f = Opened(v)) o.AddNumber(f->device >> 20);
         },
     .only = IsOpen},
    {.name = "fd.dev.minor",
     .type = FieldType::kNumber,
     .description = "minor number of fd.dev",
     .example = "fd.dev.minor = 1",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const FileObject* f = Opened(v)) o.AddNumber(f->device & 0xfffff);
         },
     .only = IsOpen},
};

}  // namespace

std::span<const Field> FileFields() { return kFields; }

}  // namespace brig::rules
