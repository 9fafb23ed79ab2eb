// SPDX-License-Identifier: Apache-2.0
#include "cli/screen.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/file.h"

namespace brig::cli {
namespace {

// Alternate screen, cursor hidden, no wrapping at the right edge; and back.
constexpr std::string_view kTakeCodes = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kGiveBackCodes = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::array kCrashes = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

// What a signal handler needs to give the terminal back.
termios g_before{};
volatile sig_atomic_t g_taken = 0;

void GiveBack() {
  if (g_taken == 0) return;
  g_taken = 0;
  [[maybe_unused]] const ssize_t put =
      ::write(STDOUT_FILENO, kGiveBackCodes.data(), kGiveBackCodes.size());
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_before);
}

// Only async-signal-safe calls; SA_RESETHAND lets the raised signal end the program.
void OnCrash(int signal) {
  GiveBack();
  ::raise(signal);
}

}  // namespace

Result<Screen> Screen::Take() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1)
    return Fail(ErrorCode::kUnsupported, "this is no terminal");
  if (::tcgetattr(STDIN_FILENO, &g_before) != 0) return FailErrno("read the terminal's settings");
  termios raw = g_before;
  ::cfmakeraw(&raw);
  raw.c_oflag |= OPOST;
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) return FailErrno("set up the terminal");
  g_taken = 1;
  struct sigaction action{};
  action.sa_handler = OnCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : kCrashes) ::sigaction(signal, &action, nullptr);
  Screen screen;
  BRIG_TRY(WriteAll(STDOUT_FILENO, kTakeCodes));
  return screen;
}

Screen::Screen(Screen&& other) noexcept
    : taken_(std::exchange(other.taken_, false)),
      shown_(std::move(other.shown_)),
      shown_columns_(other.shown_columns_),
      keys_(std::move(other.keys_)) {}

Screen::~Screen() {
  if (taken_) GiveBack();
}

Screen::Size Screen::size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

void Screen::Show(const Frame& frame) {
  std::string codes;
  if (shown_.size() != frame.rows() || shown_columns_ != frame.columns()) {
    shown_.assign(frame.rows(), "");
    shown_columns_ = frame.columns();
    codes = "\x1b[0m\x1b[2J";
  }
  for (std::size_t row = 0; row < frame.rows(); ++row) {
    std::string line = frame.Codes(row);
    if (line == shown_[row]) continue;
    codes += fmt::format("\x1b[{};1H{}", row + 1, line);
    shown_[row] = std::move(line);
  }
  // A terminal that is gone shows at the next read of keys.
  [[maybe_unused]] const auto written = WriteAll(STDOUT_FILENO, codes);
}

bool Screen::ReadKeys() {
  std::array<char, 256> bytes{};
  const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  keys_.Add({bytes.data(), static_cast<std::size_t>(got)});
  return true;
}

}  // namespace brig::cli
