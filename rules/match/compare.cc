// SPDX-License-Identifier: Apache-2.0
#include "rules/match/compare.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/bytes.h"

namespace brig::rules {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The next part of a path between slashes; "" at its end.
std::string_view NextPart(std::string_view& path) {
  const std::size_t begin = path.find_first_not_of('/');
  if (begin == std::string_view::npos) {
    path = {};
    return {};
  }
  path.remove_prefix(begin);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

bool HasGlob(std::string_view part) {
  return part.find_first_of("*?[\\") != std::string_view::npos;
}

// A bracket of a glob, `at` behind the `[`: the same for RE2, or false when it is never closed.
bool Bracket(std::string_view glob, std::size_t& at, std::string& out) {
  std::string set = "[";
  std::size_t i = at;
  if (i < glob.size() && (glob[i] == '!' || glob[i] == '^')) {
    set += '^';
    ++i;
  }
  bool first = true;
  for (; i < glob.size() && (first || glob[i] != ']'); first = false) {
    if (glob[i] == '[' && i + 1 < glob.size() && glob[i + 1] == ':') {
      const std::size_t end = glob.find(":]", i + 2);
      if (end == std::string_view::npos) return false;
      set += glob.substr(i, end + 2 - i);
      i = end + 2;
      continue;
    }
    if (glob[i] == '\\' && i + 1 < glob.size()) ++i;
    if (glob[i] == ']' || glob[i] == '[' || glob[i] == '\\' || glob[i] == '^') set += '\\';
    set += glob[i++];
  }
  if (i >= glob.size()) return false;
  at = i + 1;
  out += set + ']';
  return true;
}

// The expression of a glob, or false for what has none. Groups are kept on a stack: what follows
// their closing parenthesis.
bool Translate(std::string_view glob, std::string& out) {
  std::string groups;
  for (std::size_t i = 0; i < glob.size();) {
    const char c = glob[i];
    const bool opens = i + 1 < glob.size() && glob[i + 1] == '(';
    if (opens && c == '!') return false;
    if (opens && std::string_view("?*+@").find(c) != std::string_view::npos) {
      groups += c;
      out += "(?:";
      i += 2;
      continue;
    }
    ++i;
    if (c == '*') {
      out += ".*";
    } else if (c == '?') {
      out += '.';
    } else if (c == '[' && Bracket(glob, i, out)) {
      continue;
    } else if (c == '\\' && i < glob.size()) {
      out += re2::RE2::QuoteMeta(re2::StringPiece(glob.data() + i++, 1));
    } else if (!groups.empty() && c == '|') {
      out += '|';
    } else if (!groups.empty() && c == ')') {
      out += ')';
      if (groups.back() != '@') out += groups.back();
      groups.pop_back();
    } else {
      out += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
    }
  }
  return groups.empty();
}

}  // namespace

bool Orders(Operator op, int order) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kIn:
    case Operator::kIntersects: return order == 0;
    case Operator::kNotEqual: return order != 0;
    case Operator::kLess: return order < 0;
    case Operator::kLessEqual: return order <= 0;
    case Operator::kGreater: return order > 0;
    case Operator::kGreaterEqual: return order >= 0;
    default: return false;
  }
}

bool LiesBelow(std::string_view path, std::string_view prefix) {
  for (;;) {
    const std::string_view wanted = NextPart(prefix);
    if (wanted.empty()) return true;
    const std::string_view part = NextPart(path);
    if (part.empty()) return false;
    if (part != wanted && (!HasGlob(wanted) || !MatchesGlob(wanted, part, false))) return false;
  }
}

std::shared_ptr<const re2::RE2> GlobPattern(std::string_view glob, bool any_case) {
  std::string pattern;
  if (!Translate(glob, pattern)) return nullptr;
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_case_sensitive(!any_case);
  options.set_max_mem(kMaxPatternMemory);
  auto compiled = std::make_shared<const re2::RE2>(pattern, options);
  return compiled->ok() ? compiled : nullptr;
}

Result<std::shared_ptr<const re2::RE2>> RegexPattern(const std::string& pattern) {
  re2::RE2::Options options(re2::RE2::POSIX);
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMaxPatternMemory);
  auto compiled = std::make_shared<const re2::RE2>(pattern, options);
  if (!compiled->ok())
    return Fail(ErrorCode::kInvalid, fmt::format("{} is no regular expression of POSIX: {}",
                                                 Printable(pattern, 128), compiled->error()));
  return compiled;
}

bool Matches(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool MatchesText(const re2::RE2& pattern, std::string_view text) {
  if (IsUtf8(text)) return Matches(pattern, text);
  std::string whole;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && length <= text.size() && !IsUtf8(text.substr(0, length))) ++length;
    if (length > 4 || length > text.size()) {
      whole += "\xef\xbf\xbd";
      length = 1;
    } else {
      whole += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return Matches(pattern, whole);
}

bool MatchesGlob(std::string_view glob, std::string_view text, bool any_case) {
  const int flags = FNM_EXTMATCH | (any_case ? FNM_CASEFOLD : 0);
  return ::fnmatch(std::string(glob).c_str(), std::string(text).c_str(), flags) == 0;
}

bool ContainsAnyCase(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return Lower(a) == Lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

}  // namespace brig::rules
