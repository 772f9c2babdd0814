"""What does a formula of one's own come to? Exactly, by a grammar of ours; nothing in it is ever run as a program.

    formula = term { ("+" | "-") term }
    term    = factor { "*" factor }
    factor  = number [ "%" ] | name | ("min" | "max") "(" formula { "," formula } ")" | "(" formula ")"
    number  = digits [ "." digits ]          name = small letters, digits, "_"; not beginning with a digit

There is no division and no minus in front of a number, so that every result is an exact decimal of what was written.
A fault says at which character it is and what to do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from administrator.law.requirements.method import NoSuchFormula
from ledgers.display import display

CHARACTERS_MAX = 1_000
DEPTH_MAX = 40
DIGITS_MAX = 38
TOKEN = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[a-z_][a-z0-9_]*)|(?P<sign>[-+*(),%])", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """number, name, sign, or end."""
    text: str
    at: int
    """Character it begins at, from 1."""


def evaluate(formula: str, named: Mapping[str, Fraction]) -> Fraction:
    """Work a formula out.

    >>> evaluate("max(3, 5% * hot) + 0.5 * (hot - cold)", {"hot": Fraction(100), "cold": Fraction(20)})
    Fraction(45, 1)

    Raises:
        NoSuchFormula: it cannot be read, or names what is not given; in one line, with the character.
    """
    if len(formula) > CHARACTERS_MAX:
        raise NoSuchFormula(f"formula: is longer than {CHARACTERS_MAX} characters. Give parts of it as figures.")
    reader = _Reader(_tokens(formula), named)
    result = reader.sum(0)
    reader.end()
    return result


def _tokens(formula: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(formula):
        if formula[at] in " \t\n":
            at += 1
            continue
        found = TOKEN.match(formula, at)
        if found is None:
            raise _fault(at + 1, f'"{display(formula[at])}" is nothing that a formula knows',
                         "Write + - * ( ) , % min max, plain decimals and names")  # fmt: skip
        assert found.lastgroup is not None
        if found.lastgroup == "number" and len(found[0]) > DIGITS_MAX:
            raise _fault(at + 1, f"a number has more than {DIGITS_MAX} characters", "Shorten it")
        tokens.append(_Token(found.lastgroup, found[0], at + 1))
        at = found.end()
    return [*tokens, _Token("end", "", len(formula) + 1)]


class _Reader:
    """Reads tokens from left to right and works out as it goes."""

    def __init__(self, tokens: list[_Token], named: Mapping[str, Fraction]) -> None:
        self._tokens = tokens
        self._named = named
        self._next = 0

    def sum(self, depth: int) -> Fraction:
        """Read terms that are added or taken off."""
        if depth > DEPTH_MAX:
            raise _fault(self._token.at, f"is nested more than {DEPTH_MAX} deep", "Give parts of it as figures")
        total = self._product(depth)
        while self._token.text in ("+", "-"):
            sign = self._take()
            term = self._product(depth)
            total = total + term if sign.text == "+" else total - term
        return total

    def end(self) -> None:
        """See that nothing is left."""
        if self._token.kind != "end":
            raise _fault(self._token.at, f'"{display(self._token.text)}" is one too many',
                         "Put + - * between two values, or remove it")  # fmt: skip

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += token.kind != "end"
        return token

    def _product(self, depth: int) -> Fraction:
        product = self._factor(depth)
        while self._token.text == "*":
            self._take()
            product *= self._factor(depth)
        return product

    def _factor(self, depth: int) -> Fraction:
        token = self._take()
        if token.kind == "number":
            return self._percent(Fraction(token.text))
        if token.text in ("min", "max"):
            values = self._arguments(depth)
            return min(values) if token.text == "min" else max(values)
        if token.kind == "name":
            return self._value(token)
        if token.text == "(":
            value = self.sum(depth + 1)
            self._expect(")")
            return value
        what = f'"{token.text}"' if token.kind == "sign" else "the end"
        raise _fault(token.at, f"{what} stands where a value is needed", "Write a number, a name, min, max or (")

    def _percent(self, number: Fraction) -> Fraction:
        if self._token.text != "%":
            return number
        self._take()
        return number / 100

    def _arguments(self, depth: int) -> list[Fraction]:
        self._expect("(")
        values = [self.sum(depth + 1)]
        while self._token.text == ",":
            self._take()
            values.append(self.sum(depth + 1))
        self._expect(")")
        return values

    def _value(self, token: _Token) -> Fraction:
        if token.text in self._named:
            return self._named[token.text]
        nearest = difflib.get_close_matches(token.text, sorted(self._named), 1)
        known = f'did you mean "{nearest[0]}"' if nearest else f"given are: {', '.join(sorted(self._named)) or 'none'}"
        raise _fault(token.at, f'nothing is given by the name "{display(token.text)}"; {known}',
                     "Give it in [requirement] or under its figures")  # fmt: skip

    def _expect(self, sign: str) -> None:
        token = self._take()
        if token.text != sign:
            what = f'"{display(token.text)}"' if token.kind != "end" else "the end"
            raise _fault(token.at, f'{what} stands where "{sign}" is needed', "Put it there")


def _fault(at: int, why: str, what_to_do: str) -> NoSuchFormula:
    return NoSuchFormula(f"formula: at character {at} {why}. {what_to_do}.")
