// SPDX-License-Identifier: Apache-2.0
// How many events a second one core judges by rules: Falco's own file, and 10 to 10,000 rules made
// from the same kinds of conditions; how long they take to compile. Events are a mix like that of
// a busy host: opens by far the most, then program starts and connections; nearly none fires. Run:
// build/release/rules/rules_bench [FALCO_RULES_FILE]
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "rules/match/matcher.h"
#include "rules/match/test_events.h"
#include "rules/rule_book.h"

namespace brig::rules {
namespace {

std::string falco_rules;  // the file's text, from main

// 64 opens, 6 program starts, 4 connections; three containers.
std::vector<Seen> MakeMix() {
  static constexpr const char* kPaths[] = {"/usr/lib/x86_64-linux-gnu/libc.so.6",
                                           "/etc/ld.so.cache",
                                           "/usr/include/stdio.h",
                                           "/data/appendonly.aof.1.incr.aof",
                                           "/var/www/html/index.html",
                                           "/etc/nginx/mime.types",
                                           "/proc/self/status",
                                           "/tmp/ccXy12.s",
                                           "/usr/share/zoneinfo/UTC",
                                           "/dev/null",
                                           "/home/build/src/main.c",
                                           "/etc/passwd",
                                           "/sys/fs/cgroup/memory.max",
                                           "/var/log/app.log",
                                           "/usr/bin/as",
                                           "/build/obj/a.o"};
  std::vector<Seen> mix;
  for (int i = 0; i < 64; ++i) {
    const bool write = i % 5 == 0;
    mix.push_back(Open(kPaths[i % 16], write ? O_WRONLY | O_CREAT : O_RDONLY | O_CLOEXEC,
                       i % 9 == 0 ? -2 : 3));
    mix.back().event.actor.process.comm = i % 3 == 0   ? "redis-server"
                                          : i % 3 == 1 ? "nginx"
                                                       : "cc1";
  }
  for (int i = 0; i < 6; ++i)
    mix.push_back(Exec(
        "/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
        {"cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "main.c", "-o", "/tmp/ccXy12.s"}));
  for (int i = 0; i < 4; ++i) mix.push_back(Connect("10.1.2.3", i % 2 == 0 ? 6379 : 443));
  for (std::size_t i = 0; i < mix.size(); ++i) mix[i].event.sequence = i;
  return mix;
}

// `count` rules as Falco's are: a path, a program, its parent, words of a command line, a port,
// with macros that all share and exceptions of their own.
std::string MakeRules(int count) {
  std::string text =
      "- macro: container\n  condition: (container.id != host)\n"
      "- macro: spawned\n  condition: (evt.type in (execve, execveat))\n"
      "- macro: open_write\n  condition: (evt.type in (open, openat, openat2) and "
      "evt.is_open_write=true and fd.typechar='f' and fd.num>=0)\n"
      "- macro: open_read\n  condition: (evt.type in (open, openat, openat2) and "
      "evt.is_open_read=true and fd.typechar='f' and fd.num>=0)\n"
      "- list: shells\n  items: [ash, bash, csh, ksh, sh, tcsh, zsh, dash]\n";
  static constexpr const char* kConditions[] = {
      "open_read and container and fd.name startswith /srv/secret{0}/ and not proc.name in "
      "(agent{0}, backup{0}) and not proc.pname in (shells)",
      "open_write and fd.directory in (/opt/app{0}/bin, /opt/app{0}/sbin) and not proc.pname = "
      "installer{0}",
      "spawned and container and proc.name in (tool{0}, helper{0}) and not proc.aname in (shells)",
      "spawned and proc.cmdline contains \"--payload-{0} \" and not user.uid = 0",
      "evt.type = connect and container and fd.sport = {1} and not proc.name = client{0}",
      "open_read and fd.name endswith .key{0} and not proc.pname exists",
      "spawned and proc.pname in (server{0}, worker{0}) and proc.name in (shells)",
      "open_write and container and (fd.name = /etc/conf{0} or fd.filename = rc{0}) and not "
      "proc.cmdline startswith \"editor{0} \""};
  for (int i = 0; i < count; ++i)
    text += fmt::format(
        "- rule: r{}\n  desc: d\n  output: o %proc.name\n  priority: info\n"
        "  condition: >\n    {}\n",
        i, fmt::format(fmt::runtime(kConditions[i % 8]), i, 20000 + i % 40000));
  return text;
}

std::shared_ptr<const Program> Compiled(const std::string& text) {
  RuleBook book = ReadRules({{"rules", text}});
  BRIG_CHECK(!book.failed());
  return *Program::Compile(std::move(book.rules));
}

void Judge(benchmark::State& state, const std::string& text) {
  Matcher matcher(Compiled(text));
  const std::vector<Seen> mix = MakeMix();
  std::size_t fired = 0;
  for (auto _ : state)
    for (const Seen& seen : mix) fired += matcher.Match(View(seen.event, seen.subject)).size();
  const auto size = matcher.program().size();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(mix.size()));
  state.counters["fired"] = static_cast<double>(fired) / static_cast<double>(state.iterations()) /
                            static_cast<double>(mix.size());
  state.counters["rules"] = static_cast<double>(size.rules);
  state.counters["tests"] = static_cast<double>(size.tests);
  state.counters["steps"] = static_cast<double>(size.steps);
}

void JudgeFalco(benchmark::State& state) { Judge(state, falco_rules); }
void JudgeMany(benchmark::State& state) {
  Judge(state, MakeRules(static_cast<int>(state.range(0))));
}
void CompileFalco(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Compiled(falco_rules));
}
void CompileMany(benchmark::State& state) {
  const std::string text = MakeRules(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Compiled(text));
}

BENCHMARK(JudgeMany)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(CompileMany)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace brig::rules

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc > 1) {
    std::ifstream file(argv[1]);
    brig::rules::falco_rules.assign(std::istreambuf_iterator<char>(file), {});
    benchmark::RegisterBenchmark("JudgeFalco", brig::rules::JudgeFalco);
    benchmark::RegisterBenchmark("CompileFalco", brig::rules::CompileFalco)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
