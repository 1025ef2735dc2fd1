"""Compiles text for x64 and compares the disassembly, the GC info and the exception clauses with the text expected.

Same form of files as `test_filetests`; the run line names passes to run before, or nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from iced_x86 import Decoder, Formatter, FormatterSyntax
from test_filetests import Case, read_cases, write_cases

from readytorun.backend.x64 import compile_function
from readytorun.ir.parser import parse_function
from readytorun.ir.verify import check
from readytorun.passes.pipeline import pass_named
from readytorun.r2r.gcinfo import BASE_FRAME_REGISTER, GcInfo, StackSlot, decode_gc_info
from readytorun.r2r.model import Cell, CompiledMethod, Relocation
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.target import Machine

FOLDER = Path(__file__).parent / "x64"
NAMES = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"]
FLAGS = ("", "*", "!", "*!")  # interior, pinned


def place(slot: StackSlot) -> str:
    return f"[{'rbp' if slot.base == BASE_FRAME_REGISTER else 'rsp'}{slot.offset:+}]{FLAGS[slot.flags]}"


def describe_gc_info(info: GcInfo) -> list[str]:
    """What is reported, one line a safe point or change."""
    slots = [NAMES[slot.register] + FLAGS[slot.flags] for slot in info.registers] + [place(slot) for slot in info.stack]

    def names(live: int) -> str:
        return " ".join([slots[i] for i in range(len(slots)) if live >> i & 1]) or "nothing"

    lines = []
    live_sets = info.live or [0] * len(info.safe_points)
    for offset, live in zip(info.safe_points, live_sets, strict=True):
        lines.append(f"gc: safe point {offset:#x}: {names(live)}")
    lines += [f"gc: interruptible {start:#x}..{end:#x}" for start, end in info.ranges]
    lines += [f"gc: from {offset:#x}: {names(live)}" for offset, live in info.changes]
    if info.untracked:
        lines.append("gc: untracked " + " ".join([place(slot) for slot in info.untracked]))
    if info.generic_context:
        kind = ("", "method table", "method desc", "this")[info.generic_context]
        lines.append(f"gc: context {kind} at {info.generic_context_slot:+}, stored by {info.prolog_size:#x}")
    return lines


def target(relocation: Relocation) -> str:
    item = relocation.target
    if isinstance(item, Cell):
        return f"{item.section.name} {item.signature.hex()}"
    return repr(item)


def describe(method: CompiledMethod) -> list[str]:
    """Disassembly and side data, as lines."""
    formatter = Formatter(FormatterSyntax.INTEL)
    formatter.branch_leading_zeros = False
    formatter.hex_prefix, formatter.hex_suffix = "0x", ""
    relocations = {relocation.offset: relocation for relocation in method.relocations}
    lines = []
    for part in method.parts:
        lines.append(f"part {part.start:#x}..{part.end:#x}{' filter' if part.is_filter else ''} {part.unwind.hex()}")
        for instruction in Decoder(64, method.code[part.start : part.end], ip=part.start):
            text = f"  {instruction.ip:3x}  {formatter.format(instruction)}"
            for offset in range(instruction.ip, instruction.ip + instruction.len):
                if offset in relocations:
                    text += f"  -> {target(relocations[offset])}"
            lines.append(text)
    for clause in method.eh_clauses:
        lines.append(
            f"eh: {clause.kind.name.lower()} try {clause.try_start:#x}..{clause.try_end:#x} handler "
            f"{clause.handler_start:#x}..{clause.handler_end:#x} {clause.class_token_or_filter:#x}"
        )
    info = decode_gc_info(ByteReader(method.gc_info), Machine.AMD64, 4)
    assert info.code_length == len(method.code)
    if method.read_only_data:
        lines.append(f"data: {method.read_only_data.hex()}")
    return lines + describe_gc_info(info)


def compile_case(case: Case) -> list[str]:
    function = parse_function("\n".join(case.source))
    check(function)
    for name in case.passes():
        if name:
            pass_named(name)(function)
    return describe(compile_function(function))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ir")), ids=lambda path: path.stem)
def test_file(path: Path, bless: bool) -> None:
    cases = read_cases(path)
    assert cases
    if bless:
        for case in cases:
            case.expected = compile_case(case)
        write_cases(path, cases)
    for case in cases:
        assert compile_case(case) == case.expected, "\n".join(case.head)
