// SPDX-License-Identifier: Apache-2.0
#include "sensor/decoder.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cstring>
#include <type_traits>

#include "kernel/abi/event_abi.h"

namespace brig::sensor {
namespace {

static_assert(ABI_INVARIANTS >= kInvariantCount && ABI_SURFACES >= kSurfaceCount);
// kernel/verdict.h and kernel/invariants/ have the same numbers in C.
static_assert(static_cast<int>(Operation::kLost) == 41 && static_cast<int>(Operation::kOpen) == 4);
static_assert(static_cast<int>(Cause::kDoorAbstract) == 20 &&
              static_cast<int>(Cause::kDevice) == 8 && static_cast<int>(Cause::kSurface) == 29);
static_assert(static_cast<int>(Operation::kSchedule) == 60 &&
              static_cast<int>(Invariant::kSurface) == 13 &&
              static_cast<int>(Surface::kUserfaultfd) == 12);
static_assert(static_cast<int>(HostObject::kRoot) == 2 &&
              static_cast<int>(HostObject::kDockerSocket) == 14 &&
              static_cast<int>(HostObject::kCrioSocket) == 17 &&
              static_cast<int>(HostObject::kOtherDaemon) == 22);

// Cuts the record into its parts, from the front.
class Parts {
 public:
  explicit Parts(ByteView bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T Take() {
    T part{};
    if (failed_ || bytes_.size() < sizeof(T)) {
      failed_ = true;
      return part;
    }
    std::memcpy(&part, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
    return part;
  }
  ByteView TakeBytes(std::size_t length) {
    const std::size_t padded = (length + 7) & ~std::size_t{7};
    if (failed_ || padded > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const ByteView taken = bytes_.first(length);
    bytes_ = bytes_.subspan(padded);
    return taken;
  }
  [[nodiscard]] bool AtEnd() const { return bytes_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  ByteView bytes_;
  bool failed_ = false;
};

std::string Comm(const char (&comm)[16]) { return {comm, ::strnlen(comm, sizeof comm)}; }

ProcessRef RefOf(const abi_process& process) {
  return {.start_ns = process.start_ns,
          .pid = process.pid,
          .uid = process.uid,
          .container = process.container,
          .comm = Comm(process.comm)};
}

Actor ActorOf(const abi_task& task) {
  Actor actor;
  actor.process = {.start_ns = task.start_ns,
                   .pid = task.pid,
                   .uid = task.uid,
                   .container = task.container,
                   .comm = Comm(task.comm)};
  actor.tid = task.tid;
  actor.gid = task.gid;
  actor.pid_inside = task.pid_inside;
  actor.login_uid = task.login_uid;
  actor.session = task.session;
  actor.capabilities = task.capabilities;
  actor.parent_start_ns = task.parent_start_ns;
  actor.parent_pid = task.parent_pid;
  return actor;
}

FileObject FileOf(const abi_file& file) {
  FileObject object;
  object.inode = file.inode;
  object.device = file.device;
  object.device_node = file.device_node;
  object.superblock = file.superblock;
  object.mode = file.mode;
  object.links = file.links;
  object.mount_namespace = file.mount_namespace;
  object.upper = (file.flags & ABI_FILE_UPPER) != 0;
  object.unlinked = (file.flags & ABI_FILE_UNLINKED) != 0;
  object.memory = (file.flags & ABI_FILE_MEMORY) != 0;
  return object;
}

NamespaceSet NamespacesOf(const abi_namespaces& set) {
  return {.mount = set.mount,
          .pid = set.pid,
          .net = set.net,
          .ipc = set.ipc,
          .uts = set.uts,
          .cgroup = set.cgroup,
          .user = set.user};
}

// What the sections of a record hold; a kind that occurs twice keeps the last.
struct Sections {
  std::string path, source, target, filesystem, text, cgroup, address;
  std::vector<std::string> arguments;
  std::vector<ProcessRef> chain;
  bool arguments_cut = false;
};

std::vector<std::string> SplitArguments(std::string_view block) {
  std::vector<std::string> arguments;
  while (!block.empty()) {
    const auto end = block.find('\0');
    arguments.emplace_back(block.substr(0, end));
    if (end == std::string_view::npos) break;
    block.remove_prefix(end + 1);
  }
  return arguments;
}

Result<std::vector<ProcessRef>> ChainOf(ByteView bytes) {
  std::vector<ProcessRef> chain;
  Parts parts(bytes);
  while (!parts.AtEnd() && !parts.failed()) chain.push_back(RefOf(parts.Take<abi_process>()));
  if (parts.failed() || chain.size() > ABI_MAX_CHAIN)
    return Fail(ErrorCode::kInvalid, fmt::format("a chain of {} bytes", bytes.size()));
  return chain;
}

Result<> ReadSection(Parts& parts, Sections& sections) {
  const auto head = parts.Take<abi_section>();
  if (head.length > ABI_MAX_TEXT)
    return Fail(ErrorCode::kInvalid, fmt::format("a section of {} bytes", head.length));
  const ByteView bytes = parts.TakeBytes(head.length);
  if (parts.failed()) return Fail(ErrorCode::kInvalid, "a section that is cut off");
  // What did not fit is shown as such, never as the whole.
  std::string text(AsText(bytes));
  const bool cut = (head.flags & ABI_SECTION_CUT) != 0;
  if (cut && head.kind != ABI_SECTION_ARGUMENTS) text = fmt::format("...{}", text);
  switch (head.kind) {
    case ABI_SECTION_PATH: sections.path = std::move(text); break;
    case ABI_SECTION_SOURCE: sections.source = std::move(text); break;
    case ABI_SECTION_TARGET: sections.target = std::move(text); break;
    case ABI_SECTION_FILESYSTEM: sections.filesystem = std::move(text); break;
    case ABI_SECTION_TEXT: sections.text = std::move(text); break;
    case ABI_SECTION_CGROUP: sections.cgroup = std::move(text); break;
    case ABI_SECTION_ADDRESS: sections.address = std::move(text); break;
    case ABI_SECTION_ARGUMENTS:
      sections.arguments = SplitArguments(text);
      sections.arguments_cut = cut;
      break;
    case ABI_SECTION_CHAIN: {
      BRIG_ASSIGN(sections.chain, ChainOf(bytes));
      break;
    }
    default: return Fail(ErrorCode::kInvalid, fmt::format("section kind {}", head.kind));
  }
  return {};
}

std::string AddressText(const abi_connect& body, const std::string& unix_address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (body.family == AF_INET) ::inet_ntop(AF_INET, body.address + 12, text, sizeof text);
  if (body.family == AF_INET6) ::inet_ntop(AF_INET6, body.address, text, sizeof text);
  if (body.family != AF_UNIX) return text;
  if (unix_address.starts_with('\0'))
    return fmt::format("@{}", std::string_view(unix_address).substr(1));
  return unix_address.substr(0, unix_address.find('\0'));
}

CredentialDetails CredentialsOf(const abi_credential& body) {
  CredentialDetails details;
  for (std::uint32_t i = 0; i < body.asked_count && i < std::size(body.asked); ++i)
    details.asked.push_back(body.asked[i]);
  details.uid = body.uid;
  details.effective_uid = body.effective_uid;
  details.gid = body.gid;
  details.effective_gid = body.effective_gid;
  details.effective = body.effective;
  details.permitted = body.permitted;
  return details;
}

BirthDetails BirthOf(const abi_birth& body) {
  BirthDetails details;
  details.namespaces = NamespacesOf(body.namespaces);
  details.effective = body.effective;
  details.permitted = body.permitted;
  details.bounding = body.bounding;
  details.cgroup_id = body.cgroup_id;
  details.seccomp = body.seccomp;
  details.no_new_privs = body.no_new_privs != 0;
  return details;
}

// The family's fixed body. Texts come from the sections, which follow it.
Result<Details> ReadBody(std::uint16_t family, Parts& parts, abi_connect& connect) {
  switch (family) {
    case ABI_FORK: {
      const auto body = parts.Take<abi_fork>();
      return ForkDetails{RefOf(body.child), body.clone_flags};
    }
    case ABI_EXEC: {
      ExecDetails details;
      details.file = FileOf(parts.Take<abi_exec>().file);
      return details;
    }
    case ABI_EXIT: {
      const auto body = parts.Take<abi_exit>();
      return ExitDetails{body.status, body.signal};
    }
    case ABI_FILE: {
      const auto body = parts.Take<abi_named_file>();
      FileDetails details;
      details.file = FileOf(body.file);
      details.flags = body.flags;
      return details;
    }
    case ABI_MOUNT: {
      const auto body = parts.Take<abi_mount>();
      MountDetails details;
      details.file = FileOf(body.file);
      details.flags = body.flags;
      return details;
    }
    case ABI_NAMESPACE: {
      const auto body = parts.Take<abi_namespace>();
      return NamespaceDetails{body.flags, NamespacesOf(body.now)};
    }
    case ABI_CREDENTIAL: return CredentialsOf(parts.Take<abi_credential>());
    case ABI_TARGET: {
      const auto body = parts.Take<abi_target>();
      return TargetDetails{RefOf(body.target), body.request};
    }
    case ABI_CONNECT: {
      connect = parts.Take<abi_connect>();
      ConnectDetails details;
      details.family = connect.family;
      details.port = connect.port;
      details.door = static_cast<HostObject>(connect.door);
      return details;
    }
    case ABI_KERNEL: {
      const auto body = parts.Take<abi_kernel>();
      return KernelDetails{body.command, body.argument, ""};
    }
    case ABI_BIRTH: return BirthOf(parts.Take<abi_birth>());
    case ABI_END: {
      const auto body = parts.Take<abi_end>();
      return EndDetails{body.records, body.shed};
    }
    default: return Fail(ErrorCode::kUnsupported, fmt::format("record family {}", family));
  }
}

struct AddSections {
  Sections& sections;
  std::uint32_t flags;
  const abi_connect& connect;

  void operator()(ExecDetails& details) const {
    details.path = std::move(sections.path);
    details.arguments = std::move(sections.arguments);
    details.arguments_cut = sections.arguments_cut;
  }
  void operator()(FileDetails& details) const {
    details.path = std::move(sections.path);
    details.path_as_given = (flags & ABI_PATH_AS_GIVEN) != 0;
  }
  void operator()(MountDetails& details) const {
    details.source = std::move(sections.source);
    details.target = std::move(sections.target);
    details.filesystem = std::move(sections.filesystem);
  }
  void operator()(ConnectDetails& details) const {
    details.address = AddressText(connect, sections.address);
    details.arguments = std::move(sections.arguments);
  }
  void operator()(KernelDetails& details) const { details.text = std::move(sections.text); }
  void operator()(BirthDetails& details) const {
    details.found_running = (flags & ABI_FOUND_RUNNING) != 0;
    details.cgroup = std::move(sections.cgroup);
    details.path = std::move(sections.path);
    details.arguments = std::move(sections.arguments);
  }
  void operator()(auto&) const {}
};

Result<Event> EventOf(const abi_header& header, std::int64_t wall_offset_ns) {
  if (header.operation == 0 || header.operation >= kOperationCount)
    return Fail(ErrorCode::kInvalid, fmt::format("operation {}", header.operation));
  if (header.record_class >= ABI_CLASSES || header.invariant >= kInvariantCount ||
      header.cause >= kCauseCount || header.verdict > static_cast<__u8>(Verdict::kRefused))
    return Fail(ErrorCode::kInvalid, "a header with numbers out of range");
  Event event;
  event.sequence = header.sequence;
  event.cpu = header.cpu;
  event.record_class = static_cast<RecordClass>(header.record_class);
  event.boot_ns = static_cast<std::int64_t>(header.time_ns);
  event.wall_ns = static_cast<std::int64_t>(header.time_ns + static_cast<__u64>(wall_offset_ns));
  event.operation = static_cast<Operation>(header.operation);
  event.verdict = static_cast<Verdict>(header.verdict);
  event.invariant = static_cast<Invariant>(header.invariant);
  event.cause = static_cast<Cause>(header.cause);
  event.cause_detail = header.cause_detail;
  event.result = header.result;
  event.repeats = header.repeats;
  event.compat = (header.flags & ABI_COMPAT) != 0;
  event.uring = (header.flags & ABI_URING) != 0;
  event.attempt = (header.flags & ABI_ATTEMPT) != 0;
  return event;
}

}  // namespace

Result<Event> Decode(ByteView record, std::int64_t wall_offset_ns) {
  Parts parts(record);
  const auto header = parts.Take<abi_header>();
  if (parts.failed())
    return Fail(ErrorCode::kInvalid, fmt::format("record of {} bytes", record.size()));
  if (header.version != ABI_VERSION)
    return Fail(ErrorCode::kUnsupported, fmt::format("record version {}", header.version));
  if (header.size != record.size() || header.size > ABI_MAX_RECORD || header.size % 8 != 0)
    return Fail(ErrorCode::kInvalid,
                fmt::format("record of {} bytes that says it has {}", record.size(), header.size));
  BRIG_ASSIGN(Event event, EventOf(header, wall_offset_ns));
  event.actor = ActorOf(parts.Take<abi_task>());
  abi_connect connect{};
  BRIG_ASSIGN(event.details, ReadBody(header.family, parts, connect));
  Sections sections;
  while (!parts.AtEnd() && !parts.failed()) BRIG_TRY(ReadSection(parts, sections));
  if (parts.failed()) return Fail(ErrorCode::kInvalid, "record that is cut off");
  event.chain = std::move(sections.chain);
  std::visit(AddSections{sections, header.flags, connect}, event.details);
  return event;
}

}  // namespace brig::sensor
