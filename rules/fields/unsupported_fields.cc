// SPDX-License-Identifier: Apache-2.0
// Fields of Falco's that never have a value here, and why. Rules that use them load; a comparison
// with one is false, and `brig rules check` says which rules can therefore never fire.
#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr std::string_view kNotKept = "the kernel programs do not record it";
constexpr std::string_view kNearEnd = "brig sees the far end of a connection alone";
constexpr std::string_view kNames = "brig asks no name server: whoever answers could steer a rule";
constexpr std::string_view kCalls = "brig does not watch reads, writes and waits";
constexpr std::string_view kEngine = "no engine that brig asks tells it";
constexpr std::string_view kPlugin = "brig has no connection to the Kubernetes API";

constexpr Field Text(std::string_view name, std::string_view description, std::string_view reason) {
  return {.name = name,
          .fidelity = Fidelity::kUnsupported,
          .description = description,
          .reason = reason};
}
constexpr Field Number(std::string_view name, std::string_view description,
                       std::string_view reason) {
  Field field = Text(name, description, reason);
  field.type = FieldType::kNumber;
  return field;
}
constexpr Field Flag(std::string_view name, std::string_view description, std::string_view reason) {
  Field field = Text(name, description, reason);
  field.type = FieldType::kBool;
  return field;
}
constexpr Field Addressed(std::string_view name, std::string_view description, FieldType type) {
  Field field = Text(name, description, kNearEnd);
  field.type = type;
  return field;
}
constexpr Field Optional(Field field, Plural plural) {
  field.argument = ArgumentUse::kOptional;
  field.plural = plural;
  return field;
}
constexpr Field Bytes(std::string_view name, std::string_view description,
                      std::string_view reason) {
  Field field = Text(name, description, reason);
  field.type = FieldType::kBytes;
  return field;
}

const Field kFields[] = {
    Text("evt.hostname", "name of the host", "the process that judges knows no host's name"),
    Text("evt.plugininfo", "a plugin's words for the event", "brig runs no plugins"),
    Text("evt.pluginname", "the plugin of the event", "brig runs no plugins"),
    Text("evt.asynctype", "kind of an asynchronous event", "brig has no such events"),
    Text("evt.io_dir", "r for reads, w for writes", kCalls),
    Text("evt.outputtime", "time as asked for on the command line", "use evt.time"),
    Text("evt.reltime", "time since the capture began", "there is no capture: use evt.rawtime"),
    Number("evt.reltime.s", "seconds since the capture began", "use evt.rawtime.s"),
    Number("evt.reltime.ns", "nanoseconds of that second", "use evt.rawtime.ns"),
    Number("evt.pluginid", "number of the event's plugin", "brig runs no plugins"),
    Number("evt.latency", "time between a call and its return", kNotKept),
    Number("evt.latency.s", "its seconds", kNotKept),
    Number("evt.latency.ns", "its nanoseconds", kNotKept),
    Text("evt.latency.human", "it, for people", kNotKept),
    Number("evt.deltatime", "time since the event before", "events of several CPUs interleave"),
    Number("evt.deltatime.s", "its seconds", "events of several CPUs interleave"),
    Number("evt.deltatime.ns", "its nanoseconds", "events of several CPUs interleave"),
    Number("evt.wait_latency", "time spent waiting", kCalls),
    Number("evt.buflen", "length of what was read or written", kCalls),
    Bytes("evt.buffer", "what was read or written", kCalls),
    Number("evt.count.error.file", "1 for failed calls on files", "use evt.failed"),
    Number("evt.count.error.net", "1 for failed calls on the network", "use evt.failed"),
    Number("evt.count.error.memory", "1 for failed calls on memory", "use evt.failed"),
    Number("evt.count.error.other", "1 for other failed calls", "use evt.failed"),
    Flag("evt.is_io", "the event reads or writes", kCalls),
    Flag("evt.is_io_read", "the event reads", kCalls),
    Flag("evt.is_io_write", "the event writes", kCalls),
    Flag("evt.is_wait", "the event waits", kCalls),
    Flag("evt.is_syslog", "the event writes to /dev/log", kCalls),
    Number("evt.is_async", "the event is asynchronous", "brig has no such events"),
    Number("proc.tty", "terminal of the process, 0 for none", kNotKept),
    Text("proc.cwd", "working directory", kNotKept),
    Optional(Text("proc.env", "environment, or one variable of it",
                  "environments hold secrets, which brig does not read"),
             Plural::kOne),
    Optional(Text("proc.aenv", "environment of an ancestor",
                  "environments hold secrets, which brig does not read"),
             Plural::kAny),
    Number("proc.loginshellid", "number of the oldest shell above", kNotKept),
    Number("proc.sid", "session", kNotKept),
    Text("proc.sname", "name of the session's leader", kNotKept),
    Text("proc.sid.exe", "its first word", kNotKept),
    Text("proc.sid.exepath", "its program", kNotKept),
    Number("proc.pgid", "process group", kNotKept),
    Text("proc.pgid.name", "name of the group's leader", kNotKept),
    Text("proc.pgid.exe", "its first word", kNotKept),
    Text("proc.pgid.exepath", "its program", kNotKept),
    Number("proc.vpgid", "process group, as in its pid namespace", kNotKept),
    Text("proc.vpgid.name", "name of the group's leader", kNotKept),
    Text("proc.vpgid.exe", "its first word", kNotKept),
    Text("proc.vpgid.exepath", "its program", kNotKept),
    Flag("proc.is_sid_leader", "it leads its session", kNotKept),
    Flag("proc.is_pgid_leader", "it leads its process group", kNotKept),
    Flag("proc.is_vpgid_leader", "it leads its process group", kNotKept),
    Flag("proc.is_exe_writable", "whoever started the program may write to it", kNotKept),
    Flag("proc.is_exe_lower_layer", "the program came with the image",
         "use proc.is_exe_upper_layer"),
    Number("proc.exe_ino.ctime", "when the program's file last changed", kNotKept),
    Number("proc.exe_ino.mtime", "when the program's file was last written", kNotKept),
    Number("proc.exe_ino.ctime_duration_proc_start", "from that change to the start", kNotKept),
    Number("proc.exe_ino.ctime_duration_pidns_start", "from the namespace to that change",
           kNotKept),
    Number("proc.pidns_init_start_ts", "start of the pid namespace", kNotKept),
    Text("proc.stdin.type", "what standard input is", kNotKept),
    Text("proc.stdout.type", "what standard output is", kNotKept),
    Text("proc.stderr.type", "what standard error is", kNotKept),
    Text("proc.stdin.name", "name of standard input", kNotKept),
    Text("proc.stdout.name", "name of standard output", kNotKept),
    Text("proc.stderr.name", "name of standard error", kNotKept),
    Number("proc.nthreads", "threads of the process", kNotKept),
    Number("proc.nchilds", "children of the process", kNotKept),
    Number("proc.fdopencount", "open descriptors", kNotKept),
    Number("proc.fdlimit", "how many descriptors it may open", kNotKept),
    Number("proc.fdusage", "share of that limit", kNotKept),
    Number("proc.vmsize", "virtual memory", kNotKept),
    Number("proc.vmrss", "resident memory", kNotKept),
    Number("proc.vmswap", "swapped memory", kNotKept),
    Number("thread.vtid", "number of the thread in its own pid namespace", kNotKept),
    Number("thread.exectime", "CPU time of the last slice", kNotKept),
    Number("thread.totexectime", "CPU time so far", kNotKept),
    Number("thread.pfmajor", "major page faults", kNotKept),
    Number("thread.pfminor", "minor page faults", kNotKept),
    Text("thread.cap_inheritable", "the inheritable capabilities", kNotKept),
    Text("thread.cgroups", "all cgroups", "a container is known by its birth, not by cgroups"),
    Optional(Text("thread.cgroup", "one cgroup", "a container is known by its birth"),
             Plural::kOne),
    Optional(Text("fd.types", "types of all open descriptors, or of one", kNotKept), Plural::kList),
    Text("fd.uid", "number of descriptor and thread", kNotKept),
    Text("fd.l4proto", "tcp, udp, icmp or raw", kNotKept),
    Flag("fd.connected", "the socket is connected", kNotKept),
    Flag("fd.name_changed", "the event changes fd.name", kNotKept),
    Addressed("fd.cip", "address of the client", FieldType::kAddress),
    Addressed("fd.lip", "address of the near end", FieldType::kAddress),
    Addressed("fd.cnet", "network of the client", FieldType::kNetwork),
    Addressed("fd.lnet", "network of the near end", FieldType::kNetwork),
    Number("fd.cport", "port of the client", kNearEnd),
    Number("fd.lport", "port of the near end", kNearEnd),
    Text("fd.cip.name", "name of the client", kNames),
    Text("fd.sip.name", "name of the server", kNames),
    Text("fd.lip.name", "name of the near end", kNames),
    Text("fd.rip.name", "name of the far end", kNames),
    Text("fd.proto", "protocol by the port of either end", "use fd.port"),
    Text("fd.cproto", "protocol by the client's port", "use fd.port"),
    Text("fd.sproto", "protocol by the server's port", "use fd.sport"),
    Text("fd.lproto", "protocol by the near end's port", "use fd.port"),
    Text("fd.rproto", "protocol by the far end's port", "use fd.rport"),
    Text("fs.path.name", "the path that a call on files names", "use evt.arg or evt.abspath"),
    Text("fs.path.nameraw", "it, as given", "use evt.arg"),
    Text("fs.path.source", "the path that a call reads", "use evt.arg"),
    Text("fs.path.sourceraw", "it, as given", "use evt.arg"),
    Text("fs.path.target", "the path that a call makes", "use evt.arg"),
    Text("fs.path.targetraw", "it, as given", "use evt.arg"),
    Text("fdlist.nums", "descriptors of poll", kCalls),
    Text("fdlist.names", "names of poll's descriptors", kCalls),
    Text("fdlist.cips", "clients of poll's descriptors", kCalls),
    Text("fdlist.sips", "servers of poll's descriptors", kCalls),
    Text("fdlist.cports", "clients' ports of poll's descriptors", kCalls),
    Text("fdlist.sports", "servers' ports of poll's descriptors", kCalls),
    Text("user.homedir", "home directory", "the container's own /etc/passwd is not read"),
    Text("user.shell", "login shell", "the container's own /etc/passwd is not read"),
    Text("syslog.message", "a message written to syslog", kCalls),
    Text("syslog.facility.str", "its facility", kCalls),
    Number("syslog.facility", "its facility's number", kCalls),
    Text("syslog.severity.str", "its severity", kCalls),
    Number("syslog.severity", "its severity's number", kCalls),
    Text("container.image.id", "id of the image", "use container.image.digest"),
    Text("container.ip", "address of the container", kEngine),
    Text("container.cni.json", "what the network plugin answered", kEngine),
    Text("container.healthcheck", "its health check", kEngine),
    Text("container.liveness_probe", "its liveness probe", kEngine),
    Text("container.readiness_probe", "its readiness probe", kEngine),
    Optional(Text("container.mount.propagation", "propagation of a mount", kEngine), Plural::kOne),
    Flag("proc.is_container_healthcheck", "it is a health check", kEngine),
    Flag("proc.is_container_liveness_probe", "it is a liveness probe", kEngine),
    Flag("proc.is_container_readiness_probe", "it is a readiness probe", kEngine),
    Text("k8s.pod.full_sandbox_id", "id of the pod's sandbox", kEngine),
    Text("k8s.pod.sandbox_id", "its first 12 digits", kEngine),
    Text("k8s.pod.ip", "address of the pod", kEngine),
    Text("k8s.pod.cni.json", "what the network plugin answered", kEngine),
    Text("k8s.rc.name", "replication controller", kPlugin),
    Text("k8s.rc.id", "its id", kPlugin),
    Text("k8s.svc.name", "service", kPlugin),
    Text("k8s.svc.id", "its id", kPlugin),
    Text("k8s.ns.id", "id of the namespace", kPlugin),
    Optional(Text("k8s.ns.label", "a label of the namespace", kPlugin), Plural::kOne),
    Text("k8s.ns.labels", "labels of the namespace", kPlugin),
    Text("k8s.rs.name", "replica set", kPlugin),
    Text("k8s.rs.id", "its id", kPlugin),
    Text("k8s.deployment.name", "deployment", kPlugin),
    Text("k8s.deployment.id", "its id", kPlugin),
};

}  // namespace

std::span<const Field> UnsupportedFields() { return kFields; }

}  // namespace brig::rules
