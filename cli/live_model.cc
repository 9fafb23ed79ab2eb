// SPDX-License-Identifier: Apache-2.0
#include "cli/live_model.h"

#include <algorithm>

namespace brig::cli {
namespace {

constexpr std::size_t kMaxLogLines = 200;

std::size_t Moved(std::size_t from, std::ptrdiff_t by, std::size_t most) {
  const auto to = static_cast<std::ptrdiff_t>(from) + by;
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(most)));
}

}  // namespace

void LiveModel::SetContainers(std::vector<ContainerRow> containers) {
  std::stable_sort(containers.begin(), containers.end(),
                   [](const ContainerRow& a, const ContainerRow& b) {
                     return a.container.started_wall_ns > b.container.started_wall_ns;
                   });
  containers_ = std::move(containers);
}

void LiveModel::AddLog(std::string line) {
  log_.push_back(std::move(line));
  if (log_.size() > kMaxLogLines) log_.pop_front();
}

void LiveModel::AddFinding(Finding finding) {
  for (const Finding& known : findings_)
    if (known.id == finding.id) return;
  findings_.push_back(std::move(finding));
  if (findings_.size() > kMaxFindings) findings_.pop_front();
  // Somebody at the top sees what comes; somebody elsewhere stays with what they read.
  if (selected_ > 0 || overlay_ == Overlay::kExplain) {
    selected_ = std::min(selected_ + (findings_.size() > 1 ? 1 : 0), findings_.size() - 1);
    ++top_;
  }
  KeepInView();
}

void LiveModel::Apply(Record record) {
  if (auto* finding = std::get_if<Finding>(&record)) {
    AddFinding(std::move(*finding));
  } else if (const auto* repeat = std::get_if<FindingRepeat>(&record)) {
    for (Finding& known : findings_)
      if (known.id == repeat->id) known.count = repeat->count;
  } else if (auto* event = std::get_if<Event>(&record)) {
    events_.push_back(std::move(*event));
    if (events_.size() > kMaxEvents) events_.pop_front();
  } else if (const auto* notice = std::get_if<Notice>(&record)) {
    AddLog(notice->what + ": " + notice->text);
  }
}

void LiveModel::Move(std::ptrdiff_t by) {
  if (overlay_ != Overlay::kNone) {
    const std::size_t most = overlay_lines_ > overlay_rows_ ? overlay_lines_ - overlay_rows_ : 0;
    overlay_top_ = Moved(overlay_top_, by, most);
    return;
  }
  selected_ = Moved(selected_, by, findings_.empty() ? 0 : findings_.size() - 1);
  KeepInView();
}

void LiveModel::KeepInView() {
  const std::size_t rows = std::max<std::size_t>(finding_rows_, 1);
  top_ = std::min(top_, findings_.size() > rows ? findings_.size() - rows : 0);
  if (selected_ < top_) top_ = selected_;
  if (selected_ >= top_ + rows) top_ = selected_ - rows + 1;
}

bool LiveModel::Press(Key key) {
  const auto page = static_cast<std::ptrdiff_t>(
      std::max<std::size_t>(overlay_ == Overlay::kNone ? finding_rows_ : overlay_rows_, 2) - 1);
  constexpr std::ptrdiff_t kFar = 1 << 20;
  const auto open = [this](Overlay which) {
    overlay_ = overlay_ == which ? Overlay::kNone : which;
    overlay_top_ = 0;
  };
  switch (key) {
    case Key::kUp: Move(-1); return true;
    case Key::kDown: Move(1); return true;
    case Key::kPageUp: Move(-page); return true;
    case Key::kPageDown: Move(page); return true;
    case Key::kHome: Move(-kFar); return true;
    case Key::kEnd: Move(kFar); return true;
    case Key::kHelp: open(Overlay::kHelp); return true;
    case Key::kEnter:
      if (overlay_ != Overlay::kNone || SelectedFinding() != nullptr)
        open(overlay_ == Overlay::kNone ? Overlay::kExplain : overlay_);
      return true;
    case Key::kEscape: overlay_ = Overlay::kNone; return true;
    default: return false;
  }
}

void LiveModel::SetRoom(std::size_t finding_rows, std::size_t overlay_rows,
                        std::size_t overlay_lines) {
  finding_rows_ = finding_rows;
  overlay_rows_ = overlay_rows;
  overlay_lines_ = overlay_lines;
  KeepInView();
  if (overlay_ != Overlay::kNone) Move(0);
}

const Finding* LiveModel::SelectedFinding() const {
  if (selected_ >= findings_.size()) return nullptr;
  return &findings_[findings_.size() - 1 - selected_];
}

std::vector<Event> LiveModel::EventsAround(const Finding& finding) const {
  std::vector<Event> around;
  for (const Event& event : events_)
    if (event.actor.process.container == finding.subject.container.key) around.push_back(event);
  return around;
}

}  // namespace brig::cli
