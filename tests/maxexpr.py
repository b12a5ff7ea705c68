"""Max's `expr`: C's arithmetic on the values of the inlets."""

import ast
import re
from collections.abc import Callable, Sequence
from functools import cache
from math import fmod

Value = float | int
Compiled = Callable[[Sequence[Value]], Value]
COMPARE: dict[type, str] = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
PLAIN: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
CALLS = ("max", "min", "int", "abs")


def evaluate(text: str, values: Sequence[Value]) -> Value:
    """The value of an expression; $i truncates."""
    return _compiled(text)(values)


@cache
def _compiled(text: str) -> Compiled:
    assert "?" not in text, "Max's expr knows no ?"
    python = re.sub(r"\$([if])(\d)", r"\1\2", text).replace("&&", " and ").replace("||", " or ")
    # Max's ! binds as Python's ~ does
    tree = ast.parse(re.sub(r"!(?!=)", "~", python).strip(), mode="eval").body
    words = {"divide": _divide, "fmod": fmod}
    found: Compiled = eval(f"lambda v: {_python(tree)}", words)  # of our own tests' text
    return found


def _divide(a: Value, b: Value) -> Value:
    return int(a / b) if isinstance(a, int) and isinstance(b, int) else a / b


def _python(node: ast.expr) -> str:
    """The same in Python, with C's truth values and division."""
    match node:
        case ast.Constant(value=float() | int() as value):
            return repr(value)
        case ast.Name(id=name):
            return f"{'int' if name[0] == 'i' else 'float'}(v[{int(name[1]) - 1}])"
        case ast.BoolOp(op=op, values=parts):
            word = " and " if isinstance(op, ast.And) else " or "
            return f"int(bool({word.join(_python(part) for part in parts)}))"
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return f"int(not {_python(inner)})"
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"(-{_python(inner)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return f"int({_python(left)} {COMPARE[type(op)]} {_python(right)})"
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return f"divide({_python(left)}, {_python(right)})"
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            return f"int(fmod({_python(left)}, {_python(right)}))"
        case ast.BinOp(left=left, op=op, right=right):
            return f"({_python(left)} {PLAIN[type(op)]} {_python(right)})"
        case ast.Call(func=ast.Name(id=name), args=args) if name in CALLS:
            return f"{name}({', '.join(map(_python, args))})"
    raise NotImplementedError(f"expr knows no {ast.dump(node)}")
