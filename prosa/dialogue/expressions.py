"""Conditions and computed values, in CEL (Common Expression Language).

CEL has no loops and no side effects. A name that is not bound raises an error in it, so the scope
binds every declared name, unfilled ones to null; whatever else fails at run time (null > 3, a
division by zero) makes a condition false and leaves a note in the trace.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import cel
import msgspec

FUNCTIONS = frozenset(
    {
        *("size", "has", "contains", "startsWith", "endsWith", "matches"),
        *("int", "uint", "double", "string", "bytes", "timestamp", "duration"),
        *("getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
        *("all", "exists", "exists_one", "map", "filter"),
    }
)
_BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_PLACE = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)")


class Expression(msgspec.Struct, frozen=True):
    """A compiled expression, its source, and the names it reads."""

    source: str
    program: Any  # cel.Program, which the stubs leave untyped inside structs
    names: frozenset[str]


class BadExpression(Exception):
    """A text is no CEL. `line` and `column` count from 1 within it."""

    def __init__(self, message: str, line: int, column: int) -> None:
        self.message, self.line, self.column = message, line, column
        super().__init__(message)


class ExpressionFailed(Exception):
    """An expression gave no value at run time."""


def compile_expression(source: str) -> Expression:
    """Compile. Raises BadExpression on a syntax error."""
    try:
        program = cel.compile(source)
    except ValueError as error:
        found = _PLACE.search(str(error))
        if found is None:
            raise BadExpression("it cannot be parsed", 1, 1) from error
        raise BadExpression(
            found[3].split(" expecting ")[0], int(found[1]), int(found[2])
        ) from error
    bound = frozenset(_BOUND.findall(source))
    return Expression(source, program, frozenset(program.variables()) - bound)


def unknown_functions(expression: Expression) -> Iterable[str]:
    """Name the functions that CEL does not have, as it would tell only at run time."""
    return sorted(
        name
        for name in expression.program.functions()
        if name[0].isalpha() and name not in FUNCTIONS
    )


def evaluate(expression: Expression, names: Mapping[str, Any]) -> Any:
    """Compute. Raises ExpressionFailed, with a reason that holds no value."""
    try:
        return expression.program.execute({name: names.get(name) for name in expression.names})
    except Exception as error:
        raise ExpressionFailed(type(error).__name__) from error
