"""Division by constants through multiplication (Granlund and Montgomery, "Division by invariant integers").

For a divisor d and numbers of w bits there is a multiplier m and a shift s with n / d = (n * m) >> (w + s), rounded
down. m may take w + 1 bits; then its lowest w bits are given, and the code adds n once more.
"""

from __future__ import annotations


class Magic:
    """How to divide by one constant.

    Attributes:
        multiplier: unsigned, less than 2^w.
        shift: bits to shift right behind the upper half of the product.
        adds: the true multiplier is 2^w more.
    """

    __slots__ = ("adds", "multiplier", "shift")

    def __init__(self, multiplier: int, shift: int, adds: bool) -> None:
        self.multiplier = multiplier
        self.shift = shift
        self.adds = adds


def unsigned_magic(divisor: int, width: int, bits: int) -> Magic:
    """For numbers of `bits` bits, at most `width`, and 2 <= divisor < 2^width that is no power of two.

    The smallest shift is taken for which the rounded-up multiplier is precise enough: its error, multiplied by any
    number of `bits` bits, must stay below one part in 2^(width + shift).
    """
    shift = 0
    while True:
        power = 1 << width + shift
        multiplier = -(-power // divisor)
        error = multiplier * divisor - power
        if error << bits <= power:
            break
        shift += 1
    adds = multiplier >> width != 0
    return Magic(multiplier & (1 << width) - 1, shift, adds)


def signed_magic(divisor: int, width: int) -> Magic:
    """For signed numbers of `width` bits and divisor >= 2; the quotient of negative numbers needs 1 added.

    The multiplier is always too big, even for powers of two: a negative product must not be exact, since it is rounded
    down and 1 is added.
    """
    shift = 0
    while True:
        power = 1 << width + shift
        multiplier = power // divisor + 1
        error = multiplier * divisor - power
        if error << width - 1 <= power:
            return Magic(multiplier, shift, False)
        shift += 1
