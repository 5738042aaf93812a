"""Holds the map of the house (src/README.md), src/CMakeLists.txt and the #include lines of src/
together, and keeps files and functions small. Standard library only; run by ctest."""

import re
import tempfile
import unittest
from pathlib import Path

from braces import tries

ROOT = Path(__file__).resolve().parent.parent

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70

# How third-party headers begin, and the only places that may include them. What is missing here
# (fmt, range-v3, OpenSSL's digests and wiping, the system's own headers) may be used everywhere.
THIRD_PARTY = {
    "simdjson": ["json"],
    "nlohmann": ["json"],
    "yaml-cpp": ["document"],
    "curl": ["live"],
    "CLI": ["cli", "simulator/options.cpp"],
    "zlib": ["simulator"],
    "openssl/ssl": ["live", "simulator"],
    "openssl/x509": ["live", "simulator"],
}


def sources(root, folder="src"):
    return sorted(p for p in (root / folder).rglob("*") if p.suffix in (".cpp", ".hpp"))


def name_in_src(root, path):
    return path.relative_to(root / "src").as_posix()


def room_of(name):
    """`plan/diff.cpp` → `plan`; src/main.cpp stands outside all rooms."""
    return name.split("/")[0] if "/" in name else None


def includes(path):
    """(line, name, is_ours) of every #include in a file."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if match:
            found.append((number, match[1] or match[2], match[1] is not None))
    return found


# The three places that say what may include what.


def table_of_readme(root):
    table = {}
    for line in (root / "src/README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        name = re.fullmatch(r"`(\w+)`", cells[0])
        if name and len(cells) == 3:
            table[name[1]] = set(re.findall(r"\w+", cells[2]))
    return table


def table_of_cmake(root):
    text = re.sub(r"#.*", "", (root / "src/CMakeLists.txt").read_text())
    table = {}
    for name, rest in re.findall(r"^pveform_room\((\w+)([^)]*)\)", text, re.MULTILINE):
        uses = rest.split("LINKS")[0].replace("USES", "")
        table[name] = set(uses.split())
    return table


def cycle_in(graph):
    """One cycle of a graph {node: neighbours} as a list that begins and ends with the same node."""
    state = {}  # missing: not seen, True: on the current path, False: known to be harmless

    def visit(node, path):
        if state.get(node):
            return path[path.index(node):] + [node]
        if node in state:
            return None
        state[node] = True
        for neighbour in sorted(graph.get(node, ())):
            if found := visit(neighbour, path + [node]):
                return found
        state[node] = False
        return None

    for node in sorted(graph):
        if found := visit(node, []):
            return found
    return None


# The checks; each gives a list of complaints.


def check_tables(root):
    readme, cmake = table_of_readme(root), table_of_cmake(root)
    folders = {room_of(name_in_src(root, path)) for path in sources(root)} - {None}
    complaints = []
    for room in sorted(readme.keys() | cmake.keys() | folders):
        if room not in readme:
            complaints.append(f"src/README.md: no row for `{room}`")
        elif room not in cmake:
            complaints.append(f"src/CMakeLists.txt: no pveform_room({room})")
        elif room != "base" and readme[room] | {"base"} != cmake[room]:
            in_table = " ".join(sorted(readme[room] | {"base"}))
            in_cmake = " ".join(sorted(cmake[room]))
            complaints.append(f"`{room}` may use {in_table} by the README, {in_cmake} by CMake")
    if cycle := cycle_in(readme):
        complaints.append("src/README.md: rooms in a circle: " + " → ".join(cycle))
    return complaints


def check_own_includes(root):
    table = table_of_readme(root)
    complaints = []
    graph = {}
    for path in sources(root):
        name = name_in_src(root, path)
        room = room_of(name)
        own = [(line, target) for line, target, is_ours in includes(path) if is_ours]
        graph[name] = [target for _, target in own]
        for line, target in own:
            if room and room_of(target) not in {room, "base"} | table.get(room, set()):
                complaints.append(f"{name}:{line}: `{room}` may not include `{target}`")
    if cycle := cycle_in(graph):
        complaints.append("files in a circle: " + " → ".join(cycle))
    return complaints


def check_third_party(root):
    complaints = []
    for path in sources(root):
        name = name_in_src(root, path)
        for line, header, is_ours in includes(path):
            library = next((lib for lib in THIRD_PARTY if header.startswith(lib)), None)
            allowed = THIRD_PARTY.get(library, [name])
            if not is_ours and name not in allowed and room_of(name) not in allowed:
                complaints.append(f"{name}:{line}: <{header}> belongs to {', '.join(allowed)}")
    return complaints


def check_file_form(root):
    complaints = []
    for path in sources(root):
        name = name_in_src(root, path)
        text = path.read_text()
        own_header = f'#include "{Path(name).with_suffix(".hpp").as_posix()}"'
        # The header's comment speaks for the .cpp beside it.
        if not text.startswith(("// ", own_header)) or path.suffix == ".hpp" and text[0] != "/":
            complaints.append(f"{name}:1: begin with a comment: what this is and why it exists")
        if path.suffix == ".hpp" and text.count("#pragma once\n") != 1:
            complaints.append(f"{name}: no `#pragma once`")
    for path in sources(root) + sources(root, "tests") + sorted((root / "tests").rglob("*.py")):
        lines = len(path.read_text().splitlines())
        if lines > MAX_FILE_LINES:
            name = path.relative_to(root).as_posix()
            complaints.append(f"{name}: {lines} lines; at most {MAX_FILE_LINES}, split it")
    return complaints


def functions(text):
    """(line, length) of function bodies, by the layout that clang-format gives: a body opens with
    a line that ends in `{` and closes with `}` at the same depth. Classes are looked into, lambdas
    count as part of the function around them, tables of data (`= {`) do not count."""
    lines = text.splitlines()
    found = []

    def closing(opening, last):
        margin = len(lines[opening]) - len(lines[opening].lstrip())
        closes = re.compile(rf" {{{margin}}}\}}")
        return next((n for n in range(opening + 1, last) if closes.match(lines[n])), last)

    def is_table(number):
        return re.search(r"=\s*\{+$", lines[number]) is not None

    def length(opening, end):
        tables = [n for n in range(opening + 1, end) if is_table(n)]
        return end - opening - 1 - sum(closing(n, end) - n for n in tables)

    def scan(first, last, margin):
        number = first
        while number < last:
            line = lines[number]
            depth = len(line) - len(line.lstrip())
            if depth != margin or not line.endswith("{") or re.match(r"\s*namespace\b", line):
                number += 1
                continue
            end = closing(number, last)
            if re.match(r"\s*(template.*>\s*)?(class|struct|union|enum)\b", line) and "(" not in line:
                scan(number + 1, end, margin + 4)
            elif not is_table(number):
                found.append((number + 1, length(number, end)))
            number = end
        return found

    return scan(0, len(lines), 0)


def check_function_length(root):
    return [
        f"{name_in_src(root, path)}:{line}: a function of {length} lines; at most "
        f"{MAX_FUNCTION_LINES}"
        for path in sources(root)
        for line, length in functions(path.read_text())
        if length > MAX_FUNCTION_LINES
    ]


def check_tries(root):
    return [
        f"{path.relative_to(root).as_posix()}:{line}: TRY in a braced initialiser of several "
        "elements: where it returns early, GCC 12 does not destroy those that are built already "
        "(they leak, and a Secret is not wiped). Declare the object and assign its fields, or give "
        "the value a name first"
        for path in sources(root) + sources(root, "tests")
        for line, leaks in tries(path.read_text())
        if leaks
    ]


CHECKS = [
    check_tables,
    check_own_includes,
    check_third_party,
    check_file_form,
    check_function_length,
    check_tries,
]


class TheHouse(unittest.TestCase):
    def test_every_rule_is_kept(self):
        for check in CHECKS:
            with self.subTest(check.__name__):
                complaints = check(ROOT)
                self.assertEqual(complaints, [], "\n" + "\n".join(complaints))

    def test_there_is_something_to_check(self):
        self.assertGreater(len(sources(ROOT)), 50)
        self.assertIn("system", table_of_readme(ROOT)["document"])
        self.assertEqual(table_of_readme(ROOT)["base"], set())
        lengths = [n for p in sources(ROOT) for _, n in functions(p.read_text())]
        self.assertGreater(len(lengths), 200)
        self.assertGreater(len([t for p in sources(ROOT) for t in tries(p.read_text())]), 300)


class PlantedTrees(unittest.TestCase):
    """A small good tree with one thing wrong at a time: the checks must see each."""

    GOOD = {
        "src/README.md": "| folder | what | may include |\n|---|---|---|\n"
        "| `base` | text | |\n| `json` | JSON | |\n| `plan` | plans | json |\n",
        "src/CMakeLists.txt": "pveform_room(base LINKS fmt::fmt)\n"
        "pveform_room(json USES base LINKS x::simdjson)\npveform_room(plan USES base json)\n",
        "src/base/text.hpp": "// Text.\n#pragma once\n",
        "src/json/read.hpp": '// Reading.\n#pragma once\n#include "base/text.hpp"\n',
        "src/json/read.cpp": '#include "json/read.hpp"\n#include <simdjson.h>\n',
        "src/plan/plan.hpp": '// Plans.\n#pragma once\n#include "json/read.hpp"\n',
        "src/main.cpp": '// Begins.\n#include "plan/plan.hpp"\n',
    }

    def complaints(self, **changes):
        """Of all checks, on the good tree with `changes` {path: text appended}, or with
        {path: (old, new)} replaced."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            files = dict(self.GOOD)
            for name, change in changes.pop("files", {}).items():
                if isinstance(change, tuple):
                    self.assertIn(change[0], files[name])
                    files[name] = files[name].replace(*change)
                else:
                    files[name] = files.get(name, "") + change
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return [complaint for check in CHECKS for complaint in check(root)]

    def assert_seen(self, expected, files):
        complaints = self.complaints(files=files)
        self.assertTrue(any(expected in c for c in complaints), complaints)

    def test_the_good_tree_is_good(self):
        self.assertEqual(self.complaints(), [])

    def test_an_include_against_the_table(self):
        self.assert_seen(
            "json/read.cpp:3: `json` may not include `plan/plan.hpp`",
            {"src/json/read.cpp": '#include "plan/plan.hpp"\n'},
        )

    def test_a_third_party_header_outside_its_room(self):
        for header, room in [
            ("simdjson.h", "json"),
            ("nlohmann/json.hpp", "json"),
            ("yaml-cpp/yaml.h", "document"),
            ("curl/curl.h", "live"),
            ("CLI/CLI.hpp", "cli"),
            ("zlib.h", "simulator"),
            ("openssl/ssl.h", "live"),
        ]:
            with self.subTest(header):
                self.assert_seen(
                    f"plan/plan.hpp:4: <{header}> belongs to {room}",
                    {"src/plan/plan.hpp": f"#include <{header}>\n"},
                )

    def test_readme_and_cmake_that_differ(self):
        self.assert_seen(
            "`plan` may use base json by the README, base by CMake",
            {"src/CMakeLists.txt": ("USES base json)", "USES base)")},
        )
        self.assert_seen("no pveform_room(plan)", {"src/CMakeLists.txt": ("pveform_room(plan", "#(")})

    def test_a_folder_that_nobody_knows(self):
        self.assert_seen("no row for `attic`", {"src/attic/box.hpp": "// A box.\n#pragma once\n"})

    def test_rooms_in_a_circle(self):
        self.assert_seen(
            "rooms in a circle: json → plan → json",
            {"src/README.md": ("| JSON | |", "| JSON | plan |")},
        )

    def test_files_in_a_circle(self):
        self.assert_seen(
            "files in a circle: json/other.hpp → json/read.hpp → json/other.hpp",
            {
                "src/json/read.hpp": '#include "json/other.hpp"\n',
                "src/json/other.hpp": '// Other.\n#pragma once\n#include "json/read.hpp"\n',
            },
        )

    def test_a_file_without_its_comment(self):
        self.assert_seen("base/text.hpp:1: begin", {"src/base/text.hpp": ("// Text.\n", "")})
        self.assert_seen("plan/bare.cpp:1: begin", {"src/plan/bare.cpp": '#include "plan/plan.hpp"\n'})

    def test_a_header_without_its_guard(self):
        self.assert_seen("no `#pragma once`", {"src/base/text.hpp": ("#pragma once\n", "")})

    def test_a_file_that_is_too_long(self):
        self.assert_seen("src/main.cpp: 502 lines", {"src/main.cpp": "\n" * 500})
        self.assert_seen("tests/a_test.py: 501 lines", {"tests/a_test.py": "\n" * 501})

    def test_a_function_that_is_too_long(self):
        body = "    x();\n" * 71
        for text, line in [
            ("void f() {\n" + body + "}\n", 3),
            ("void f(\n    int a\n) {\n" + body + "}\n", 5),
            ("class C {\npublic:\n    int f() const {\n" + "    " + body + "    }\n};\n", 5),
        ]:
            with self.subTest(text[:20]):
                self.assert_seen(f"main.cpp:{line}: a function of 71 lines", {"src/main.cpp": text})

    def test_short_functions_and_long_tables_are_fine(self):
        table = "const int table[] = {\n" + "    1,\n" * 80 + "};\n"
        two = 2 * ("void f() {\n" + "    x();\n" * 70 + "}\n")
        inner = "    static const T all = {\n" + "        {1},\n" * 80 + "    };\n"
        third = "const T& g() {\n" + inner + "    return all;\n}\n"
        self.assertEqual(self.complaints(files={"src/main.cpp": table + two + third}), [])

    def test_a_try_among_the_elements_of_braces(self):
        self.assert_seen(
            "src/main.cpp:4: TRY in a braced initialiser",
            {"src/main.cpp": "R f() {\n    return S{.a = 1, .b = TRY(x)};\n}\n"},
        )


class Tries(unittest.TestCase):
    LEAKS = [
        "return S{.a = TRY(x), .b = {}};",
        "S s{\n    .a = 1,\n    .b = TRY(x),\n};",
        "S s = {a, TRY(x)};",
        "s = {TRY(x), b};",
        "v.push_back({TRY(x), TRY(y)});",
        "return {a, TRY(x)};",
        "return std::vector<int>{1, TRY(x)};",
        "const K k{P{TRY(x)}, Q{}};",
        "return S{.inner = {.a = TRY(x)}, .b = 1};",
        "return S{.inner{f(a, g(TRY(x)))}, .b = 1};",
        "return J{{\"{\", TRY(x)}, {\"b\", 1}};",
        "for (const auto& v : {a, TRY(x)}) {\n    g(v);\n}",
        "int v[]{1, TRY(x)};",
        "g([&] { return S{a, TRY(x)}; });",
        "decltype(a){1, TRY(x)};",
        "p->f(a, S{1'000, '{', TRY(x)});",
        "if (i < n) {\n    g(S{a, TRY(x)});\n}",
        "S s{R\"(})\", TRY(x)};",
    ]
    FINE = [
        "S s;\ns.a = TRY(x);\ns.b = TRY(y);",
        "const Id id{TRY(x)};",
        "return Id{f(a, TRY(x))};",
        "return Id{std::map<A, B>(TRY(x))};",
        "Id id{\n    TRY(x),\n};",
        "g(a, TRY(x), Id{TRY(y)});",
        "auto s = S(a, TRY(x));",
        "if (TRY(x)) {\n    g(a, b), TRY(y);\n}",
        "while (a) {\n    if (TRY(x)) {\n        return {1, 2};\n    }\n}",
        "for (const auto& [a, b] : TRY(x)) {\n    int c = TRY(y), d = 1;\n}",
        "switch (a) {\ncase A: {\n    return TRY(x), b;\n}\n}",
        "S s{a, [&]() -> R<A, B> { return TRY(x); }};",
        "S s{a, [&] { if (TRY(x)) { g(1, 2); } }};",
        "S s{a, b}; // {TRY(x), y}",
        "S s{a, \"{TRY(x)}\", R\"(TRY(x))\"}; /* {a, TRY(x)} */",
        "try {\n    g(TRY(x), TRY(y)) ? 1 : 2;\n} catch (...) {\n}",
        "if (a < b && c > d) {\n    TRY(x), y;\n}",
    ]

    def test_those_that_leak_are_told_from_those_that_do_not(self):
        for expected, snippets in [(True, self.LEAKS), (False, self.FINE)]:
            for text in snippets:
                for form in ["R<A, B> f() {{\n{}\n}}\n", "struct S {{ auto f() const {{ {} }} }};",
                             "auto f = [](int a, int b) -> R<void> {{\n{}\n}};\n"]:
                    with self.subTest(form.format(text)):
                        self.assertEqual(any(leaks for _, leaks in tries(form.format(text))), expected)



if __name__ == "__main__":
    unittest.main()
