"""IL whose control runs over the end of the method is refused before anything is made of it."""

from __future__ import annotations

import pytest

from readytorun.il.decoder import InvalidILError, decode
from readytorun.il.flow import build_flow

NOP, RET, BR_S, BRTRUE_S, SWITCH = 0x00, 0x2A, 0x2B, 0x2D, 0x45


@pytest.mark.parametrize(
    "code",
    [
        b"",
        bytes((NOP,)),
        bytes((BRTRUE_S, 0xFE)),
        bytes((NOP, SWITCH, 1, 0, 0, 0, 0xF6, 0xFF, 0xFF, 0xFF)),
    ],
    ids=["empty", "nop", "brtrue", "switch"],
)
def test_control_runs_over_the_end(code: bytes) -> None:
    with pytest.raises(InvalidILError, match="control runs over"):
        build_flow(decode(code), [])


@pytest.mark.parametrize("code", [bytes((RET,)), bytes((NOP, BR_S, 0xFD))], ids=["ret", "br"])
def test_control_stays_inside(code: bytes) -> None:
    assert build_flow(decode(code), []).blocks
