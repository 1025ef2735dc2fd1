"""x64 code as text, in Microsoft's spelling of Intel's syntax.

Most instructions refer to nothing; decoding and formatting is all that is done for them. Names are put into the
operands of those that branch or have a rip-relative operand. A call through a register is described in its comment when
the register was set from a cell a few instructions before, in the same straight line of code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import iced_x86 as iced

from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction, OperandNames
from readytorun.inspect.symbols import Symbols

_NEXT: Final = iced.FlowControl.NEXT
_CALL: Final = iced.FlowControl.CALL
_INDIRECT_CALL: Final = iced.FlowControl.INDIRECT_CALL
_INDIRECT_BRANCH: Final = iced.FlowControl.INDIRECT_BRANCH
_DIRECT: Final = frozenset(
    (
        iced.FlowControl.CALL,
        iced.FlowControl.UNCONDITIONAL_BRANCH,
        iced.FlowControl.CONDITIONAL_BRANCH,
        iced.FlowControl.XBEGIN_XABORT_XEND,
    )
)
_NEAR_BRANCHES: Final = frozenset((iced.OpKind.NEAR_BRANCH16, iced.OpKind.NEAR_BRANCH32, iced.OpKind.NEAR_BRANCH64))
_LOADS: Final = frozenset((iced.Code.MOV_R64_RM64, iced.Code.LEA_R64_M))
_WRITES: Final = frozenset(
    (
        iced.OpAccess.WRITE,
        iced.OpAccess.COND_WRITE,
        iced.OpAccess.READ_WRITE,
        iced.OpAccess.READ_COND_WRITE,
    )
)
_KEEP_REGISTERS: Final = frozenset((iced.FlowControl.NEXT, iced.FlowControl.CONDITIONAL_BRANCH))
_LOOK_BACK: Final = 64  # bytes from the load of a register to the call through it


def _make_formatter() -> iced.Formatter:
    formatter = iced.Formatter(iced.FormatterSyntax.MASM)
    formatter.hex_prefix = "0x"
    formatter.hex_suffix = ""
    formatter.uppercase_hex = False
    formatter.space_after_operand_separator = True
    formatter.rip_relative_addresses = False
    formatter.memory_size_options = iced.MemorySizeOptions.MINIMAL
    formatter.show_branch_size = False
    formatter.branch_leading_zeros = False
    formatter.masm_add_ds_prefix32 = False
    return formatter


_FORMAT: Final = _make_formatter().format


def referenced_addresses(code: bytes, rva: int) -> set[int]:
    """The RVAs that direct branches go to and rip-relative operands mean; where straight lines of code end."""
    found = set()
    for instruction in iced.Decoder(64, code, ip=rva):
        if instruction.is_ip_rel_memory_operand:
            found.add(instruction.ip_rel_memory_address)
        elif instruction.flow_control in _DIRECT:
            found.add(instruction.near_branch_target)
    return found


def disassemble(
    code: bytes,
    rva: int,
    symbols: Symbols,
    extents: Sequence[CodeExtent] = (),
    join_points: Collection[int] | None = None,
) -> Iterator[Instruction]:
    """The instructions of `code`, which lies at `rva`, one by one.

    Args:
        symbols: names of addresses.
        extents: the parts of the method, for labels; `code` alone if there are none.
        join_points: RVAs at which control may arrive from elsewhere; of `code` alone if None.
    """
    if join_points is None:
        join_points = referenced_addresses(code, rva)
    names = OperandNames(symbols, extents or (CodeExtent(rva, rva + len(code)),))
    loads = _CellLoads(code, rva, join_points)
    new = tuple.__new__  # a third of the time that the class itself takes
    start = 0
    for instruction in iced.Decoder(64, code, ip=rva):
        size = instruction.len
        raw = code[start : start + size]
        start += size
        text = _FORMAT(instruction)
        if instruction.is_ip_rel_memory_operand:
            yield _with_memory_operand(instruction, raw, text, names)
            if instruction.code in _LOADS:
                loads.add(instruction)
        elif (flow := instruction.flow_control) == _NEXT:
            yield new(Instruction, (instruction.ip, size, raw, text, "", None, None))
        elif flow in _DIRECT:
            yield _with_branch_target(instruction, raw, text, names)
        elif flow == _INDIRECT_CALL or flow == _INDIRECT_BRANCH:
            cell = loads.cell_behind(instruction)
            comment = "" if cell is None else symbols.cell_text(cell) or ""
            yield Instruction(instruction.ip, size, raw, text.replace("qword ptr ", "", 1), comment)
        else:
            yield Instruction(instruction.ip, size, raw, text)


def _with_memory_operand(instruction: iced.Instruction, raw: bytes, text: str, names: OperandNames) -> Instruction:
    address = instruction.ip_rel_memory_address
    name = names.symbols.cell_text(address)
    comment = ""
    if name is None:
        name, comment = names.address(address)
    if name:
        text = text.replace(f"[{address:#x}]", f"[{name}]", 1)
    if instruction.flow_control != _NEXT:
        text = text.replace("qword ptr ", "", 1)
    return Instruction(instruction.ip, len(raw), raw, text, comment, None, address)


def _with_branch_target(instruction: iced.Instruction, raw: bytes, text: str, names: OperandNames) -> Instruction:
    if instruction.op0_kind not in _NEAR_BRANCHES:
        return Instruction(instruction.ip, len(raw), raw, text)  # xend, xabort
    target = instruction.near_branch_target
    is_call = instruction.flow_control == _CALL
    operand, comment = names.call_target(target) if is_call else names.jump_target(target)
    return Instruction(instruction.ip, len(raw), raw, f"{text[: text.rindex(' ')]} {operand}", comment, target)


# --- calls through registers ------------------------------------------------------------------------------------------

_INFO: Final = iced.InstructionInfoFactory()


class _CellLoads:
    """Registers that were set to the address or the content of a cell, for the calls and jumps through them."""

    def __init__(self, code: bytes, rva: int, join_points: Collection[int]) -> None:
        self.code = code
        self.rva = rva
        self.join_points = join_points
        # The last one, by register: (RVA behind the instruction, RVA of the cell, whether it is the cell's address).
        self.last: dict[int, tuple[int, int, bool]] = {}

    def add(self, load: iced.Instruction) -> None:
        """Note a `mov` from a rip-relative operand, or a `lea` of one."""
        is_address = load.code == iced.Code.LEA_R64_M
        self.last[load.op0_register] = (load.next_ip, load.ip_rel_memory_address, is_address)

    def cell_behind(self, call: iced.Instruction) -> int | None:
        """The RVA of the cell that the register of an indirect call or jump was set from; None if not certain."""
        through_memory = call.op0_kind == iced.OpKind.MEMORY
        if call.op0_kind == iced.OpKind.REGISTER:
            register = call.op0_register
        elif through_memory and not (call.memory_displacement or call.memory_index):
            register = call.memory_base
        else:
            return None
        if register not in self.last:
            return None
        start, cell, is_address = self.last[register]
        if call.ip - start > _LOOK_BACK or (is_address and not through_memory) or call.ip in self.join_points:
            return None
        between = self.code[start - self.rva : call.ip - self.rva]
        for instruction in iced.Decoder(64, between, ip=start):
            if instruction.ip in self.join_points or instruction.flow_control not in _KEEP_REGISTERS:
                return None
            if _writes(instruction, register):
                return None
        return cell


def _writes(instruction: iced.Instruction, register: int) -> bool:
    return any(
        iced.RegisterExt.full_register(used.register) == register and used.access in _WRITES
        for used in _INFO.info(instruction).used_registers()
    )
