// SPDX-License-Identifier: Apache-2.0
// The fields that conditions and outputs name: what each means, how true it is here, and how it is
// taken from an event. `brig rules fields` prints this table. Thread safe (constants).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/event.h"
#include "model/subject.h"
#include "rules/fields/event_kinds.h"
#include "rules/fields/values.h"

namespace brig::rules {

// One event, with who and where: asked for when a field needs it, once, for naming is dear.
class View {
 public:
  using MakeSubject = std::function<Subject()>;
  // Both must outlive the view.
  View(const Event& event, const Subject& subject)
      : event_(event), subject_(&subject), kind_(KindOf(event)) {}
  View(const Event& event, const MakeSubject& make)
      : event_(event), make_(&make), kind_(KindOf(event)) {}

  [[nodiscard]] const Event& event() const { return event_; }
  [[nodiscard]] EventKind kind() const { return kind_; }
  [[nodiscard]] const Subject& subject() const {
    if (subject_ == nullptr) {
      made_ = (*make_)();
      subject_ = &*made_;
    }
    return *subject_;
  }
  [[nodiscard]] bool in_container() const { return event_.actor.process.container != 0; }
  template <class T>
  [[nodiscard]] const T* details() const {
    return std::get_if<T>(&event_.details);
  }
  // The acting process or its ancestor of that degree; null when not known.
  [[nodiscard]] const Process* Ancestor(std::size_t degree) const {
    const auto& chain = subject().chain;
    return degree < chain.size() ? &chain[degree] : nullptr;
  }

 private:
  const Event& event_;
  mutable const Subject* subject_ = nullptr;
  const MakeSubject* make_ = nullptr;
  mutable std::optional<Subject> made_;
  EventKind kind_;
};

enum class FieldType : std::uint8_t { kText, kNumber, kBool, kAddress, kNetwork, kBytes };
std::string_view NameOf(FieldType type);

// What an operator says of a field that has several values.
enum class Plural : std::uint8_t {
  kOne,     // it never has
  kAny,     // holds for one of them: ancestors
  kEither,  // the same, but for `!=`, which must hold for all: both ends of a connection, names
  kList,    // exists, in (all of them), intersects (one of them)
};

enum class ArgumentUse : std::uint8_t { kNone, kOptional, kRequired };

enum class Fidelity : std::uint8_t {
  kExact,
  kBestEffort,   // true where brig says something; `reason` tells where it says nothing
  kUnsupported,  // never has a value here; `reason` tells why
};
std::string_view NameOf(Fidelity fidelity);

// The argument of a field: a number, or a word.
struct Argument {
  bool given = false;
  std::optional<std::size_t> index;
  std::string word;
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  Plural plural = Plural::kOne;
  ArgumentUse argument = ArgumentUse::kNone;
  Fidelity fidelity = Fidelity::kExact;
  std::string_view description = {}, example = {}, reason = {};
  void (*extract)(const View& view, const Argument& argument, Values& out) = nullptr;
  bool (*only)(Operation operation) = nullptr;  // the events that may have it; null: all
};

// With an argument some fields are another matter: proc.aname[2] has one value.
Plural PluralOf(const Field& field, const Argument& argument);

// All fields, in the order of their classes.
std::span<const Field> AllFields();
// `name` may carry the argument behind a dot: evt.arg.flags. Null for an unknown one.
const Field* FindField(std::string_view name, Argument& argument);
// "did you mean proc.name?"
std::string NearestField(std::string_view name);
// Events of that kind may have a value of the field.
bool MayHave(const Field& field, const Argument& argument, EventKind kind);

// The values of a field, none when it has none.
void Extract(const Field& field, const Argument& argument, const View& view, Values& out);

}  // namespace brig::rules
