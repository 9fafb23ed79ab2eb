// SPDX-License-Identifier: Apache-2.0
// container.* and k8s.*: where it happened. A container is known by its birth, never by its cgroup.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr std::size_t kShortId = 12;

void Id(const View& view, const Argument&, Values& out) {
  if (!view.in_container()) return out.Add("host");
  const Container& container = view.subject().container;
  if (!container.id.empty()) return out.Add(std::string_view(container.id).substr(0, kShortId));
  std::string& text = out.Build();
  text = container.DisplayName();
  out.AddBuilt(text);
}

void FullId(const View& view, const Argument&, Values& out) {
  if (!view.in_container()) return out.Add("host");
  const Container& container = view.subject().container;
  if (!container.id.empty()) out.Add(container.id);
}

const Container* Of(const View& view) {
  return view.in_container() ? &view.subject().container : nullptr;
}

void Text(const std::string& text, Values& out) {
  if (!text.empty()) out.Add(text);
}

void Name(const View& view, const Argument&, Values& out) {
  if (!view.in_container()) return out.Add("host");
  const Container& container = view.subject().container;
  if (!container.name.empty()) return out.Add(container.name);
  std::string& text = out.Build();
  text = container.DisplayName();
  out.AddBuilt(text);
}

void Image(const View& view, const Argument&, Values& out) {
  if (const Container* container = Of(view)) Text(container->image, out);
}

// "registry:5000/team/app:1.0@sha256:..." is repository, tag and digest. Docker's own registry is
// left out of the names that its engine tells; Falco writes it out.
std::string_view Repository(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash))
    return image;
  return image.substr(0, colon);
}

void ImageRepository(const View& view, const Argument&, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr || container->image.empty()) return;
  out.Add(Repository(container->image));
}

void ImageTag(const View& view, const Argument&, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr || container->image.empty()) return;
  const std::string_view image =
      std::string_view(container->image).substr(0, container->image.find('@'));
  const std::string_view repository = Repository(image);
  if (repository.size() < image.size())
    out.Add(image.substr(repository.size() + 1));
  else
    out.Add("latest");
}

void Digest(const View& view, const Argument&, Values& out) {
  if (const Container* container = Of(view)) Text(container->image_digest, out);
}

void Engine(const View& view, const Argument&, Values& out) {
  if (!view.in_container()) return out.Add("host");
  Text(view.subject().container.engine, out);
}

void Privileged(const View& view, const Argument&, Values& out) {
  const Container* container = Of(view);
  if (container != nullptr && container->naming != Naming::kUnidentified)
    out.AddNumber(container->privileged ? 1 : 0);
}

void AppendMount(const MountInfo& mount, std::string& text) {
  fmt::format_to(std::back_inserter(text), "{}:{}:{}:{}:", mount.source, mount.destination,
                 mount.writable ? "rw" : "ro", mount.writable);
}

void Mounts(const View& view, const Argument&, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr) return;
  std::string& text = out.Build();
  for (const MountInfo& mount : container->mounts) {
    if (!text.empty()) text += ',';
    AppendMount(mount, text);
  }
  out.AddBuilt(text);
}

bool Fits(const std::string& pattern, const std::string& path) {
  return ::fnmatch(pattern.c_str(), path.c_str(), FNM_EXTMATCH) == 0;
}

// By number, or by a pattern of the side that is not asked for.
const MountInfo* FindMount(const Container& container, const Argument& argument, bool by_source) {
  if (argument.index)
    return *argument.index < container.mounts.size() ? &container.mounts[*argument.index] : nullptr;
  const auto found = std::ranges::find_if(container.mounts, [&](const MountInfo& mount) {
    return Fits(argument.word, by_source ? mount.source : mount.destination);
  });
  return found == container.mounts.end() ? nullptr : &*found;
}

// Rules ask `not container.mount.dest[X] in ("<NA>","N/A")`: a container without such a mount
// answers N/A.
template <std::string_view (*kPart)(const MountInfo&), bool kBySource>
void Mount(const View& view, const Argument& argument, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr) return out.Add("N/A");
  const MountInfo* mount = FindMount(*container, argument, kBySource);
  out.Add(mount == nullptr ? std::string_view("N/A") : kPart(*mount));
}

std::string_view SourceOf(const MountInfo& mount) { return mount.source; }
std::string_view DestinationOf(const MountInfo& mount) { return mount.destination; }
std::string_view ModeOf(const MountInfo& mount) { return mount.writable ? "rw" : "ro"; }
std::string_view WritableOf(const MountInfo& mount) { return mount.writable ? "true" : "false"; }

void OneMount(const View& view, const Argument& argument, Values& out) {
  const Container* container = Of(view);
  const MountInfo* mount =
      container == nullptr ? nullptr : FindMount(*container, argument, /*by_source=*/true);
  if (mount == nullptr) return out.Add("N/A");
  std::string& text = out.Build();
  AppendMount(*mount, text);
  out.AddBuilt(text);
}

void LabelNamed(const View& view, std::string_view key, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr) return;
  const auto found = std::ranges::find(container->labels, key, &Label::key);
  if (found != container->labels.end()) out.Add(found->value);
}

void OneLabel(const View& view, const Argument& argument, Values& out) {
  LabelNamed(view, argument.word, out);
}

void Labels(const View& view, const Argument&, Values& out) {
  const Container* container = Of(view);
  if (container == nullptr) return;
  std::string& text = out.Build();
  for (const Label& label : container->labels) {
    if (!text.empty()) text += ", ";
    fmt::format_to(std::back_inserter(text), "{}:{}", label.key, label.value);
  }
  out.AddBuilt(text);
}

bool HasRisk(const Container& container, std::string_view what) {
  return std::ranges::find(container.risks, what, &Risk::what) != container.risks.end();
}

constexpr std::string_view kKnown = "of containers that a runtime or engine vouches for";
constexpr std::string_view kByLabels =
    "from the labels that Kubernetes gives containers, where the engine tells them";

const Field kFields[] = {
    {.name = "container.id",
     .description = "the first 12 digits of the container's id, or host",
     .example = "container.id != host",
     .extract = Id},
    {.name = "container.full_id",
     .fidelity = Fidelity::kBestEffort,
     .description = "the whole id, or host",
     .example = "%container.full_id",
     .reason = kKnown,
     .extract = FullId},
    {.name = "container.name",
     .description = "the container's name, or host",
     .example = "container.name startswith web",
     .extract = Name},
    {.name = "container.image",
     .fidelity = Fidelity::kBestEffort,
     .description = "the image as the engine names it",
     .example = "container.image contains nginx",
     .reason = kKnown,
     .extract = Image},
    {.name = "container.image.repository",
     .fidelity = Fidelity::kBestEffort,
     .description = "the image without tag and digest",
     .example = "container.image.repository in (nginx, docker.io/library/nginx)",
     .reason = "as the engine names it: Docker leaves out docker.io/library/",
     .extract = ImageRepository},
    {.name = "container.image.tag",
     .fidelity = Fidelity::kBestEffort,
     .description = "the image's tag",
     .example = "container.image.tag = latest",
     .reason = kKnown,
     .extract = ImageTag},
    {.name = "container.image.digest",
     .fidelity = Fidelity::kBestEffort,
     .description = "the image's digest",
     .example = "container.image.digest exists",
     .reason = kKnown,
     .extract = Digest},
    {.name = "container.type",
     .fidelity = Fidelity::kBestEffort,
     .description = "the engine: docker, runc ... or host",
     .example = "container.type = docker",
     .reason = kKnown,
     .extract = Engine},
    {.name = "container.privileged",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "the container was started privileged",
     .example = "container.privileged = true",
     .reason = kKnown,
     .extract = Privileged},
    {.name = "container.mounts",
     .fidelity = Fidelity::kBestEffort,
     .description = "its mounts, as source:destination:mode:writable:propagation",
     .example = "container.mounts contains /var/run/docker.sock",
     .reason = "from its mount table at the start; propagation is left empty",
     .extract = Mounts},
    {.name = "container.mount",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "one mount, by number or by a pattern of its source; N/A when there is none",
     .example = "container.mount[0] != N/A",
     .reason = "as container.mounts",
     .extract = OneMount},
    {.name = "container.mount.source",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "source of the mount at a destination; N/A when there is none",
     .example = "container.mount.source[/etc] = /etc",
     .reason = "as container.mounts",
     .extract = Mount<SourceOf, false>},
    {.name = "container.mount.dest",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "destination of the mount of a source; N/A when there is none",
     .example = "not container.mount.dest[/proc*] in (\"N/A\")",
     .reason = "as container.mounts",
     .extract = Mount<DestinationOf, true>},
    {.name = "container.mount.mode",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "rw or ro of the mount of a source",
     .example = "container.mount.mode[/etc] = rw",
     .reason = "as container.mounts",
     .extract = Mount<ModeOf, true>},
    {.name = "container.mount.rdwr",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "true when the mount of a source is writable",
     .example = "container.mount.rdwr[/etc] = true",
     .reason = "as container.mounts",
     .extract = Mount<WritableOf, true>},
    {.name = "container.start_ts",
     .type = FieldType::kNumber,
     .description = "when the container started, in nanoseconds since 1970",
     .example = "%container.start_ts",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const Container* container = Of(v);
           if (container != nullptr && container->started_wall_ns != 0)
             o.AddNumber(container->started_wall_ns);
         }},
    {.name = "container.duration",
     .type = FieldType::kNumber,
     .description = "nanoseconds since the container started",
     .example = "container.duration < 60000000000",
     .extract =
         [](const View& v, const Argument&, Values& o) {
           const Container* container = Of(v);
           if (container != nullptr && container->started_wall_ns != 0)
             o.AddNumber(v.event().wall_ns - container->started_wall_ns);
         }},
    {.name = "container.label",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "one label",
     .example = "container.label.team = web",
     .reason = kKnown,
     .extract = OneLabel},
    {.name = "container.labels",
     .fidelity = Fidelity::kBestEffort,
     .description = "all labels",
     .example = "container.labels contains team:web",
     .reason = kKnown,
     .extract = Labels},
    {.name = "container.host_pid",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "it shares the host's process numbers",
     .example = "container.host_pid = true",
     .reason = kKnown,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const Container* c = Of(v)) o.AddNumber(HasRisk(*c, "host_pid") ? 1 : 0);
         }},
    {.name = "container.host_network",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "it shares the host's network",
     .example = "container.host_network = true",
     .reason = kKnown,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const Container* c = Of(v)) o.AddNumber(HasRisk(*c, "host_net") ? 1 : 0);
         }},
    {.name = "container.host_ipc",
     .type = FieldType::kBool,
     .fidelity = Fidelity::kBestEffort,
     .description = "it shares the host's IPC objects",
     .example = "container.host_ipc = true",
     .reason = kKnown,
     .extract =
         [](const View& v, const Argument&, Values& o) {
           if (const Container* c = Of(v)) o.AddNumber(HasRisk(*c, "host_ipc") ? 1 : 0);
         }},
    {.name = "k8s.pod.name",
     .fidelity = Fidelity::kBestEffort,
     .description = "name of the pod",
     .example = "k8s.pod.name startswith web-",
     .reason = kByLabels,
     .extract = [](const View& v, const Argument&,
                   Values& o) { LabelNamed(v, "io.kubernetes.pod.name", o); }},
    {.name = "k8s.pod.uid",
     .fidelity = Fidelity::kBestEffort,
     .description = "uid of the pod",
     .example = "%k8s.pod.uid",
     .reason = kByLabels,
     .extract = [](const View& v, const Argument&,
                   Values& o) { LabelNamed(v, "io.kubernetes.pod.uid", o); }},
    {.name = "k8s.pod.id",
     .fidelity = Fidelity::kBestEffort,
     .description = "uid of the pod",
     .example = "%k8s.pod.id",
     .reason = kByLabels,
     .extract = [](const View& v, const Argument&,
                   Values& o) { LabelNamed(v, "io.kubernetes.pod.uid", o); }},
    {.name = "k8s.ns.name",
     .fidelity = Fidelity::kBestEffort,
     .description = "namespace of the pod",
     .example = "k8s.ns.name = kube-system",
     .reason = kByLabels,
     .extract = [](const View& v, const Argument&,
                   Values& o) { LabelNamed(v, "io.kubernetes.pod.namespace", o); }},
    {.name = "k8s.pod.label",
     .argument = ArgumentUse::kRequired,
     .fidelity = Fidelity::kBestEffort,
     .description = "one label of the pod",
     .example = "k8s.pod.label.app = web",
     .reason = "the labels of the container, which has some of the pod's",
     .extract = OneLabel},
    {.name = "k8s.pod.labels",
     .fidelity = Fidelity::kBestEffort,
     .description = "all labels of the pod",
     .example = "%k8s.pod.labels",
     .reason = "the labels of the container, which has some of the pod's",
     .extract = Labels},
};

}  // namespace

std::span<const Field> ContainerFields() { return kFields; }

}  // namespace brig::rules
