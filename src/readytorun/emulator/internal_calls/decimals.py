"""Arithmetic of System.Decimal: a 96-bit number, a sign, and how many of its digits are decimals (0 to 28).

The layout is that of the OLE automation type: flags (sign in bit 31, scale in bits 16 to 23), high 32 bits, low 64
bits.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from readytorun.emulator.internal_calls.numbers import format_number
from readytorun.emulator.internal_calls.registry import internal_call

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_OK: Final = 0
_OVERFLOW: Final = 1
_DIVISION_BY_ZERO: Final = 2
_BAD_FORMAT: Final = 2
_MAXIMUM: Final = (1 << 96) - 1
_MAXIMUM_SCALE: Final = 28
_SIGN: Final = 1 << 31
_TEXT = re.compile(r"\s*([+-]?)(\d[\d,]*)?(?:\.(\d*))?\s*$")


class _Number(NamedTuple):
    """A decimal.

    Attributes:
        is_negative: also of a zero.
        digits: the 96-bit number.
        scale: how many of its digits are decimals.
    """

    is_negative: bool
    digits: int
    scale: int

    @property
    def signed(self) -> int:
        return -self.digits if self.is_negative else self.digits


def _read(runtime: Runtime, address: int) -> _Number:
    flags, high, low = struct.unpack("<IIQ", runtime.memory.read(address, 16))
    return _Number(bool(flags & _SIGN), high << 64 | low, flags >> 16 & 0xFF)


def _write(runtime: Runtime, address: int, number: _Number) -> None:
    flags = number.scale << 16 | (_SIGN if number.is_negative else 0)
    low = number.digits & (1 << 64) - 1
    runtime.memory.write(address, struct.pack("<IIQ", flags, number.digits >> 64, low))


def _half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient & 1):
        quotient += 1
    return quotient


def _fit(is_negative: bool, digits: int, scale: int) -> _Number | None:
    """The number with as many decimals as there is room for; None if it is too large."""
    # Rounding is done once: from the full number, to the first scale at which it fits.
    drop = max(scale - _MAXIMUM_SCALE, 0)
    while True:
        rounded = _half_even(digits, 10**drop)
        if rounded <= _MAXIMUM:
            return _Number(is_negative, rounded, scale - drop)
        if drop >= scale:
            return None
        drop += 1


def _without_zeros(number: _Number) -> _Number:
    digits, scale = number.digits, number.scale
    while scale and digits % 10 == 0:
        digits //= 10
        scale -= 1
    return _Number(number.is_negative, digits, scale)


def _add(left: _Number, right: _Number) -> _Number | None:
    scale = max(left.scale, right.scale)
    total = left.signed * 10 ** (scale - left.scale) + right.signed * 10 ** (scale - right.scale)
    is_negative = total < 0 or (total == 0 and left.is_negative and right.is_negative)
    return _fit(is_negative, abs(total), scale)


def _multiply(left: _Number, right: _Number) -> _Number | None:
    return _fit(left.is_negative != right.is_negative, left.digits * right.digits, left.scale + right.scale)


def _divide(left: _Number, right: _Number) -> _Number | None:
    is_negative = left.is_negative != right.is_negative
    scale = left.scale - right.scale
    numerator = left.digits
    if scale < 0:
        numerator *= 10**-scale
        scale = 0
    if numerator % right.digits == 0:
        return _fit(is_negative, numerator // right.digits, scale)
    # As many decimals as fit, and of them no trailing zeros.
    while scale < _MAXIMUM_SCALE and numerator * 10 // right.digits <= _MAXIMUM:
        numerator *= 10
        scale += 1
        if numerator % right.digits == 0:
            break
    while True:
        quotient = _half_even(numerator, right.digits)
        if quotient <= _MAXIMUM:
            return _without_zeros(_Number(is_negative, quotient, scale))
        if scale == 0:
            return None
        return _fit(is_negative, quotient, scale)


def _remainder(left: _Number, right: _Number) -> _Number | None:
    scale = max(left.scale, right.scale)
    rest = left.digits * 10 ** (scale - left.scale) % (right.digits * 10 ** (scale - right.scale))
    return _fit(left.is_negative, rest, scale)


def _round(number: _Number, decimals: int) -> _Number:
    if number.scale <= decimals:
        return number
    return _Number(number.is_negative, _half_even(number.digits, 10 ** (number.scale - decimals)), decimals)


def _whole(number: _Number, direction: int) -> _Number:
    """Without decimals: towards zero, or down (-1), or up (1)."""
    digits, rest = divmod(number.digits, 10**number.scale)
    if rest and ((direction < 0 and number.is_negative) or (direction > 0 and not number.is_negative)):
        digits += 1
    return _Number(number.is_negative, digits, 0)


@internal_call("System.Decimal::Calculate")
def _calculate(runtime: Runtime, operation: int, left_at: int, right_at: int, result_at: int) -> int:
    left, right = _read(runtime, left_at), _read(runtime, right_at)
    result: _Number | None
    if operation in (3, 4) and not right.digits:
        return _DIVISION_BY_ZERO
    if operation == 0:
        result = _add(left, right)
    elif operation == 1:
        result = _add(left, right._replace(is_negative=not right.is_negative))
    elif operation == 2:
        result = _multiply(left, right)
    elif operation == 3:
        result = _divide(left, right)
    elif operation == 4:
        result = _remainder(left, right)
    elif operation == 5:
        result = _round(left, right.digits)
    else:
        result = _whole(left, {6: 0, 7: -1, 8: 1}[operation])
    if result is None:
        return _OVERFLOW
    _write(runtime, result_at, result)
    return _OK


@internal_call("System.Decimal::CompareCore")
def _compare(runtime: Runtime, left_at: int, right_at: int) -> int:
    left, right = _read(runtime, left_at), _read(runtime, right_at)
    a, b = left.signed * 10**right.scale, right.signed * 10**left.scale
    return int(a > b) - int(a < b)


@internal_call("System.Decimal::HashCore")
def _hash(runtime: Runtime, at: int) -> int:
    number = _read(runtime, at)
    if not number.digits:
        return 0
    number = _without_zeros(number)
    flags = number.scale << 16 | (_SIGN if number.is_negative else 0)
    mask = 0xFFFFFFFF
    value = flags ^ number.digits & mask ^ number.digits >> 32 & mask ^ number.digits >> 64
    return value - (1 << 32) if value & _SIGN else value


@internal_call("System.Decimal::FromDouble")
def _from_double(runtime: Runtime, value: float, digits: int, result_at: int) -> int:
    if not math.isfinite(value):
        return _OVERFLOW
    exact = Decimal(f"{abs(value):.{digits - 1}e}")
    _, figures, exponent = exact.as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, figures)))
    if exponent > 0:
        number *= 10**exponent
        exponent = 0
    result = _fit(value < 0, number, -exponent)
    if result is None:
        return _OVERFLOW
    _write(runtime, result_at, _without_zeros(result) if result.digits else _Number(False, 0, 0))
    return _OK


@internal_call("System.Decimal::ToDoubleCore")
def _to_double(runtime: Runtime, at: int) -> float:
    number = _read(runtime, at)
    value: float = number.digits / 10**number.scale
    return -value if number.is_negative else value


@internal_call("System.Decimal::ParseCore")
def _parse(runtime: Runtime, text: int, result_at: int) -> int:
    match = _TEXT.match(runtime.heap.text(text))
    if match is None or not (match[2] or match[3]):
        return _BAD_FORMAT
    fraction = match[3] or ""
    result = _fit(match[1] == "-", int((match[2] or "0").replace(",", "") + fraction), len(fraction))
    if result is None:
        return _OVERFLOW
    _write(runtime, result_at, result)
    return _OK


@internal_call("System.Decimal::FormatCore")
def _format(runtime: Runtime, at: int, format: int) -> int:
    number = _read(runtime, at)
    style = runtime.heap.text(format) if format else "G"
    if style in ("G", "g"):
        figures = str(number.digits).rjust(number.scale + 1, "0")
        text = figures[: len(figures) - number.scale]
        if number.scale:
            text += "." + figures[-number.scale :]
        return runtime.heap.new_string("-" + text if number.is_negative and number.digits else text)
    formatted = format_number(Decimal(number.signed).scaleb(-number.scale, Context(prec=60)), style, 96)
    if formatted is None:
        raise runtime.throw("Argument", "Format specifier was invalid.")
    return runtime.heap.new_string(formatted)
