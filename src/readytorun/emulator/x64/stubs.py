"""Code that the runtime makes for x64: entries into the runtime, barriers, and the stubs behind bound cells.

All of it is leaf code that leaves the stack pointer where it is, so that a fault in it is one of its caller. Stubs use
rax, rcx, rdx (those that return) and rax, r10, r11 (those that jump on), which callers take for lost.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.machine import ArgumentPlace
from readytorun.emulator.memory import Memory
from readytorun.emulator.x64.registers import RIP_OFFSET, RSP, TRAP_OFFSET, XMM_OFFSET

_MOV_R10_IMM64: Final = b"\x49\xba"
_MOV_RAX_IMM64: Final = b"\x48\xb8"
_JMP_R10: Final = b"\x41\xff\xe2"


def _place(memory: Memory, code: bytes) -> int:
    address = memory.allocate_code(len(code))
    memory.write(address, code)
    return address


def _relative(memory_address: int, target: int) -> bytes:
    """rel32 of an instruction that ends at `memory_address`."""
    return struct.pack("<i", target - memory_address)


def _jump(at: int, target: int) -> bytes:
    return b"\xe9" + _relative(at + 5, target)


def spill_and_reload(memory: Memory, context: int) -> tuple[int, int]:
    """Addresses of two pieces of code: spill all registers to the context and stop; load them and go on at its rip.

    The trap's number comes in r10.
    """
    page = memory.allocate_code(0x1000, 0x1000)

    def access(code: bytearray, at: int, load: bool, register: int, offset: int) -> None:
        code += bytes((0x48 | (4 if register >= 8 else 0), 0x8B if load else 0x89, (register & 7) << 3 | 5))
        code += _relative(at + len(code) + 4, context + offset)

    def access_xmm(code: bytearray, at: int, load: bool, register: int) -> None:
        code += b"\x44" if register >= 8 else b""
        code += bytes((0x0F, 0x10 if load else 0x11, (register & 7) << 3 | 5))
        code += _relative(at + len(code) + 4, context + XMM_OFFSET + 16 * register)

    spill = bytearray()
    for register in range(16):
        access(spill, page, False, register, 8 * register)
    access(spill, page, False, 10, TRAP_OFFSET)
    for register in range(16):
        access_xmm(spill, page, False, register)
    spill += b"\xf4"  # hlt
    reload_at = page + 0x400
    reload = bytearray()
    for register in range(16):
        access_xmm(reload, reload_at, True, register)
    for register in range(16):
        if register != RSP:
            access(reload, reload_at, True, register, 8 * register)
    access(reload, reload_at, True, RSP, 8 * RSP)
    reload += b"\xff\x25"  # jmp [rip + context.rip]
    reload += _relative(reload_at + len(reload) + 4, context + RIP_OFFSET)
    memory.write(page, spill)
    memory.write(reload_at, reload)
    return page, reload_at


def trap(memory: Memory, number: int, spill: int) -> int:
    """mov r10d, number; jmp spill"""
    address = memory.allocate_code(16)
    memory.write(address, b"\x41\xba" + struct.pack("<I", number) + _jump(address + 6, spill))
    return address


def constant(memory: Memory, value: int) -> int:
    """mov rax, value; ret"""
    return _place(memory, _MOV_RAX_IMM64 + struct.pack("<Q", value) + b"\xc3")


def allocate(memory: Memory, method_table: int, size: int, next_address: int, limit_address: int, slow: int) -> int:
    """Take `size` bytes, which are zero already, from the allocation pointer."""
    at = memory.allocate_code(64)
    code = bytearray(b"\x48\x8b\x05")  # mov rax, [next]
    code += _relative(at + len(code) + 4, next_address)
    code += b"\x48\x8d\x90" + struct.pack("<i", size)  # lea rdx, [rax+size]
    code += b"\x48\x3b\x15"  # cmp rdx, [limit]
    code += _relative(at + len(code) + 4, limit_address)
    code += b"\x0f\x87"  # ja slow
    code += _relative(at + len(code) + 4, slow)
    code += b"\x48\x89\x15"  # mov [next], rdx
    code += _relative(at + len(code) + 4, next_address)
    code += b"\x48\xb9" + struct.pack("<Q", method_table)  # mov rcx, method table
    code += b"\x48\x89\x08\xc3"  # mov [rax], rcx; ret
    memory.write(at, code)
    return at


def cast(memory: Memory, method_table: int, slow: int) -> int:
    """mov rax,rdi; test rdi,rdi; jz done; mov rcx,mt; cmp [rdi],rcx; jne slow; done: ret"""
    at = memory.allocate_code(48)
    code = bytearray(b"\x48\x89\xf8\x48\x85\xff\x74\x13\x48\xb9") + struct.pack("<Q", method_table)
    code += b"\x48\x39\x0f\x0f\x85"
    code += _relative(at + len(code) + 4, slow)
    code += b"\xc3"
    memory.write(at, code)
    return at


def dispatch(memory: Memory, method_table: int, target: int, otherwise: int) -> int:
    """mov r10,mt; cmp [rdi],r10; jne otherwise; mov r10,target; jmp r10. r11 keeps the cell's address."""
    at = memory.allocate_code(48)
    code = bytearray(_MOV_R10_IMM64) + struct.pack("<Q", method_table) + b"\x4c\x39\x17\x0f\x85"
    code += _relative(at + len(code) + 4, otherwise)
    code += _jump(at + len(code), target)
    memory.write(at, code)
    return at


def lookup(memory: Memory, context: int, result: int, otherwise: int) -> int:
    """mov rax,context; cmp rdi,rax; jne otherwise; mov rax,result; ret"""
    at = memory.allocate_code(48)
    code = bytearray(_MOV_RAX_IMM64) + struct.pack("<Q", context) + b"\x48\x39\xc7\x0f\x85"
    code += _relative(at + len(code) + 4, otherwise)
    code += _MOV_RAX_IMM64 + struct.pack("<Q", result) + b"\xc3"
    memory.write(at, code)
    return at


def unbox(memory: Memory, target: int) -> int:
    """add rdi, 8; jmp target"""
    at = memory.allocate_code(16)
    memory.write(at, b"\x48\x83\xc7\x08" + _jump(at + 4, target))
    return at


def delegate_invoke(memory: Memory, target_offset: int, code_offset: int) -> int:
    """mov rax,rdi; mov rdi,[rax+target]; rex.W jmp [rax+code]"""
    return _place(
        memory, b"\x48\x89\xf8\x48\x8b\x78" + bytes((target_offset,)) + b"\x48\xff\x60" + bytes((code_offset,))
    )


def shuffle(
    memory: Memory,
    source: Sequence[ArgumentPlace],
    destination: Sequence[ArgumentPlace],
    *,
    target: int = 0,
    target_field: int = -1,
    hidden: int = 0,
    hidden_register: int = -1,
    this_adjustment: int = 0,
) -> int:
    """Move arguments from one place each to another and jump.

    Args:
        memory: where the stub goes.
        source, destination: places, of equal length, in the order of the parameters; the moves must go all towards
            lower or all towards higher places, so that an order exists in which nothing is overwritten.
        target: where to jump; or
        target_field: offset in the object in rdi of the field that holds the address to jump to.
        hidden, hidden_register: a constant to put into a register after the moves.
        this_adjustment: bytes to add to rdi after the moves.

    Raises:
        ExecutionError: the stack arguments would need more room.
    """
    moves = [(s, d) for s, d in zip(source, destination, strict=True) if _key(s) != _key(d)]
    if any(s.register >= 0 and d.register < 0 for s, d in moves) or any(
        s.register < 0 and d.register < 0 and d.stack_offset > s.stack_offset for s, d in moves
    ):
        raise ExecutionError("a stub would have to pass more arguments on the stack than its caller did")
    code = bytearray()
    if target_field >= 0:
        code += b"\x48\x8b\x47" + bytes((target_field,))  # mov rax, [rdi+field]
    pending = list(moves)
    while pending:
        for index, (s, d) in enumerate(pending):
            blocked = any(j != index and _key(o) == _key(d) for j, (o, _) in enumerate(pending))
            if not blocked:
                code += _move(s, d)
                del pending[index]
                break
        else:
            raise ExecutionError("the arguments of a stub cannot be moved in any order")
    if hidden_register >= 0:
        code += bytes((0x48 | hidden_register >> 3, 0xB8 | hidden_register & 7)) + struct.pack("<Q", hidden)
    if this_adjustment:
        code += b"\x48\x83\xc7" + bytes((this_adjustment,))
    if target_field < 0:
        code += _MOV_RAX_IMM64 + struct.pack("<Q", target)
    code += b"\x48\xff\xe0"  # rex.W jmp rax
    return _place(memory, bytes(code))


def _key(place: ArgumentPlace) -> tuple[int, int, bool]:
    return place.register, place.stack_offset, place.is_float


def _move(source: ArgumentPlace, destination: ArgumentPlace) -> bytes:
    """One move; rsp points at the return address, the stack arguments lie above it. r10 is free."""
    if source.is_float or destination.is_float:
        raise ExecutionError("a stub would have to move a floating-point argument")
    if source.register >= 0:
        return _register_move(source.register, destination.register)
    load = _stack_access(0x8B, destination.register if destination.register >= 0 else 10, source.stack_offset)
    if destination.register >= 0:
        return load
    return load + _stack_access(0x89, 10, destination.stack_offset)


def _register_move(source: int, destination: int) -> bytes:
    rex = 0x48 | (4 if source >= 8 else 0) | (1 if destination >= 8 else 0)
    return bytes((rex, 0x89, 0xC0 | (source & 7) << 3 | destination & 7))


def _stack_access(opcode: int, register: int, offset: int) -> bytes:
    """mov register, [rsp+8+offset] or back."""
    rex = 0x48 | (4 if register >= 8 else 0)
    return bytes((rex, opcode, 0x84 | (register & 7) << 3, 0x24)) + struct.pack("<i", offset + 8)
