"""The verifier finds what is wrong, and says where."""

from __future__ import annotations

import pytest

from readytorun.ir import ops
from readytorun.ir.ops import Op, TerminatorOp
from readytorun.ir.parser import parse_function
from readytorun.ir.types import I32
from readytorun.ir.verify import VerificationError, check, verify

HEAD = 'function "f" (i32, ref, i64) -> i32\n  slot s0: size 8 align 8\n  fixup cell(PRECODE, 1004)\n'

# Each body is wrong in one way; the message must contain the words.
WRONG = [
    ("b0:\n  v0 = param.i32 0\n  v1 = add.i32 v0, v2\n  v2 = param.i64 2\n  return v1", "wrong types"),
    ("b0:\n  v1 = add.i32 v2, v2\n  v2 = param.i32 0\n  return v1", "does not dominate"),
    ("b0:\n  v0 = param.i32 0\n  v1 = add.i32 v0, v0", "no terminator"),
    ("b0:\n  v0 = param.i32 0\n  return v0\n  return v0", "terminator in the middle"),
    ("b0:\n  v0 = param.i32 0\n  jump b1\nb1:\n  return v0", "predecessors"),
    ("b0:\n  v0 = param.i32 0\n  jump b1\nb1: preds b0\n  v1 = phi.i32 v0, v0\n  return v1", "2 operands for 1"),
    (
        "b0:\n  v0 = param.i32 0\n  jump b1\nb1: preds b0\n  v1 = const.i32 1\n  v2 = phi.i32 v0\n  return v2",
        "phi behind another",
    ),
    (
        "b0:\n  v0 = param.i32 0\n  branch.eq v0, v0, b1, b2\nb1: preds b0\n  v1 = const.i32 1\n  jump b3\n"
        "b2: preds b0\n  jump b3\nb3: preds b1, b2\n  return v1",
        "does not dominate",
    ),
    (
        "b0:\n  v0 = param.i32 0\n  branch.eq v0, v0, b1, b2\nb1: preds b0\n  v1 = const.i32 1\n  jump b3\n"
        "b2: preds b0\n  jump b3\nb3: preds b1, b2\n  v2 = phi.i32 v0, v1\n  return v2",
        "does not dominate",
    ),
    ("b0:\n  v0 = param.i64 0\n  v1 = trunc v0\n  return v1", "wrong types"),
    ("b0:\n  return", "wrong types"),
    ("b0:\n  v0 = const.i32 2147483648\n  return v0", "wrong types"),
    ("b0:\n  v0 = param.ref 1\n  v1 = addr.i64 [v0 + 8]\n  v2 = trunc v1\n  return v2", "wrong types"),
    ("b0:\n  v0 = param.ref 1\n  v1 = param.i32 0\n  v2 = load.i32 [v0 + v1 * 4]\n  return v2", "not base + index"),
    ("b0:\n  v0 = param.ref 1\n  v1 = param.i64 2\n  v2 = load.i32 [v0 + v1 * 3]\n  return v2", "scale 3"),
    ("b0:\n  v0 = param.ref 1\n  v1 = param.i32 0\n  store_barrier.i32 [v0], v1\n  return v1", "barrier"),
    ("b0:\n  v0 = param.ref 1\n  v1 = bitcast.byref v0\n  v2 = const.i32 1\n  return v2", "wrong types"),
    ("b0:\n  v0 = load_cell cell(PRECODE, 1005)\n  v1 = trunc v0\n  return v1", "not among the fixups"),
    ("b0:\n  jump b1\nb1: preds b0\n  v0 = param.i32 0\n  return v0", "not in the entry"),
    ("b0:\n  v0 = catch_arg\n  v1 = const.i32 1\n  return v1", "not first in the entry of a handler"),
    ("b0:\n  call cell(METHOD, 1401, METHOD_CALL) () -> void no_return\n  v1 = const.i32 1\n  return v1", "UNREACH"),
    ("b0:\n  call dispatch cell(METHOD, 1401) () -> void\n  v1 = const.i32 1\n  return v1", "cell and target"),
    ("b0:\n  v0 = param.i32 0\n  v1 = call cell(METHOD, 1401) (i64: v0) -> i32\n  return v1", "parameter 0"),
    ("b0:\n  v0 = param.i32 0\n  jump b0", "predecessors"),
    ("b0: preds b0\n  v0 = param.i32 0\n  jump b0", "the entry block has predecessors"),
    ("b0:\n  end_finally", "not in a finally"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_faults(body: str, message: str) -> None:
    faults = verify(parse_function(HEAD + body))
    assert any(message in str(fault) for fault in faults), [str(fault) for fault in faults]


EH = """\
function "f" () -> i32
  slot s0: size 8 align 8
  region 0: {kind} handler 1
  funclet 1: b5 handler of region 0
b0:
  v0 = const.i32 1
  jump b1
b1: preds b0 try 0
  call cell(METHOD, 1401, METHOD_CALL) () -> void user
  {leave}
{between}b5: funclet 1
  {handler}
"""


def eh(kind: str, leave: str, between: str, handler: str) -> list[str]:
    text = EH.format(kind=kind, leave=leave, between=between, handler=handler)
    return [str(fault) for fault in verify(parse_function(text))]


def test_regions() -> None:
    behind = "b2: preds b1\n  v1 = const.i32 2\n  return v1\n"
    assert eh("typed 0x01000001", "jump b2", behind, "catch_return b2") == []
    assert eh("typed 0x01000001", "jump b2", behind, "v9 = catch_arg\n  catch_return b2") == []
    assert "not in a finally" in str(eh("typed 0x01000001", "jump b2", behind, "end_finally"))
    assert "no exception object" in str(eh("finally", "jump b2", behind, "v9 = catch_arg\n  end_finally"))
    assert "in a funclet" in str(eh("finally", "jump b2", behind, "v9 = const.i32 1\n  return v9"))


def test_values_do_not_cross_funclets() -> None:
    # From before the try into the handler, and past a catch or a called finally.
    behind = "b2: preds b1\n  v1 = const.i32 2\n  return v1\n"
    text = "v2 = add.i32 v0, v0\n  catch_return b2"
    assert "does not dominate" in str(eh("typed 0x01000001", "jump b2", behind, text))
    crossing = "b2: preds b1\n  return v0\n"
    assert "does not dominate" in str(eh("typed 0x01000001", "jump b2", crossing, "catch_return b2"))
    step = "b3: preds b1\n  call_finally b5, b2\nb2: preds b3\n  return v0\n"
    assert "does not dominate" in str(eh("finally", "jump b3", step, "end_finally"))
    step = "b3: preds b1\n  call_finally b5, b2\nb2: preds b3\n  v1 = const.i32 1\n  return v1\n"
    assert eh("finally", "jump b3", step, "end_finally") == []


def test_contiguity() -> None:
    text = """\
function "f" () -> void
  region 0: typed 0x02000001 handler 1
  funclet 1: b5 handler of region 0
b0: try 0
  jump b1
b1: preds b0
  jump b2
b2: preds b1 try 0
  return
b5: funclet 1
  catch_return b2
"""
    assert "not contiguous" in str([str(fault) for fault in verify(parse_function(text))])
    text = text.replace("b0: try 0", "b0:").replace("b2: preds b1 try 0", "b2: preds b1")
    assert "protects nothing" in str([str(fault) for fault in verify(parse_function(text))])


def test_message_shows_the_place() -> None:
    function = parse_function(HEAD + "b0:\n  v0 = param.i32 0\n  v1 = zext32 v0\n  return v1\n")
    with pytest.raises(VerificationError) as info:
        check(function, "folding")
    assert "after folding" in str(info.value)
    assert "  return v1\n  ^ wrong types; operands (i64), result void" in str(info.value)


def test_foreign_operations_and_blocks() -> None:
    function = parse_function(HEAD + "b0:\n  v0 = param.i32 0\n  v1 = add.i32 v0, v0\n  return v1\n")
    function.blocks[0].ops[1].args[0] = Op(77, ops.NEG, I32, [])
    assert "not in the function" in str(verify(function)[0])
    function.blocks[0].ops[1].args[0] = function.blocks[0].ops[0]
    assert verify(function) == []
    elsewhere = function.new_block()
    function.blocks[0].ops[-1] = TerminatorOp(function.new_id(), ops.JUMP, [], [elsewhere])
    assert "is not a block of the function" in str(verify(function)[0])
