// SPDX-License-Identifier: Apache-2.0
// What the live view knows: brigd's status, the containers, the findings as they came, and what the
// person has selected. No input or output here. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/json_reader.h"
#include "cli/keys.h"

namespace brig::cli {

enum class Overlay { kNone, kHelp, kExplain };

class LiveModel {
 public:
  static constexpr std::size_t kMaxFindings = 1000;
  static constexpr std::size_t kMaxEvents = 5000;  // kept to tell a finding's story

  void SetStatus(Status status) { status_ = std::move(status); }
  void SetContainers(std::vector<ContainerRow> containers);
  // What brigd said when it cannot be asked; "" when all is well.
  void SetTrouble(std::string trouble) { trouble_ = std::move(trouble); }
  void AddLog(std::string line);
  // A finding from before; one that is known already is left as it is.
  void AddFinding(Finding finding);
  void Apply(Record record);
  void AddSkipped(std::uint64_t count) { skipped_ += count; }

  // Moves the selection or the text of an overlay. True when it was a key that the view knows.
  bool Press(Key key);
  // How many rows of findings, and of an overlay's text, the last drawing had room for.
  void SetRoom(std::size_t finding_rows, std::size_t overlay_rows, std::size_t overlay_lines);

  [[nodiscard]] const std::optional<Status>& status() const { return status_; }
  [[nodiscard]] const std::vector<ContainerRow>& containers() const { return containers_; }
  // Newest last.
  [[nodiscard]] const std::deque<Finding>& findings() const { return findings_; }
  [[nodiscard]] const std::deque<std::string>& log() const { return log_; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
  [[nodiscard]] Overlay overlay() const { return overlay_; }
  [[nodiscard]] std::size_t overlay_top() const { return overlay_top_; }
  // Counted from the newest, which is 0. The first one shown, and the selected one.
  [[nodiscard]] std::size_t top() const { return top_; }
  [[nodiscard]] std::size_t selected() const { return selected_; }
  [[nodiscard]] const Finding* SelectedFinding() const;
  // The remembered events of the container of `finding`, oldest first.
  [[nodiscard]] std::vector<Event> EventsAround(const Finding& finding) const;

 private:
  void Move(std::ptrdiff_t by);
  void KeepInView();

  std::optional<Status> status_;
  std::vector<ContainerRow> containers_;
  std::deque<Finding> findings_;
  std::deque<Event> events_;
  std::deque<std::string> log_;
  std::string trouble_;
  std::uint64_t skipped_ = 0;
  Overlay overlay_ = Overlay::kNone;
  std::size_t selected_ = 0, top_ = 0, overlay_top_ = 0;
  std::size_t finding_rows_ = 5, overlay_rows_ = 10, overlay_lines_ = 0;
};

}  // namespace brig::cli
