"""The text form and its parser are inverses; the verifier accepts what the generator makes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from irtools.generator import make_function
from irtools.interpreter import Machine, OutOfFuel

from readytorun.ir.parser import IRSyntaxError, parse_function
from readytorun.ir.text import print_function
from readytorun.ir.verify import check

SEEDS = st.integers(0, 1 << 32)


@given(SEEDS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_random_functions_are_valid_and_round_trip(seed: int, with_eh: bool) -> None:
    function = make_function(seed, with_eh=with_eh)
    check(function)
    text = print_function(function)
    parsed = parse_function(text)
    check(parsed)
    assert print_function(parsed) == text


@given(SEEDS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_parsed_function_does_the_same(seed: int, with_eh: bool) -> None:
    function = make_function(seed, with_eh=with_eh)
    outcomes = []
    for candidate in (function, parse_function(print_function(function))):
        machine = Machine(candidate, 3000)
        array = machine.new_object((4).to_bytes(8, "little") + bytes(range(16)))
        try:
            outcomes.append(machine.run([array, 0, 3, -1, 9]).visible())
        except OutOfFuel:
            return
    assert outcomes[0] == outcomes[1]


EVERYTHING = """\
function "Every\\"thing" (ref this, i64 return_buffer, i64 generic_context, struct(16 align 8 refs 0 8* classes integer sse), struct(8 align 4 hfa f32 2)) -> struct(16 align 8 classes integer integer)
  context method_table param 2
  slot s0: size 16 align 8 refs 0 8* zero_init pinned param 3
  slot s1: size 4 align 4
  region 0: typed 0x01000002 handler 1
  region 1: filter handler 3 filter 2 same_try
  region 2: finally handler 4 enclosing 0
  funclet 1: b3 handler of region 0
  funclet 2: b4 filter of region 1
  funclet 3: b5 handler of region 1
  funclet 4: b6 handler of region 2
  fixup cell(PRECODE, 1006)
  fixup cell(STRING, 1b7f)
b0:
  v0 = param.ref 0
  v1 = const.i32 -5 @0x0
  v2 = const.i64 9223372036854775807
  v3 = fconst.f64 0x3ff0000000000000
  v4 = slot_addr s0
  v5 = load_cell cell(PRECODE, 1006) @0x1a
  v6 = load_string cell(STRING, 1b7f)
  v7 = data_addr 12
  v8 = add.i32 v1, v1
  v9 = sext32 v8
  v10 = fround.f64 v3, 9
  v11 = cmp.lt.un v1, v8
  v12 = fcmp.ne.ord v3, v10
  v13 = select.i64.ge v1, v8, v2, v9
  trap_if.ge.un range v1, v8 @0x20
  v14 = load.u8 [v0 + v9 * 4 + 16] volatile
  v15 = load.i32 [v0 + 8] invariant
  store.i32 [v4 - 8], v8
  store_barrier.ref [v0 + 8], v6
  store_checked.ref [v0], v6 volatile
  v16 = addr.byref [v0 + v9 * 1]
  null_check v0
  copy_block barrier struct(16 align 8 refs 0) v16, v4
  zero_block struct(8 align 4) v4
  v17 = localloc.i64 v2, 1
  memory_barrier
  v18 = atomic_cmpxchg.i64 [v16], v2, v9
  v19 = call cell(METHOD, 1411, METHOD_CALL, 0102) (ref this: v0, i32: v1) -> i32 user @0x30
  call indirect v5 () -> void no_safe_point
  call dispatch cell(DISPATCH, 1603, DISPATCH) (ref this: v0, struct(16 align 8): v4) -> struct(16 align 8 classes sse sse) result s0
  call indirect_dispatch v5 (ref: v0) -> void
  v22 = call cell(HELPER, 2204, HELPER) () -> byref may_run_early
  gc_poll
  switch v1, [b1, b1, b2]
b1: preds b0 try 0 cold depth 2
  v20 = phi.i32 v1
  branch.le v20, v1, b2, b7
b2: preds b0, b1
  return v4
b7: preds b1
  call cell(EAGER, 1a20) () -> void no_return
  unreachable
b3: funclet 1
  v21 = catch_arg
  catch_return b2
b4: funclet 2
  end_filter v1
b5: funclet 3
  fbranch.eq.un v3, v3, b8, b9
b8: preds b5 funclet 3
  jump b9
b9: preds b5, b8 funclet 3
  tail_call cell(METHOD, 1405, METHOD_CALL_JUMPABLE) (ref: v21) -> i32
b6: funclet 4
  call_finally b6, b10
b10: preds b6 funclet 4
  end_finally
"""  # noqa: E501


def test_every_form_round_trips() -> None:
    assert print_function(parse_function(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("hello", 1),
        ('function "f" () -> void\nb0:\n  frob', 3),
        ('function "f" () -> void\nb0:\n  jump b1', 3),
        ('function "f" () -> i32\nb0:\n  return v1', 3),
        ('function "f" () -> i32\nb0:\n  v1 = const.i32 x', 3),
        ('function "f" () -> void\nb0:\nb0:\n  return', 3),
        ('function "f" () -> void\nb0:\n  return return', 3),
        ('function "f" () -> void\nb0:\n  v1 = return', 3),
        ('function "f" () -> void\nb0:\n  $', 3),
    ],
)
def test_errors_name_the_line(text: str, line: int) -> None:
    with pytest.raises(IRSyntaxError) as info:
        parse_function(text)
    assert info.value.line == line
