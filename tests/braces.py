"""Finds the TRYs of C++ code (src/base/error.hpp) and what braces they stand in, by the layout that
clang-format gives. tests/architecture_test.py says what it is for, and holds it to examples."""

import re

# What is no code: comments and directives, and literals, in which brackets and commas mean nothing.
NO_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|^[ \t]*#(?:\\.|[^\\\n])*"
    r'|(?P<literal>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<!\w)'(?:\\.|[^'\\\n])+')",
    re.DOTALL | re.MULTILINE,
)


def code_of(text):
    """The text without what is no code, everything else where it was; a literal becomes a word."""
    return NO_CODE.sub(lambda m: re.sub(r"[^\n]", "_" if m["literal"] else " ", m[0]), text)


class Bracket:
    """One of ( [ { <, with the one around it."""

    def __init__(self, sign, begin, around):
        self.sign, self.around = sign, around
        self.cuts = [begin]  # where it opens, its commas, where it closes
        self.has_statements = False

    def elements(self, code):
        return sum(bool(code[a + 1:b].strip()) for a, b in zip(self.cuts, self.cuts[1:]))

    def is_initialiser(self, code):
        """Rather than a block or the body of something."""
        inside, before = code[self.cuts[0] + 1:self.cuts[-1]], code[:self.cuts[0]].rstrip()
        head = re.split(r"[;{}]", before)[-1]  # of the statement that it stands in
        if self.sign != "{" or self.has_statements:
            return False
        if re.match(r"\s*\.\w", inside):
            return True
        if before.endswith("{"):
            return self.around.is_initialiser(code)
        if before.endswith(":"):  # a label, or `for (auto x : {1, 2})`
            return self.around is not None and self.around.sign == "("
        if re.search(r"\s->\s[\w:<>,&*\s()]*$|\brequires\b", head):
            return False  # the body of a function
        if before.endswith(")"):
            return re.search(r"\bdecltype\([^()]*\)$", before) is not None
        if before.endswith("]"):  # a lambda, or `int a[]{1, 2}`
            return re.search(r"[\w)\]]\[[^\[\]]*\]$", before) is not None
        if re.match(r"\s*(template\s*<.*>|inline|static|const|typedef|\s)*"
                    r"(namespace|class|struct|union|enum|extern)\b", head, re.DOTALL):
            return False
        return re.search(r"(^|[;}&*]|\b(else|do|try|const|noexcept|mutable|override|final|struct|"
                         r"union|enum|constexpr|static))$", before) is None


def tries(text):
    """(line, leaks) of every TRY. It leaks in a braced initialiser of two or more elements, however
    deep in one of them, unless there is a lambda between. `<` is a bracket where it touches a word,
    as clang-format has it."""
    code = code_of(text)
    partner = {")": "(", "]": "[", "}": "{", ">": "<"}
    found = []
    top = None
    for match in re.finditer(r"(?<=\w)(?<!operator)<(?![<=])|(?<!-)>|[(){}\[\],;]|\bTRY\b", code):
        sign, place = match[0], match.start()
        if sign == "TRY":
            found.append((place, top))
        elif sign in "([{<":
            top = Bracket(sign, place, top)
        elif sign == ">" and (top is None or top.sign != "<"):
            continue  # it compares
        else:
            while top and top.sign == "<" and sign not in ",>":  # that one compared
                if top.around:
                    top.around.cuts += top.cuts[1:]
                top = top.around
            if top and sign == ",":
                top.cuts.append(place)
            elif top and sign == ";":
                top.has_statements = True
            elif top and partner.get(sign) == top.sign:
                top.cuts.append(place)
                top = top.around

    def leaks(bracket):
        while bracket and (bracket.sign != "{" or bracket.is_initialiser(code)):
            if bracket.sign == "{" and bracket.elements(code) > 1:
                return True
            bracket = bracket.around
        return False

    return [(code.count("\n", 0, place) + 1, leaks(bracket)) for place, bracket in found]
