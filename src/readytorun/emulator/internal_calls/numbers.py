"""Mathematical functions, and numbers as text in the invariant culture."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from readytorun.emulator.internal_calls.registry import internal_call

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


_EXACT: Final = Context(prec=1200)  # digits: more than the exact value of any double has


def _unary(name: str, function: Callable[[float], float]) -> None:
    @internal_call(f"System.Math::{name}(double)")
    def call(runtime: Runtime, value: float) -> float:
        if math.isnan(value):
            return value
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf


def _keeping_sign(function: Callable[[float], int]) -> Callable[[float], float]:
    def call(value: float) -> float:
        if math.isinf(value):
            return value
        return math.copysign(float(abs(function(value))), value)

    return call


def _log(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else function(value)


_unary("Sqrt", lambda v: v if v == 0 else math.sqrt(v))
_unary("Floor", lambda v: v if math.isinf(v) or v == 0 else float(math.floor(v)))
_unary("Ceiling", lambda v: v if math.isinf(v) else math.copysign(float(abs(math.ceil(v))), v))
_unary("Round", _keeping_sign(round))
_unary("Truncate", _keeping_sign(math.trunc))
for _name, _function in (
    ("Sin", math.sin),
    ("Cos", math.cos),
    ("Tan", math.tan),
    ("Asin", math.asin),
    ("Acos", math.acos),
    ("Atan", math.atan),
    ("Exp", math.exp),
    ("Cbrt", math.cbrt),
    ("Log", _log(math.log)),
    ("Log10", _log(math.log10)),
    ("Log2", _log(math.log2)),
):
    _unary(_name, _function)


@internal_call("System.Math::Atan2")
def _atan2(runtime: Runtime, y: float, x: float) -> float:
    return math.atan2(y, x)


@internal_call("System.Math::Pow")
def _pow(runtime: Runtime, x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        if x == 0:
            return math.copysign(math.inf, x) if y % 2 == 1 else math.inf
        return math.nan


@internal_call("System.Math::FusedMultiplyAdd")
def _fma(runtime: Runtime, x: float, y: float, z: float) -> float:
    if not all(map(math.isfinite, (x, y, z))):
        return x * y + z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    if not exact:
        return x * y + z  # a zero with its sign
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


@internal_call("System.Math::RoundDigits")
def _round_digits(runtime: Runtime, value: float, digits: int, mode: int) -> float:
    if not math.isfinite(value):
        return value
    power = 10.0**digits
    scaled = value * power
    if mode == 0:
        rounded: float = round(scaled)
    elif mode == 1:
        fraction, rounded = math.modf(scaled)
        if abs(fraction) >= 0.5:
            rounded += math.copysign(1.0, fraction)
    elif mode == 2:
        rounded = math.trunc(scaled)
    elif mode == 3:
        rounded = math.floor(scaled)
    else:
        rounded = math.ceil(scaled)
    return math.copysign(abs(rounded / power), value)


# --- text to numbers --------------------------------------------------------------------------------------------------

_FLOAT = re.compile(r"[+-]?(\d[\d,]*\.?\d*|\.\d+)([eE][+-]?\d+)?$")


@internal_call("System.Number::ParseDouble")
def _parse_double(runtime: Runtime, text: int, result: int) -> bool:
    source = runtime.heap.text(text).strip()
    special = {"NaN": math.nan, "Infinity": math.inf, "∞": math.inf, "-Infinity": -math.inf, "-∞": -math.inf}
    value = special.get(source, 0.0)
    ok = source in special
    if not ok and _FLOAT.match(source):
        value, ok = float(source.replace(",", "")), True
    runtime.memory.set_f64(result, value)
    return ok


# --- numbers to text --------------------------------------------------------------------------------------------------


def _shortest(value: float, single: bool) -> str:
    """Digits and exponent as the shortest text that reads back as the same number: `d.ddd`, exponent of 10."""
    if not single:
        return repr(value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            return repr(float(text))
    return repr(value)


def _split(text: str) -> tuple[str, int]:
    """Digits without leading and trailing zeros, and the position of the point behind the first of them, as power."""
    mantissa, _, exponent = text.lower().partition("e")
    power = int(exponent or "0")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power += len(whole) - 1 - (len(whole + fraction) - len(digits))
    power = power if digits else 0
    return digits.rstrip("0") or "0", power


def format_general(value: float, single: bool) -> str:
    """Double.ToString(): the shortest digits, with an exponent from E+15 (single: E+08) and below E-05."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    digits, power = _split(_shortest(abs(value), single))
    if digits == "0":
        return sign + "0"
    return sign + _place(digits, power, 15 if not single else 7)


def _place(digits: str, power: int, largest: int) -> str:
    if power > largest or power < -5:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{rest}E{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return "0." + "0" * (-power - 1) + digits
    if len(digits) <= power + 1:
        return digits + "0" * (power + 1 - len(digits))
    return digits[: power + 1] + "." + digits[power + 1 :]


def _group(whole: str) -> str:
    groups = []
    while len(whole) > 3:
        groups.append(whole[-3:])
        whole = whole[:-3]
    return ",".join([whole, *reversed(groups)])


def _fixed(exact: Decimal, digits: int, grouped: bool) -> str:
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_EXACT)
    text = f"{abs(rounded):f}"
    whole, _, fraction = text.partition(".")
    result = (_group(whole) if grouped else whole) + ("." + fraction if digits else "")
    return "-" + result if rounded < 0 else result


def _scientific(exact: Decimal, digits: int, letter: str, exponent_digits: int) -> str:
    if not exact:
        mantissa, power = "0" + ("." + "0" * digits if digits else ""), 0
    else:
        text = f"{abs(exact):.{digits}E}"
        mantissa, _, exponent = text.partition("E")
        power = int(exponent)
    sign = "-" if exact < 0 else ""
    return f"{sign}{mantissa}{letter}{'-' if power < 0 else '+'}{abs(power):0{exponent_digits}d}"


_CUSTOM = re.compile(r"[0#.,%]")


def _custom(exact: Decimal, format: str) -> str:
    """Custom formats made of 0, #, the point, grouping and percent (others as they stand)."""
    sections = format.split(";")
    section = sections[1] if exact < 0 and len(sections) > 1 else sections[0]
    if exact == 0 and len(sections) > 2:
        section = sections[2]
    negative = exact < 0 and len(sections) == 1
    if "%" in section:
        exact = _EXACT.multiply(exact, Decimal(100))
    pattern = "".join(c for c in section if c in "0#.,")
    whole, _, fraction = pattern.partition(".")
    text = _fixed(abs(exact), len(fraction), False)
    digits, _, decimals = text.partition(".")
    minimum = whole.replace(",", "")
    minimum = minimum[minimum.index("0") :] if "0" in minimum else ""
    digits = digits.lstrip("0").rjust(len(minimum), "0")
    if "," in whole.strip(","):
        digits = _group(digits)
    keep = len(fraction.rstrip("#"))
    while len(decimals) > keep and decimals.endswith("0"):
        decimals = decimals[:-1]
    number = digits + ("." + decimals if decimals else "")
    match = re.search(r"[0#.,]+", section)
    if match is None:
        return section
    result = section[: match.start()] + number + section[match.end() :]
    return "-" + result if negative and any(c in "123456789" for c in number) else result


def format_number(value: int | float | Decimal, format: str, bits: int, single: bool = False) -> str | None:
    """A number in a standard or custom format; None if the format is none.

    Args:
        value: the number.
        format: "" for the general format.
        bits: size of the type, for hexadecimal and binary.
        single: a float rather than a double.
    """
    is_float = isinstance(value, float)
    if isinstance(value, float) and not math.isfinite(value):
        return format_general(float(value), single)
    match = re.fullmatch(r"([A-Za-z])(\d{0,9})", format)
    if format and match is None:
        return _custom(Decimal(value), format)
    kind = match[1] if match else "G"
    precision = int(match[2]) if match and match[2] else -1
    exact = Decimal(value)
    upper = kind.upper()
    if upper == "R" or (upper == "G" and precision <= 0):
        return format_general(float(value), single) if is_float else str(value)
    if upper == "D" and isinstance(value, int):
        digits = str(abs(value)).rjust(max(precision, 0), "0")
        return "-" + digits if value < 0 else digits
    if upper in "XB" and isinstance(value, int):
        raw = value & (1 << bits) - 1
        text = f"{raw:{'x' if kind == 'x' else 'X'}}" if upper == "X" else f"{raw:b}"
        return text.rjust(max(precision, 0), "0")
    if upper == "F":
        text = _fixed(exact, 2 if precision < 0 else precision, False)
        return text if value != 0 or not isinstance(value, float) or math.copysign(1.0, value) > 0 else "-" + text
    if upper == "N":
        return _fixed(exact, 2 if precision < 0 else precision, True)
    if upper == "P":
        return _fixed(_EXACT.multiply(exact, Decimal(100)), 2 if precision < 0 else precision, True) + " %"
    if upper == "C":
        return ("-" if value < 0 else "") + "¤" + _fixed(abs(exact), 2 if precision < 0 else precision, True)
    if upper == "E":
        return _scientific(exact, 6 if precision < 0 else precision, kind, 3)
    if upper == "G":
        if not exact:
            return "0"
        digits, power = _split(f"{abs(exact):.{precision - 1}E}")
        return ("-" if value < 0 else "") + _place(digits, power, precision - 1).replace(
            "E", "E" if kind == "G" else "e"
        )
    return None


def _format(runtime: Runtime, value: int | float, format: int, bits: int, single: bool = False) -> int:
    text = format_number(value, runtime.heap.text(format) if format else "", bits, single)
    if text is None:
        raise runtime.throw("Argument", "Format specifier was invalid.")
    return runtime.heap.new_string(text)


@internal_call("System.Number::FormatLong", "System.Number::FormatULong")
def _format_long(runtime: Runtime, value: int, format: int, bits: int) -> int:
    return _format(runtime, value, format, bits)


@internal_call("System.Number::FormatDouble")
def _format_double(runtime: Runtime, value: float, format: int) -> int:
    return _format(runtime, value, format, 64)


@internal_call("System.Number::FormatSingle")
def _format_single(runtime: Runtime, value: float, format: int) -> int:
    return _format(runtime, value, format, 32, True)
