"""``%%start_over`` brings the exercise of a cell back to how it was handed out.

A cell magic, because what stands in the cell may be no Python at all. The kernel asks the front end
to replace the text of the cell that runs; everything else of the cell stays as it is.
"""

from __future__ import annotations

import os

from imbalance_lab.files import in_plain_words
from imbalance_lab.lessons.copies import keep_copy
from imbalance_lab.lessons.released import Cell, answers, makes, name_of, names, plain, text_of
from imbalance_lab.notebook import START, notebook_file, show_quietly, students_shell, this_shell

MAGIC = "start_over"


def offer() -> None:
    """In a Jupyter kernel, let cells begin with ``%%start_over``; elsewhere do nothing."""
    shell = this_shell()
    if getattr(shell, "kernel", None) is not None:
        shell.register_magic_function(start_over, "cell", MAGIC)


@in_plain_words
def start_over(line: str, text: str) -> None:
    """Bring the exercise of this cell back to how it was handed out; your text is kept in a file.

    Write ``%%start_over`` as the first line of your answer's cell and run it.
    """
    shell = students_shell()
    if shell is None:
        return
    cell = _exercise(line.strip(), text, str(shell.parent_header["metadata"]["cellId"]))
    if cell is None:
        known = ", ".join(map(name_of, _here().values()))
        show_quietly(shell, f"Which exercise? Write %%{MAGIC} and its name. There are: {known}.")
        return
    given, said = text_of(cell), f"{name_of(cell)} is as it was handed out."
    if plain(text) not in ("", plain(given)):
        copy = keep_copy(START, name_of(cell), ".py", text.encode("utf-8", "replace"))
        said += f" Your text is kept in {os.path.relpath(copy, START)}."
    shell.set_next_input(given, replace=True)
    shell.user_ns.pop(name_of(cell), None)  # or the check would go on with the old answer
    show_quietly(shell, said)
    if "JPY_SESSION_NAME" not in os.environ:  # no Jupyter server: who knows whether it does that
        show_quietly(shell, f"Does the cell still show your text? Put this there:\n\n{given}")


def _exercise(asked: str, text: str, cell_id: str) -> Cell | None:
    """Return the released cell that is meant: asked for, or known by its id or its function."""
    here = _here()
    if asked:
        return here.get(asked.replace("_", "-"))
    made = (cell for cell in here.values() if makes(name_of(cell), text))
    return here.get(cell_id) or next(made, None)


def _here() -> dict[str, Cell]:
    """Return the cells for answers of the notebook that runs, as far as it is known."""
    file = notebook_file()
    topic = [name for name in names() if name.split("/")[0] == START.name]
    this = [name for name in names() if file and name.split("/")[1] == file.stem]
    return answers([name for name in this if name in topic] or topic or this or names())
