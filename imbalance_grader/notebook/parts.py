"""What a piece of notebook code makes and takes, read off its text and never by running it.

Names are those of Python's own symbol table. Where code can reach them in other ways (``eval``,
``globals``, a magic), what it does cannot be told, and whoever asks has to reckon with everything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from imbalance_grader.notebook.source import symbols

# Ways to a name that the symbol table does not see. (A method may be called as one of them is:
# PyTorch's networks have `eval()` and `modules()`.)
_ROUNDABOUT = re.compile(
    r"(?<!\.)\b(eval|exec|vars)\b|\bmodules\b(?!\()"
    r"|\b(globals|locals|f_globals|__globals__|builtins|__builtins__|__main__|get_ipython)\b"
)
_METHODS = {"eval", "exec", "modules", "vars"}
_STAR = re.compile(r"import\s*\*")
_MEMORY = re.compile(r"In|Out|_+\d*|_i+\d*")  # what the shell keeps of earlier cells
# What a cell may set for all code after it without making a name, a file included.
_SETTINGS = re.compile(
    r"\.(seed|set_option|set_config|set_printoptions|set_theme|set_state|filterwarnings"
    r"|simplefilter|setrecursionlimit|chdir|use)\(|\b(rcParams|environ)\b"
)
_FILES = re.compile(
    r"\bopen\(|\.(to_(csv|pickle|json|parquet|feather|excel|hdf)|write_text|write_bytes|dump|tofile"
    r"|save|savetxt|savez\w*|mkdir|makedirs)\("
    r"|\bpath\.(append|insert)\(|^[ \t]*%%?(writefile|file|run|load\w*|env|cd)\b|^[ \t]*!.*>"
    r"|\A\s*%%(bash|sh|script)\b[\s\S]*>",
    re.MULTILINE,
)
# What sets something in a library: a function of a module, not a method of what the cell has made.
_SETTER = re.compile(r"set_\w+|set(context|locale|err\w*)|(en|dis)able_\w+|register\w*")
# Names in texts that a library reads: of pandas' queries, and of formulas for statsmodels.
_QUERIED = re.compile(r"@([^\W\d]\w*)")
_CELL_MAGIC = re.compile(r"\A\s*%%(\w+).*\n?")
_PYTHON_MAGICS = {"time", "timeit", "capture", "prun"}  # what stands below them is Python
_MAGIC_VALUE = re.compile(r"=[ \t]*[%!].*$")
# Python's own table looks through all functions for each name, which takes long where many are.
_SCOPE = re.compile(r"\b(def|class|lambda|for)\b")
_MOST_SCOPES = 500
_MOST_FIELDS = 5_000  # braces; Python's parser takes squared time for those of one f-string
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Part:
    """What some code does, as plain values.

    Parameters
    ----------
    makes : list of str
        Names that it binds at its top level other than by an import.
    defines : list of str
        Those of them that it binds by ``def`` or ``class`` alone.
    guarded : list of str
        Those of them that it binds by imports alone, such as one that is tried.
    takes : list of str
    imported : list of str
        Names that its imports bind.
    imports : list of str
        Its import statements.
    patches : list of str
        Names of which it sets an attribute.
    reaches : list of str
        Names of which it calls a method, sets an attribute by `setattr`, or makes a subclass.
    sets : bool
        Whether it may change something for all later code without making a name.
    told : bool
        Whether that is all it can do to names; False for what is no Python, for magics and the
        like.
    roundabout : bool
        Whether it may make and take any name at all.
    remembers : bool
        Whether it takes what the shell keeps of earlier cells.
    is_python : bool
        Whether it can run at all.
    """

    makes: list[str] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    guarded: list[str] = field(default_factory=list)
    takes: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    patches: list[str] = field(default_factory=list)
    reaches: list[str] = field(default_factory=list)
    sets: bool = False
    told: bool = False
    roundabout: bool = False
    remembers: bool = False
    is_python: bool = True

    @property
    def binds(self) -> set[str]:
        """Every name that it makes, in whatever way."""
        return {*self.makes, *self.imported}


@cache
def describe(code: str) -> Part:
    """Describe the code of one cell.

    Parameters
    ----------
    code : str
        As it stands in a notebook; magics are taken out before it is read.

    Returns
    -------
    Part
        For whatever the text is.
    """
    if code.count("{") > _MOST_FIELDS:
        return Part(roundabout=True)
    plain, magic = _without_magics(code)
    try:
        tree = ast.parse(plain)
        if len(_SCOPE.findall(plain)) > _MOST_SCOPES:
            return Part(roundabout=True)
        makes, takes = symbols(plain)
        return _described(code, tree, makes, takes, magic)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Part(is_python=False)


def _described(
    code: str, tree: ast.Module, makes: set[str], takes: set[str], magic: set[str]
) -> Part:
    statements = [part for part in tree.body if isinstance(part, ast.Import | ast.ImportFrom)]
    imported = {name for part in statements for name in _bound(part)}
    seen = _Seen.of(tree)
    remembers = any(map(_MEMORY.fullmatch, takes - makes))
    star = _STAR.search(code) is not None
    return Part(
        makes=sorted(makes - imported),
        defines=sorted(_defined(tree) - seen.stored),
        guarded=sorted((makes & seen.imported) - imported - seen.stored - _defined(tree)),
        takes=sorted(takes | magic | seen.queried),
        imported=sorted(imported),
        imports=[ast.unparse(part) for part in statements],
        patches=sorted(seen.patched),
        reaches=sorted(seen.reached),
        sets=star or seen.sets or bool(_SETTINGS.search(code) or _FILES.search(code)),
        told=not (magic or star or remembers or _ROUNDABOUT.search(code)),
        roundabout=any(map(_ROUNDABOUT.fullmatch, seen.names | magic)),
        remembers=remembers,
    )


def has_code(text: str) -> bool:
    """Return whether a cell holds more than blank lines and comments."""
    return any(line.strip() and not line.strip().startswith("#") for line in text.splitlines())


def stands_alone(text: str) -> bool:
    """Return whether a piece of a cell is Python by itself, and no piece of a block above it."""
    first = next((line for line in text.splitlines() if has_code(line)), "")
    return not first[:1].isspace() and describe(text).is_python


def binds(code: str, names: set[str]) -> set[str]:
    """Return which of the names some code makes or, where it is no Python, means to make."""
    part = describe(code)
    if part.is_python:
        return part.binds & names
    found = re.findall(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *=", code, re.MULTILINE)
    return {name for pair in found for name in pair} & names


def guarded(imports: list[str]) -> str:
    """Return code that carries out imports, each for itself: one that fails stops none."""
    future = [line for line in imports if line.startswith("from __future__")]
    tried = [
        f"try:\n    {line}\nexcept Exception:\n    pass" for line in imports if line not in future
    ]
    return "\n".join([*future, *tried])


def _without_magics(code: str) -> tuple[str, set[str]]:
    """Return Python without IPython's additions, and the words that stood in those."""
    words: set[str] = set()
    cell = _CELL_MAGIC.match(code)
    if cell:
        words.update(_WORD.findall(cell[0]))
        code = code[cell.end() :] if cell[1] in _PYTHON_MAGICS else ""
    if any(sign in code for sign in "%!?") and not _parses(code):
        lines = code.split("\n")
        for number, line in enumerate(lines):
            plain = _without_magic(line)
            if plain != line:
                words.update(_WORD.findall(line))
                lines[number] = plain
        code = "\n".join(lines)
    return code, words


def _without_magic(line: str) -> str:
    """Return a line that only IPython understands as one that does nothing."""
    text = line.strip()
    if text.startswith(("%", "!", "?")) or text.endswith("?"):
        return line[: len(line) - len(line.lstrip())] + "pass"
    return _MAGIC_VALUE.sub("= None", line)


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _bound(part: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in part.names:
        yield (alias.asname or alias.name).partition(".")[0]


def _defined(tree: ast.Module) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {part.name for part in tree.body if isinstance(part, kinds)}


@dataclass
class _Seen:
    """What a walk over all of some code finds."""

    names: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    patched: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    queried: set[str] = field(default_factory=set)
    setters: set[str] = field(default_factory=set)  # names whose functions set something

    @classmethod
    def of(cls, tree: ast.Module) -> _Seen:
        seen, methods = cls(), set()
        for node in ast.walk(tree):  # a call comes before what is called
            if isinstance(node, ast.Name):
                seen.names.add(node.id)
                if isinstance(node.ctx, ast.Store):
                    seen.stored.add(node.id)
            elif isinstance(node, ast.Attribute):
                if node not in methods:
                    seen.names.add(node.attr)
                if not isinstance(node.ctx, ast.Load):
                    seen.patched |= _root(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                seen.queried.update(_QUERIED.findall(node.value))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                seen.imported.update(_bound(node))
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bases = node.bases if isinstance(node, ast.ClassDef) else []
                methods_above = (d for d in node.decorator_list if isinstance(d, ast.Attribute))
                seen.reached = seen.reached.union(*map(_owner, (*bases, *methods_above)))
            elif isinstance(node, ast.Call):
                seen._call(node)
                if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
                    methods.add(node.func)
        return seen

    @property
    def sets(self) -> bool:
        """Whether it calls what sets something in a library, as far as the name tells."""
        return not self.setters <= self.stored

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            self.reached |= _owner(function)
            if _SETTER.fullmatch(function.attr) and _is_path(function):
                self.setters |= _owner(function)
        elif isinstance(function, ast.Name):
            if _SETTER.fullmatch(function.id):
                self.setters.add(function.id)
            if function.id in ("setattr", "delattr") and node.args:
                self.reached |= _owner(node.args[0])
        for given in (*node.args, *(each.value for each in node.keywords)):
            if isinstance(given, ast.Constant) and "~" in str(given.value):
                self.queried.update(_WORD.findall(str(given.value)))


def _is_path(node: ast.expr) -> bool:
    """Return whether this is names with full stops between them, and nothing else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _owner(node: ast.expr) -> set[str]:
    """Return the name to which something belongs: what a call returns is nobody's."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _root(node: ast.expr) -> set[str]:
    """Return the name at the root of what an attribute is set on, such as a library's."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()
