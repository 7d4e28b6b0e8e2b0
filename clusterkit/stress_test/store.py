"""One answer file that is written again and again, and never lost."""

from __future__ import annotations

import os
from pathlib import Path

from clusterkit.errors import ParamError, Problem, RunError
from clusterkit.files import write_whole
from clusterkit.spreadsheets import check_size
from clusterkit.stress_test.answer_files import YAML_ENDINGS, read_answers, yaml_text
from clusterkit.stress_test.answers import AnswerSheet
from clusterkit.stress_test.questionnaire import Questionnaire


class Store:
    """The file of one respondent, saved after every answer.

    Each save is whole or not at all. Where somebody else has changed the file since it was last read or saved, it is
    left as it is, and the answers go into a file beside it.

    Parameters
    ----------
    path
        A YAML file; it need not exist yet, and is not made before the first save.
    questionnaire
        The questions.

    Raises
    ------
    ParamError
        The name is no YAML file's, or the file is there and has a problem: nothing is overwritten.
    """

    def __init__(self, path: Path, questionnaire: Questionnaire) -> None:
        if path.suffix.lower() not in YAML_ENDINGS:
            raise ParamError(
                Problem(
                    what=f"Answers cannot be saved as {path.name}.",
                    where=str(path),
                    rule="the form saves one respondent as YAML",
                    fix="let the name end in .yaml; `clusterkit stress-test convert` makes a workbook or CSV of it",
                )
            )
        self.path, self.questionnaire = path, questionnaire
        self.sheet: AnswerSheet | None = None
        self._last = None
        if os.path.lexists(path):
            check_size(path)
            self._last = _bytes(path)  # before it is read: a change in between is found by the next save
            (self.sheet,) = read_answers([path], questionnaire)

    def save(self, sheet: AnswerSheet) -> Path:
        """Write the answers and say where: the file, or one beside it where others have changed the file.

        Raises
        ------
        RunError
            Nothing can be read or written there; what was there is as it was.
        """
        data = yaml_text(sheet, self.questionnaire).encode("utf-8")
        on_disk = _bytes(self.path)
        path = self.path if on_disk in (None, self._last, data) else self._beside()
        write_whole(path, data)
        self.path, self._last, self.sheet = path, data, sheet
        return path

    def _beside(self) -> Path:
        number = 2
        while (path := self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix}")).exists():
            number += 1
        return path


def _bytes(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise RunError(
            Problem(
                what=f"The file {path.name} cannot be read: {exc.strerror or exc}.",
                where=str(path),
                rule="before each save the file is compared with what was saved last",
                fix="check the rights of the file and the folder, or name another place",
            )
        ) from exc
