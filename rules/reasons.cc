// SPDX-License-Identifier: Apache-2.0
// Why each cause matters and what to do about it, for `brig explain`.
#include "rules/sentences.h"

namespace brig::rules {

namespace {

// Of what only the guard sees.
std::string_view ReasonOfGuarded(Cause cause) {
  switch (cause) {
    case Cause::kReadOnlyMount:
      return "What was given to the container for reading only is the host's or others' to change. "
             "Making it writable turns a look into a rewrite.";
    case Cause::kHostSetting:
      return "Clock, ports, power, audit and the host's network are one for the host and all "
             "containers. Who changes them for one changes them for all.";
    case Cause::kUsermodeHelper:
      return "The kernel starts few programs by itself, as root on the host, and they are known. "
             "An "
             "exploit that can change one text in the kernel's memory has it start another.";
    case Cause::kNotOfImage:
      return "This program did not come with the image that was reviewed, nor with a volume: "
             "somebody brought it into the running container.";
    case Cause::kNeighbour:
      return "Containers that share a host trust each other no more than strangers do. This object "
             "was made by another one.";
    case Cause::kPrivilegeLeft:
      return "A program with the set-user-id bit or with capabilities gives its rights to whoever "
             "runs it, and a link leads whoever follows it to a file that was not meant. On "
             "storage "
             "that the host or others reach, an ordinary user there becomes root through the one, "
             "and root reads or writes through the other.";
    case Cause::kRogueStart:
    case Cause::kRogueEntry:
      return "Containers are started and entered by the runtimes of this host, which are known by "
             "file. This was done by another program: no engine, no policy and no log of theirs "
             "has seen it.";
    case Cause::kSurface:
      return "This part of the kernel is where its mistakes have been found again and again, and "
             "this container is set to do without it.";
    default: return "The act crossed the border of the container.";
  }
}

}  // namespace

std::string_view ReasonOf(Cause cause) {
  switch (cause) {
    case Cause::kForeignMount:
      return "A container has its own tree of mounts, and that tree is its wall. A file that comes "
             "through another tree is the host's or another container's, whatever its name looks "
             "like. Whoever opens one has got past the wall.";
    case Cause::kHostDirectory:
      return "A directory of the host was mounted into this container. Whoever controls the "
             "container can use that part of the host with the rights of root: to read its "
             "secrets, or to change what the host itself will run later.";
    case Cause::kGlobalSwitch:
      return "There is one kernel for the host and all containers. Some of its switches name a "
             "program that the kernel then starts as root on the host, others weaken everybody's "
             "protection. No container has a reason to write them.";
    case Cause::kForeignCgroup:
      return "Control groups hold processes together and limit them. A container that writes the "
             "control files of a group above or beside its own can stop the host's processes, lift "
             "its own limits, or have the kernel start a program on the host.";
    case Cause::kForeignRoot:
      return "The process resolves every path from a directory outside its container: it "
             "sees the host's files as if it had never been contained.";
    case Cause::kForeignDirectory:
    case Cause::kLeakedDescriptor:
      return "The runtime left a door open when it started this container (CVE-2024-21626 is of "
             "this "
             "kind): from an open directory of the host every file of the host can be reached.";
    case Cause::kDevice:
    case Cause::kDeviceMount:
      return "A device is the thing itself, under all protection. Who reads the host's disk reads "
             "every file on it, who writes it changes them, and no permission is asked.";
    case Cause::kForeignNamespace:
      return "Namespaces are what makes a container see only itself. In one of the host's or "
             "of another container's, the process acts there as if it belonged there.";
    case Cause::kMoreCapabilities:
      return "Somebody entered this container with more power than it was started with. What "
             "was decided about the container at its start no longer holds.";
    case Cause::kLessConfinement:
      return "The container was started with a restraint that this process does not have. System "
             "calls that were closed for good reasons are open to it.";
    case Cause::kUnannounced:
      return "The kernel changes a process's rights only through a few system calls, and brig "
             "watches them all. These rights appeared without any: memory of the kernel was "
             "changed "
             "from outside. Treat the host as taken.";
    case Cause::kForeignTask:
    case Cause::kForeignTaskFile:
      return "Who reads the memory of a process has its passwords and keys; who steers it acts in "
             "its "
             "name; who stops it can silence a guard. Processes outside the container are none of "
             "its business.";
    case Cause::kKernelCode:
      return "Code in the kernel stands above every protection of this host, brig's included. No "
             "container has a reason to bring any.";
    case Cause::kKernelMemory:
      return "The inside of the kernel shows what all containers and the host are doing, and where "
             "an exploit has to aim.";
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract:
      return "Behind this door sits a service that acts with the rights of the host. Who can talk "
             "to a container engine can start a container that is allowed everything: it is as "
             "good as root.";
    default: return ReasonOfGuarded(cause);
  }
}

std::string_view AdviceOf(Cause cause) {
  switch (cause) {
    case Cause::kHostDirectory:
      return "Start the container without that mount, or with a directory that holds only what it "
             "needs, read-only where it can be. If the act was not meant, change the secrets that "
             "lie there.";
    case Cause::kDevice:
    case Cause::kDeviceMount:
      return "If the container needs this device, name it at its start (docker run --device). If "
             "not, take CAP_MKNOD and CAP_SYS_ADMIN away, and look at what was read or changed on "
             "the device.";
    case Cause::kMoreCapabilities:
    case Cause::kLessConfinement:
      return "Ask the person named above why. Entering a container with docker exec --privileged "
             "undoes its confinement; do what is needed in a container made for it.";
    case Cause::kUnannounced:
      return "Take the host off the network, keep its disk and brig's ledger for examination, and "
             "set it up anew with a newer kernel.";
    case Cause::kForeignDirectory:
    case Cause::kLeakedDescriptor:
      return "Update runc (1.1.12 or later closes CVE-2024-21626), stop the container, and look at "
             "what it did on the host since its start.";
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract:
      return "Start the container without that socket, without the host's network, or with a rule "
             "that keeps it from the address. Look for containers that it started meanwhile: brig "
             "containers --all.";
    case Cause::kForeignTask:
    case Cause::kForeignTaskFile:
      return "Start the container with a process namespace of its own (no --pid host) and without "
             "CAP_SYS_PTRACE. Change the secrets of the process that was reached.";
    case Cause::kKernelCode:
    case Cause::kKernelMemory:
      return "Start the container without CAP_SYS_MODULE, CAP_BPF, CAP_PERFMON, CAP_SYSLOG and "
             "CAP_SYS_ADMIN. If code was loaded, treat the host as taken.";
    case Cause::kHostSetting:
      return "Start the container without that capability, or allow it by name in the policy "
             "(allow: capabilities).";
    case Cause::kUsermodeHelper:
      return "Look at kernel.modprobe and kernel.core_pattern (sysctl), and at who wrote them. If "
             "nobody did, treat the host as taken.";
    case Cause::kNotOfImage:
      return "Build what is needed into the image. If programs may be brought in while it runs, "
             "set image: off for it in the policy.";
    case Cause::kPrivilegeLeft:
      return "Mount the volume on the host with nosuid, and look for what lies there already: find "
             "VOLUME -perm /6000 -o -type l. Serve nothing from it that follows links.";
    case Cause::kRogueStart:
    case Cause::kRogueEntry:
      return "Find out who ran the program named above. If it is a runtime of yours, list it "
             "(brigd --runtime FILE).";
    case Cause::kSurface: return "If the container needs it, allow it in the policy (surface).";
    case Cause::kNone:
    case Cause::kForeignMount:
    case Cause::kReadOnlyMount:
    case Cause::kNeighbour:
    case Cause::kGlobalSwitch:
    case Cause::kForeignCgroup:
    case Cause::kForeignRoot:
    case Cause::kForeignNamespace: break;
  }
  return "Stop the container and keep it for examination (docker stop, then docker commit or "
         "export). "
         "Start it again only without what made it dangerous, listed above, and look at what it "
         "changed on the host.";
}

}  // namespace brig::rules
