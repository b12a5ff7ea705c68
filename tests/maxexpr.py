"""Max's `expr`: C's arithmetic on the values of the inlets."""

import ast
import operator
import re
from collections.abc import Callable, Sequence
from functools import cache
from math import fmod
from typing import Any

Value = float | int
COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
PLAIN: dict[type, Callable[[Any, Any], Value]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
}  # fmt: skip
CALLS: dict[str, Callable[..., Value]] = {"max": max, "min": min, "int": int, "abs": abs}


def _divide(a: Value, b: Value) -> Value:
    return int(a / b) if isinstance(a, int) and isinstance(b, int) else a / b


@cache
def _tree(text: str) -> ast.expr:
    assert "?" not in text, "Max's expr knows no ?"
    python = re.sub(r"\$([if])(\d)", r"\1\2", text).replace("&&", " and ").replace("||", " or ")
    # Max's ! binds as Python's ~ does
    return ast.parse(re.sub(r"!(?!=)", "~", python).strip(), mode="eval").body


def evaluate(text: str, values: Sequence[Value]) -> Value:
    """The value of an expression; $i truncates."""

    def run(node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=float() | int() as value):
                return value
            case ast.Name(id=name):
                value = values[int(name[1]) - 1]
                return int(value) if name[0] == "i" else float(value)
            case ast.BoolOp(op=ast.And(), values=parts):
                return int(all(run(part) for part in parts))
            case ast.BoolOp(values=parts):
                return int(any(run(part) for part in parts))
            case ast.UnaryOp(op=ast.Invert(), operand=inner):
                return int(not run(inner))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -run(inner)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return int(COMPARE[type(op)](run(left), run(right)))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _divide(run(left), run(right))
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return int(fmod(run(left), run(right)))
            case ast.BinOp(left=left, op=op, right=right):
                return PLAIN[type(op)](run(left), run(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return CALLS[name](*map(run, args))
        raise NotImplementedError(f"expr {text}: {ast.dump(node)}")

    return run(_tree(text))
