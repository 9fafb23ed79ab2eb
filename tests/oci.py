# SPDX-License-Identifier: Apache-2.0
"""The config.json of a container that runc starts directly, on this host or in a guest.

The default is what Docker gives: fourteen capabilities, masked paths, own namespaces and no
devices but the harmless ones. Each argument takes one of these protections away, so that a test
can name the single weakness that its attack needs.
"""

DOCKER_CAPABILITIES = [
    "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP",
    "CAP_SETUID", "CAP_SYS_CHROOT"]
NAMESPACES = ["pid", "network", "ipc", "uts", "mount", "cgroup"]
MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]


def bind(source, destination, readonly=False):
    """A volume: a path of the host at a path of the container."""
    return {"type": "bind", "source": str(source), "destination": str(destination),
            "options": ["rbind", "rprivate", "ro" if readonly else "rw"]}


def device(path, major, minor):
    """A character device of the host that the container is given: for config()'s devices."""
    return {"path": path, "type": "c", "major": major, "minor": minor, "fileMode": 0o666}


def hardened(specification, *, refused_calls=(), uid=None, remapped=False):
    """The specification with what Docker adds on request: no_new_privs and a seccomp filter that
    refuses the named calls; another user, who then has no capability; a user namespace."""
    process, linux = specification["process"], specification["linux"]
    if refused_calls:
        process["noNewPrivileges"] = True
        linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": list(refused_calls), "action": "SCMP_ACT_ERRNO"}]}
    if uid is not None:
        process["user"] = {"uid": uid, "gid": uid}
    if remapped:
        linux["namespaces"].append({"type": "user"})
        for name in ("uidMappings", "gidMappings"):
            linux[name] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    return specification


def config(args, *, add=(), host=(), mounts=(), device_rules=(), devices=(), rootfs="rootfs",
           masked=True, **hardening):
    """The specification as a dict.

    add: capabilities beyond Docker's. host: namespaces shared with the host ("pid", "network").
    mounts: values of bind(). device_rules: OCI device rules to allow on top of the default.
    devices: values of device(), with the rules that they need. hardening: see hardened().
    """
    capabilities = DOCKER_CAPABILITIES + list(add)
    sets = ("bounding", "effective", "permitted")
    rules = [{"allow": True, "access": "rw", "type": each["type"], "major": each["major"],
              "minor": each["minor"]} for each in devices]
    return hardened({
        "ociVersion": "1.0.2",
        "hostname": "container",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "cwd": "/",
            "args": [str(word) for word in args],
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "capabilities": {name: capabilities for name in sets},
        },
        "root": {"path": str(rootfs), "readonly": False},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc",
             "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
            {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
             "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
             "options": ["nosuid", "noexec", "nodev", "mode=1777"]},
            *([] if "network" in host else [
                {"destination": "/sys", "type": "sysfs", "source": "sysfs",
                 "options": ["nosuid", "noexec", "nodev", "ro"]}]),
            *mounts],
        "linux": {
            "namespaces": [{"type": name} for name in NAMESPACES if name not in host],
            "maskedPaths": MASKED if masked else [],
            "readonlyPaths": READONLY if masked else [],
            "resources": {"devices": [{"allow": False, "access": "rwm"},
                                      {"allow": True, "type": "c", "access": "m"},
                                      {"allow": True, "type": "b", "access": "m"},
                                      *device_rules, *rules]},
            "devices": list(devices),
        },
    }, **hardening)
