"""How is a fault in case.toml said, so that a person can correct it?

One line a fault: where, what, and what to do. This module knows how pydantic names what it found; it decides nothing
about what is right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ledgers.display import display

CASE_FILE = "case.toml"


class TomlFloat:
    """A number that TOML would read as a float; only its text is kept, to be refused with."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def meant(word: str, known: Iterable[str]) -> str:
    """Offer the nearest known word, as the end of a sentence, or list those there are.

    >>> meant("holdbak", ["holdback", "rule"])
    '; did you mean "holdback"?'
    """
    words = list(known)
    nearest = difflib.get_close_matches(word, words, 1)
    if nearest:
        return f'; did you mean "{nearest[0]}"?'
    return f". Known are: {', '.join(words)}." if words else "."


def line_of(where: str, fault: str) -> str:
    """Give the line of one fault."""
    return f"{CASE_FILE}: {where} {fault}" if where else f"{CASE_FILE}: {fault}"


def place(path: Sequence[int | str], document: Mapping[str, Any]) -> str:
    """Name a section of case.toml as it is written there, with its number and name where there are several.

    >>> place(("policies", 1), {"policies": ({}, {"name": "hot wallets"})})
    '[[policies]] 2 "hot wallets"'
    >>> place(("assets", "BTC"), {})
    '[assets.BTC]'
    """
    shown: list[str] = []
    suffix = ""
    value: Any = document
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(step, int):
            name = value.get("name", value.get("path")) if isinstance(value, Mapping) else None
            suffix += f" {step + 1}" + (f' "{display(name)}"' if isinstance(name, str) else "")
        else:
            shown.append(display(step))
    name = ".".join(shown)
    return f"[[{name}]]{suffix}" if suffix else f"[{name}]"


def fault_lines(errors: Iterable[ErrorDetails], document: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Give a line a fault, in the order of the contract; the several tries at one value are one fault."""
    lines: dict[str, None] = {}
    for error in errors:
        lines[_line(error, document, model)] = None
    return list(lines)


def _line(error: ErrorDetails, document: Mapping[str, Any], model: type[BaseModel]) -> str:
    path = _path(error["loc"], document)
    section, known = _section(path, model)
    kind = error["type"]
    if kind == "extra_forbidden":
        key = display(str(path[-1]))
        where = place(path[:-1], document) if path[:-1] else ""
        return line_of(where, f'has no key "{key}"{meant(str(path[-1]), known)}')
    if kind == "missing":
        key = str(path[-1])
        if not path[:-1]:
            return line_of("", f"has no section [{key}]. Add it, as in the case format.")
        return line_of(place(path[:-1], document), f'lacks the required key "{key}". Add it.')
    if section == len(path):
        return line_of(place(path, document) if path else "", _what(error))
    key = display(".".join(str(step + 1) if isinstance(step, int) else step for step in path[section:]))
    where = place(path[:section], document) if section else ""
    return line_of(where, f"{key} {_what(error)}")


def _path(loc: tuple[int | str, ...], document: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Cut off what pydantic adds to a place: which member of a union it tried, and that it looked at a key."""
    path: list[int | str] = []
    value: Any = document
    for place_no, step in enumerate(loc):
        is_there = (isinstance(value, Mapping) and step in value) or (
            isinstance(value, tuple) and isinstance(step, int) and step < len(value)
        )
        if not is_there and not (place_no == len(loc) - 1 and isinstance(value, Mapping)):
            break
        path.append(step)
        value = value[step] if is_there else None
    return tuple(path)


def _section(path: Sequence[int | str], model: type[BaseModel]) -> tuple[int, list[str]]:
    """Say how many steps of a path lead to a section, and the keys of that section."""
    known = _keys(model)
    depth = 0
    current: type[BaseModel] | None = model
    for step_no, step in enumerate(path):
        if isinstance(step, str) and current is not None:
            field = next((f for name, f in current.model_fields.items() if (f.alias or name) == step), None)
            inner = _inner(field.annotation) if field else None
            if inner is None and field is not None:
                break
            if inner is not None:
                current, waits = inner, _waits(field.annotation) if field else False
                if waits:
                    continue
                depth, known = step_no + 1, _keys(current)
                continue
            if step_no and path[step_no - 1] == "assets":
                depth, known = step_no + 1, _keys(current)
                continue
            break
        depth = step_no + 1
        known = _keys(current) if current is not None else []
    return depth, known


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Give the section inside an annotation such as `tuple[X, ...]`, `dict[str, X]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := _inner(part)) is not None), None)


def _waits(annotation: Any) -> bool:
    """Say whether a number or a code has to follow before one is in the section."""
    return not (isinstance(annotation, type) or type(None) in get_args(annotation))


def _what(error: ErrorDetails) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    shown = f'"{display(value)}"' if isinstance(value, str) else display(str(value))
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"cannot be {shown}{meant(str(value), choices)}"
    if kind.endswith("_type") or kind in ("is_instance_of", "model_attributes_type"):
        wanted = {
            "string_type": "text in quotes",
            "bool_type": "true or false",
            "int_type": "a whole number without quotes",
            "tuple_type": "a list in [ ]",
            "dict_type": "a table",
            "model_type": "a table",
        }.get(kind, "something else")
        return f"must be {wanted}, not {shown}."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"must be at {'least' if 'ge' in context else 'most'} {bound}, not {shown}."
    if kind in ("string_too_short", "too_short"):
        return "must not be empty."
    message = display(error["msg"], 400)
    return message if message.endswith((".", "?")) else f"{message}."
