# SPDX-License-Identifier: Apache-2.0
"""C and C++ read just well enough for the checks: text without comments, length of functions.

Not a parser: it knows comments, strings, raw strings, preprocessor lines and braces.
"""

import re

TOKEN = re.compile(
    r'(?P<raw>R"(?P<mark>[^()\s\\"]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<line>//[^\n]*)'
    r'|(?P<block>/\*.*?\*/)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    # A quote between digits separates thousands: 1'000.
    r"|(?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')",
    re.DOTALL,
)
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text with comments and the insides of strings blanked: lines keep their numbers."""

    def replace(match):
        if match["line"] or match["block"]:
            return _blank(match[0])
        return '"' + _blank(match[0][1:-1]) + '"'

    return TOKEN.sub(replace, text)


def functions(text):
    """(first line, number of lines) of every function body with its head."""
    code = PREPROCESSOR.sub(lambda match: _blank(match[0]), without_comments(text))
    found = []
    scopes = []  # what each open brace is: "scope", "function" or "other"
    head_start = 0
    for position, character in enumerate(code):
        if character == "{":
            head = code[head_start:position]
            scopes.append((_kind(head, scopes), head_start + len(head) - len(head.lstrip())))
            head_start = position + 1
        elif character == "}":
            kind, start = scopes.pop() if scopes else ("other", position)
            if kind == "function":
                first = code.count("\n", 0, start) + 1
                found.append((first, code.count("\n", start, position) + 1))
            head_start = position + 1
        elif character == ";":
            head_start = position + 1
    return found


def _kind(head, scopes):
    """What the brace after `head` opens, seen from the braces around it."""
    if any(kind != "scope" for kind, _ in scopes):
        return "other"
    head = re.sub(r"\btemplate\s*<[^(){}]*>", "", head)
    called = "(" in head
    if SCOPE.search(head.split("(")[0]) and not (called and head.rstrip().endswith(")")):
        return "scope"
    # An initializer: `const T kTable[] = {`. A default argument has its `=` inside parentheses.
    if not called or re.search(r"=\s*$", head):
        return "other"
    return "function"
