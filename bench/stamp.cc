// SPDX-License-Identifier: Apache-2.0
// Puts CLOCK_BOOTTIME in nanoseconds before each line, as of when the line could be read.
//   bench_stamp         lines of standard input
//   bench_stamp FILE    lines added to the end of FILE from now on, looked for every 50 us
// Ends with its input or on a signal.
#include <fcntl.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kMaxLine = 1 << 20;
constexpr long kPollNs = 50'000;

std::int64_t BootNs() {
  timespec ts{};
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return ts.tv_sec * 1'000'000'000LL + ts.tv_nsec;
}

void Print(std::int64_t when, std::string_view line) {
  std::printf("%" PRId64 " %.*s\n", when, static_cast<int>(line.size()), line.data());
}

// Prints the whole lines of `text` and leaves the rest in it.
void PrintLines(std::int64_t when, std::string& text) {
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    Print(when, std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  text.erase(0, begin);
  if (text.size() > kMaxLine) text.clear();
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_file = argc > 1;
  const int fd = is_file ? open(argv[1], O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (fd < 0 || (is_file && lseek(fd, 0, SEEK_END) < 0)) {
    std::perror("bench_stamp");
    return 2;
  }
  std::puts("ready");
  std::fflush(stdout);
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size < 0 || (size == 0 && !is_file)) return size < 0 ? 1 : 0;
    if (size == 0) {
      const timespec pause{.tv_sec = 0, .tv_nsec = kPollNs};
      nanosleep(&pause, nullptr);
      continue;
    }
    text.append(buffer, static_cast<std::size_t>(size));
    PrintLines(BootNs(), text);
  }
}
