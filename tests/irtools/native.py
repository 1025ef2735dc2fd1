"""Runs compiled methods natively on Linux x64, with a moving garbage collector that believes the GC info.

The counterpart of `interpreter`: the same objects at the same addresses, the same callee, the same kinds of exceptions,
so that outcomes can be compared. At every call and poll it may "collect": every reference and byref that the GC info
reports is changed to point to a copy of its object elsewhere, and the old place is made unreadable. Code that keeps an
unreported reference, or reports something that is none, is found out.

Everything that a callee may destroy is destroyed on return; the registers that it must keep are checked.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from collections.abc import Callable

from iced_x86 import Code, Decoder, OpKind, Register

from irtools.interpreter import Outcome, OutOfFuel, wrap
from readytorun.ir.function import Function
from readytorun.ir.ops import CallOp
from readytorun.ir.types import BYREF, F32, F64, I32, REF, STRUCT, VOID
from readytorun.r2r.gcinfo import BASE_FRAME_REGISTER, GcInfo, decode_gc_info
from readytorun.r2r.model import Cell, CompiledMethod, ImportSectionKind, ReadOnlyData
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.target import Machine

IS_SUPPORTED = sys.platform == "linux" and platform.machine() == "x86_64"

REGION_BITS = 20
AREA_SIZE = 1 << 20
TRAPS = {0x22: "Overflow", 0x23: "IndexOutOfRange", 0x25: "NullReference", 0x26: "DivideByZero"}
_CODES = {1: "Overflow", 2: "IndexOutOfRange", 3: "NullReference", 4: "DivideByZero", 5: "Callee", 6: "fuel"}
_TRAP_CODES = {0x22: 1, 0x23: 2, 0x25: 3, 0x26: 4}
_FPE, _SEGV, _ILL, _TRAP_SIGNAL = 8, 11, 4, 5
_REGISTERS = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"]


class NativeError(Exception):
    """Compiled code did what it must not do, or its side data is wrong."""


class _SigAction(ctypes.Structure):
    _fields_ = [
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_uint64 * 16),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    ]


_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_Callback = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
_StepCallback = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
# Where the signal's context keeps the integer registers (struct ucontext, gregs).
_CONTEXT_SLOTS = {8: 0, 9: 1, 10: 2, 11: 3, 12: 4, 13: 5, 14: 6, 15: 7, 7: 8, 6: 9, 5: 10, 3: 11, 2: 12, 0: 13, 1: 14}
_CONTEXT_SLOTS |= {4: 15, 16: 16}  # rsp, rip


def _map(address: int, size: int, fixed: bool, executable: bool = False) -> int:
    flags = 0x22 | (0x10 if fixed else 0)
    result = _libc.mmap(address or None, size, 7 if executable else 3, flags, -1, 0)
    if result is None or result == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap failed")
    return int(result)


# What a called method does: operation and the bytes of each argument in; line of the trace and result bits out (for
# structs in registers: one int for each register of the result).
Callee = Callable[[CallOp, list[bytes]], tuple[str, list[int]]]


def separate_cells(function: Function) -> None:
    """Give each call a cell of its own, because a cell has one signature; its last byte stays what it is."""
    number = 0
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, CallOp) and op.cell is not None:
                signature = op.cell.signature
                number += 1
                op.cell = Cell(
                    op.cell.section, signature[:-1] + number.to_bytes(2, "big") + signature[-1:], op.cell.thunk
                )


class Native:
    """One compiled method, loaded; `run` may be called many times.

    Args:
        function: for the signatures of its calls (a copy: compiling changes the function).
        method: the compiled code.
        collect: whether to move all objects at every call and poll.
    """

    def __init__(
        self,
        function: Function,
        method: CompiledMethod,
        collect: bool = True,
        fuel: int = 3000,
        callee: Callee | None = None,
        reference_fields: tuple[int, ...] = (),
        step: bool = False,
    ) -> None:
        self.step = step
        self.reference_fields = reference_fields
        self.callee = callee
        self.method = method
        self.collect = collect
        self.fuel = fuel
        self.info: GcInfo = decode_gc_info(ByteReader(method.gc_info), Machine.AMD64, 4)
        self.live_at = dict(zip(self.info.safe_points, self.info.live or [0] * len(self.info.safe_points), strict=True))
        self.area = _map(0, AREA_SIZE, False, True)
        self.used = 0
        self.state = self._bytes(bytes(64))  # saved rsp, exit code, poll flag
        self.cells: dict[Cell, int] = {}
        self.callees: list[CallOp | str | None] = []
        self.result = 0
        self.callback = _Callback(self._on_call)
        self.step_callback = _StepCallback(self._on_step)
        self.fault_callback = _StepCallback(self._on_fault)
        self.step_collections = 0
        self.pending: BaseException | None = None
        self.op_of_cell: dict[Cell, CallOp] = {}
        for block in function.blocks:
            for op in block.ops:
                if isinstance(op, CallOp) and op.cell is not None:
                    self.op_of_cell[op.cell] = op
        self._make_stubs()
        self._load()
        self.objects: list[list[int]] = []  # canonical address, current address, size
        self.spare = 0x10000000

    def close(self) -> None:
        _libc.munmap(self.area, AREA_SIZE)

    # --- loading -----------------------------------------------------------------------------------------------

    def _bytes(self, data: bytes, alignment: int = 16) -> int:
        self.used = (self.used + alignment - 1) // alignment * alignment
        address = self.area + self.used
        ctypes.memmove(address, data, len(data))
        self.used += len(data)
        if self.used > AREA_SIZE - 4096:
            raise NativeError("method too big for the test")
        return address

    def _make_stubs(self) -> None:
        state = struct.pack("<Q", self.state)
        code = bytearray()
        # Entry: save the callee-saved registers, give them known values, call, check them.
        code += bytes.fromhex("53 55 4154 4155 4156 4157 4883ec28")
        for word in range(4):  # stack arguments: mov rax, [rsp+96+8*word]; mov [rsp+8*word], rax
            code += bytes((0x48, 0x8B, 0x44, 0x24, 96 + 8 * word, 0x48, 0x89, 0x44, 0x24, 8 * word))
        code += b"\x48\xb8" + state + bytes.fromhex("488920")  # mov rax, state; mov [rax], rsp
        code += bytes.fromhex("4c8d1d00000000 4c895838")  # lea r11, [out]; mov [rax+56], r11
        exit_field = len(code) - 8
        for move in ("4889c3", "4889c5", "4989c4", "4989c5", "4989c6", "4989c7"):
            code += bytes.fromhex(move)
        self.entry_target = len(code) + 2
        set_trap = bytes.fromhex("9c 810c2400010000 9d") if self.step else b""  # pushfq; or dword [rsp], 100h; popfq
        clear_trap = bytes.fromhex("9c 812424fffeffff 9d") if self.step else b""
        code += b"\x48\xb8" + bytes(8) + set_trap + bytes.fromhex("ffd0")  # mov rax, method; call rax
        code += b"\x48\xb9" + state  # mov rcx, state
        checks = ("4839cb", "4839cd", "4939cc", "4939cd", "4939ce", "4939cf", "483b21")
        for check in checks:
            code += bytes.fromhex(check) + bytes.fromhex("7402 0f0b")  # je +2; ud2
        out = len(code)
        code[exit_field : exit_field + 4] = struct.pack("<i", out - (exit_field + 4))
        code += clear_trap
        code += bytes.fromhex("4883c428 415f 415e 415d 415c 5d 5b c3")
        # Escape: code in edx; back to the frame of the innermost stub. Also the signal handler (signal in edi).
        handler = len(code)
        code += bytes.fromhex("8d5764")  # lea edx, [rdi+100]
        escape = len(code)
        code += b"\x48\xb9" + state + bytes.fromhex("81fae8030000 740a")  # mov rcx, state; cmp edx, 1000; je resume
        code += bytes.fromhex("488b21 895108 ff6138 90")  # mov rsp, [rcx]; mov [rcx+8], edx; jmp [rcx+56]
        # Resume: everything but rbp and rsp is lost.
        code += bytes.fromhex("488b6928 488b6130 c7410800000000") + self._trash()
        code += b"\x48\xb9" + state + bytes.fromhex("ff6120")  # mov rcx, state; jmp [rcx+32]
        # Funclets: (address, frame pointer, exception). An exception that leaves the funclet ends here, too.
        funclet = len(code)
        code += bytes.fromhex("53 55 4154 4155 4156 4157") + b"\x48\xb8" + state
        code += bytes.fromhex("ff30 ff7038 4883ec08 488920 488d0d00000000 48894838")  # push [rax]; push [rax+56]; ...
        exit_field = len(code) - 8
        code += bytes.fromhex("4889f5 4989fb 4889d7 41ffd3")  # mov rbp, rsi; mov r11, rdi; mov rdi, rdx; call r11
        code[exit_field : exit_field + 4] = struct.pack("<i", len(code) - (exit_field + 4))
        code += (
            bytes.fromhex("4883c408") + b"\x48\xb9" + state + bytes.fromhex("8f4138 8f01")
        )  # pop [rcx+56]; pop [rcx]
        code += bytes.fromhex("415f 415e 415d 415c 5d 5b c3")
        base = self._bytes(bytes(code))
        self.entry = base
        self.handler = base + handler
        self.escape = base + escape
        self.call_funclet = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)(base + funclet)
        # Calls: index in rax. Saves everything that the collector may look at, then calls back.
        common = bytearray(clear_trap)
        common += bytes.fromhex("55 4157 4156 4155 4154 53")  # rbp r15 r14 r13 r12 rbx
        common += bytes.fromhex("4151 4150 51 52 56 57")  # r9 r8 rcx rdx rsi rdi
        common += bytes.fromhex("4889e6 4883ec40")  # rsi = block; sub rsp, 64
        for register in range(8):  # movq [rsp+8*register], xmm
            common += bytes((0x66, 0x0F, 0xD6, 0x44 | register << 3, 0x24, 8 * register))
        common += bytes.fromhex("4889c7 4889e5 4883e4f0")  # rdi = index, rbp = rsp, align
        common += b"\x48\xb8" + struct.pack("<Q", ctypes.cast(self.callback, ctypes.c_void_p).value or 0)
        common += bytes.fromhex("ffd0 4889ec 4883c440 66480f6ec0")  # call rax; rsp = rbp; add rsp, 64; movq xmm0, rax
        common += b"\x48\xb9" + state + bytes.fromhex("8b5108 85d2")  # mov rcx,state; mov edx,[rcx+8]; test edx,edx
        common += b"\x0f\x85" + struct.pack("<i", 0)
        self._patch = len(common)
        common += bytes.fromhex("5f 5e 5a 59 4158 4159")
        common += bytes.fromhex("5b 415c 415d 415e 415f 5d")
        common += self._trash(keep_rax=True)
        # The second result register: mov rdx, state+24; mov rdx, [rdx]; ret
        common += b"\x48\xba" + struct.pack("<Q", self.state + 24) + bytes.fromhex("488b12")
        common += set_trap + b"\xc3"
        address = self._bytes(bytes(common))
        ctypes.memmove(address + self._patch - 4, struct.pack("<i", self.escape - (address + self._patch)), 4)
        self.common = address

    @staticmethod
    def _trash(keep_rax: bool = False) -> bytes:
        code = bytearray()
        garbage = struct.pack("<Q", 0xDEADBEEFCAFE0000)
        registers = (
            b"\x48\xb9",
            b"\x48\xba",
            b"\x48\xbe",
            b"\x48\xbf",
            b"\x49\xb8",
            b"\x49\xb9",
            b"\x49\xba",
            b"\x49\xbb",
        )
        for prefix in registers if keep_rax else (b"\x48\xb8", *registers):
            code += prefix + garbage
        for register in range(1 if keep_rax else 0, 16):  # movq xmm, rcx
            code += bytes((0x66, 0x4C if register >= 8 else 0x48, 0x0F, 0x6E, 0xC1 | (register & 7) << 3))
        return bytes(code)

    def _stub_for(self, cell: Cell) -> int:
        """What the cell contains."""
        signature = cell.signature
        if cell.section == ImportSectionKind.EAGER:
            helper = signature[1]
            if helper in _TRAP_CODES and self.method.eh_clauses:
                return self._call_stub(TRAPS[helper])
            if helper in _TRAP_CODES:
                code = b"\xba" + struct.pack("<i", _TRAP_CODES[helper])
                code += b"\x48\xb8" + struct.pack("<Q", self.escape) + b"\xff\xe0"
                return self._bytes(code)
            if helper in (0x30, 0x31):
                return self._bytes(bytes.fromhex("488937") + self._trash() + b"\xc3")
            if helper == 0x32:
                return self._bytes(bytes.fromhex("488b06 488907 4883c608 4883c708 b8efbe0000 b9efbe0000 c3"))
            if helper == 0x03:
                return self.state + 16
            if helper == 0x44:
                return self._call_stub(None)
            raise NativeError(f"helper {helper:#x}")
        if cell in self.op_of_cell:
            return self._call_stub(self.op_of_cell[cell])
        return 0x100 + signature[-1]

    def _call_stub(self, op: CallOp | str | None) -> int:
        index = len(self.callees)
        self.callees.append(op)
        code = (
            b"\xb8" + struct.pack("<i", index) + b"\x49\xba" + struct.pack("<Q", self.common) + bytes.fromhex("41ffe2")
        )
        return self._bytes(code)

    def _load(self) -> None:
        method = self.method
        data = self._bytes(method.read_only_data, method.read_only_data_alignment)
        for relocation in method.relocations:
            if isinstance(relocation.target, Cell) and relocation.target not in self.cells:
                content = self._stub_for(relocation.target)
                self.cells[relocation.target] = self._bytes(struct.pack("<Q", content), 8)
        code = bytearray(method.code)
        start = (self.area + self.used + 15) & ~15
        for relocation in method.relocations:
            target = relocation.target
            if isinstance(target, Cell):
                address = self.cells[target]
            elif isinstance(target, ReadOnlyData):
                address = data + target.offset
            else:
                raise NativeError("relocation target")
            value = address + relocation.addend - (start + relocation.offset + 4)
            code[relocation.offset : relocation.offset + 4] = struct.pack("<i", value)
        self.start = self._bytes(bytes(code))
        assert self.start == start
        ctypes.memmove(self.entry + self.entry_target, struct.pack("<Q", start), 8)

    # --- running -----------------------------------------------------------------------------------------------

    def new_object(self, content: bytes) -> int:
        """An object where the interpreter would put it."""
        canonical = (len(self.objects) + 1) << REGION_BITS
        _map(canonical, 4096, True)
        size = 8 + len(content)
        ctypes.memmove(canonical, (0x7000 + len(self.objects)).to_bytes(8, "little") + content, size)
        self.objects.append([canonical, canonical, size])
        return canonical

    def run(self, args: list[int], types: list[int], result: int, poll: bool = True) -> Outcome:
        """Run; floats are given by their bits. Objects made before are released afterwards."""
        self.outcome = Outcome()
        self.pending = None
        self.steps = 0
        ctypes.memmove(self.state + 8, struct.pack("<QQ", 0, 1 if poll else 0), 16)
        old = self._signals()
        try:
            kinds: list[type[ctypes.c_int64] | type[ctypes.c_double]] = []
            values: list[ctypes.c_int64 | ctypes.c_double] = []
            for argument, kind in zip(args, types, strict=True):
                if kind in (F32, F64):
                    kinds.append(ctypes.c_double)
                    values.append(ctypes.c_double.from_buffer_copy(struct.pack("<Q", argument)))
                else:
                    kinds.append(ctypes.c_int64)
                    # Upper halves of 32-bit arguments are undefined.
                    value = (argument & 0xFFFFFFFF | 0x5A5A5A5A << 32) if kind == I32 else argument
                    values.append(ctypes.c_int64(value))
            value = int(ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(self.entry)(*values))
        finally:
            self._restore(old)
        code = struct.unpack("<i", ctypes.string_at(self.state + 8, 4))[0]
        outcome = self.outcome
        if self.pending is not None:
            raise self.pending
        if code == 0:
            outcome.result = None if result == VOID else wrap(result, value)
        elif code == 100 + _FPE:
            outcome.exception = "Arithmetic"
        elif code == 100 + _SEGV:
            outcome.exception = "NullReference"
        elif code in _CODES:
            outcome.exception = _CODES[code]
        else:
            raise NativeError(f"signal {code - 100}")
        for _, current, size in self.objects:
            for offset in self.reference_fields:
                word = self._canonical(self._word(current + offset))
                ctypes.memmove(current + offset, struct.pack("<q", word), 8)
            outcome.memory.append(ctypes.string_at(current, size))
        for _, current, _ in self.objects:
            _libc.munmap(current, 4096)
        self.objects.clear()
        if outcome.exception == "fuel":
            raise OutOfFuel
        return outcome

    def _signals(self) -> list[_SigAction]:
        old = []
        for number in (_FPE, _SEGV, _ILL, _TRAP_SIGNAL):
            action = _SigAction(self.handler, (ctypes.c_uint64 * 16)(), 0x40000000)  # SA_NODEFER
            if self.step and number == _TRAP_SIGNAL:
                action.handler = ctypes.cast(self.step_callback, ctypes.c_void_p).value
                action.flags = 0x40000004  # and SA_SIGINFO
            if self.method.eh_clauses and number in (_FPE, _SEGV):
                action.handler = ctypes.cast(self.fault_callback, ctypes.c_void_p).value
                action.flags = 0x40000004
            before = _SigAction()
            _libc.sigaction(number, ctypes.byref(action), ctypes.byref(before))
            old.append(before)
        return old

    def _restore(self, old: list[_SigAction]) -> None:
        for number, action in zip((_FPE, _SEGV, _ILL, _TRAP_SIGNAL), old, strict=True):
            _libc.sigaction(number, ctypes.byref(action), None)

    # --- callee and collector ----------------------------------------------------------------------------------

    def _on_call(self, index: int, block: int) -> int:
        try:
            return self._call(index, block)
        except BaseException as error:
            self.pending = error
            self._exit(7)
            return 0

    def _exit(self, code: int) -> None:
        ctypes.memmove(self.state + 8, struct.pack("<i", code), 4)

    @staticmethod
    def _word(address: int) -> int:
        return int(struct.unpack("<q", ctypes.string_at(address, 8))[0])

    def _canonical(self, address: int) -> int:
        for canonical, current, _ in self.objects:
            if current <= address < current + 4096:
                return address - current + canonical
        return address

    def _call(self, index: int, block: int) -> int:
        self.steps += 1
        if self.steps > self.fuel:
            self._exit(6)
            return 0
        op = self.callees[index]
        # The block: xmm0-7 below it, rdi rsi rdx rcx r8 r9 rbx r12 r13 r14 r15 rbp, return address, stack arguments.
        return_address = self._word(block + 96) - self.start
        sp = block + 104
        if isinstance(op, str):
            self._throw(op, return_address - 1, self._word(block + 88), sp)
            return 0
        result = 0
        if op is not None:
            result = self._called(op, block, sp) if self.callee is not None else self._user_call(op, block, sp)
        self.result = result
        if self.collect and struct.unpack("<i", ctypes.string_at(self.state + 8, 4))[0] == 0:
            self._collect(return_address, block, sp)
        return self.result

    def _called(self, op: CallOp, block: int, sp: int) -> int:
        """Fetch the arguments as the convention has them, in terms of its rules, not of the back end's code."""
        ints = floats = stack = 0
        data: list[bytes] = []
        for param in op.signature.params:
            layout = param.layout
            if param.type == STRUCT and layout is not None:
                classes, size = list(layout.register_classes), layout.size
            else:
                classes, size = [1 if param.type in (F32, F64) else 0], 4 if param.type in (I32, F32) else 8
            if classes and ints + classes.count(0) <= 6 and floats + classes.count(1) <= 8:
                value = b""
                for kind in classes:
                    if kind:
                        value += ctypes.string_at(block - 64 + 8 * floats, 8)
                        floats += 1
                    else:
                        value += ctypes.string_at(block + 8 * ints, 8)
                        ints += 1
            else:
                value = ctypes.string_at(sp + stack, (size + 7) & ~7)
                stack += (size + 7) & ~7
            refs = layout.gc_refs if layout is not None else ((0, False),) if param.type in (REF, BYREF) else ()
            for offset, _ in refs:
                pointer = self._canonical(int.from_bytes(value[offset : offset + 8], "little"))
                value = value[:offset] + pointer.to_bytes(8, "little") + value[offset + 8 :]
            data.append(value[:size])
        assert self.callee is not None
        line, results = self.callee(op, data)
        self.outcome.trace.append(line)
        current = [self._current(value) for value in results]
        second = current[1] if len(current) > 1 else 0xDEADBEEF
        ctypes.memmove(self.state + 24, struct.pack("<Q", second & 0xFFFFFFFFFFFFFFFF), 8)
        return wrap(2, current[0]) if current else 0

    def _current(self, value: int) -> int:
        for canonical, current, _ in self.objects:
            if canonical <= value < canonical + 4096:
                return value - canonical + current
        return value

    def _user_call(self, op: CallOp, block: int, sp: int) -> int:
        registers = 0
        stack = 0
        shown = []
        numbers = []
        pointers = []
        for param in op.signature.params:
            words = 1 if param.type != STRUCT or param.layout is None else (param.layout.size + 7) // 8
            if registers + words <= 6:
                data = ctypes.string_at(block + 8 * registers, 8 * words)
                registers += words
            else:
                data = ctypes.string_at(sp + stack, 8 * words)
                stack += 8 * words
            if param.type == STRUCT:
                shown.append(data.hex())
                numbers.append(data[0])
                continue
            value = int.from_bytes(data, "little", signed=True)
            if param.type == I32:
                value = wrap(I32, value)
            if param.type in (REF, BYREF):
                if value:
                    pointers.append(value)
                value = self._canonical(value)
            shown.append(str(value))
            numbers.append(value)
        assert op.cell is not None
        self.outcome.trace.append(f"call {op.cell.signature.hex()} ({', '.join(shown)})")
        for pointer in pointers:
            if self._canonical(pointer) < 0x10000:
                continue
            base, _, size = next(o for o in self.objects if o[1] <= pointer < o[1] + 4096)
            current = next(o[1] for o in self.objects if o[0] == base)
            first = max(pointer - current, 16)
            if first + 4 <= size:
                old = ctypes.string_at(current + first, 1)[0]
                ctypes.memmove(current + first, bytes(((old + 1) & 0xFF,)), 1)
        total = sum(numbers) if numbers else len(self.outcome.trace)
        if op.cell.signature[-1] == 0xEE and total % 3 == 0:
            self._throw("Callee", self._word(block + 96) - self.start - 1, self._word(block + 88), sp)
            return 0
        value = wrap(op.type, total * 7 + 3) if op.type != VOID else 0
        # The upper half of an I32 result is undefined.
        return wrap(2, value & 0xFFFFFFFF | 0x77777777 << 32) if op.type == I32 else value

    # --- exceptions --------------------------------------------------------------------------------------------

    def _throw(self, kind: str, pc: int, rbp: int, sp: int) -> None:
        """Find and run handlers; on return of the callback, control goes on where they say, or leaves the method."""
        while True:
            kind, target = self._dispatch(kind, pc, rbp)
            if target >= 0:
                ctypes.memmove(self.state + 32, struct.pack("<qqq", self.start + target, rbp, sp), 24)
                self._exit(1000)
                return
            # A finally that the body called directly: go on in its caller.
            part = next((p for p in self.method.parts if p.start <= pc < p.end), self.method.parts[0])
            caller = -1
            if part is not self.method.parts[0]:
                sp += 8 * ((part.unwind[5] >> 4) + 1)  # ALLOC_SMALL of the funclet's prolog
                caller = self._word(sp) - self.start
                sp += 8
            if not 0 <= caller < len(self.method.code):
                self._exit({name: code for code, name in _CODES.items()}[kind])
                return
            pc = caller - 1

    def _dispatch(self, kind: str, pc: int, rbp: int) -> tuple[str, int]:
        """(exception that is left, offset to go on at or -1)."""
        tokens = {"Overflow": 0x02000002, "IndexOutOfRange": 0x02000003, "NullReference": 0x02000004}
        skip: tuple[int, int] | None = None
        for clause in self.method.eh_clauses:
            if not clause.same_try_as_previous:
                skip = None
            if not clause.try_start <= pc < clause.try_end or skip is not None:
                continue
            if clause.kind == 0:
                if clause.class_token_or_filter not in (0x02000001, tokens.get(kind, -1)):
                    continue
                self.outcome.trace.append(f"catch {kind}")
            target = self.call_funclet(self.start + clause.handler_start, rbp, 0) - self.start
            code = struct.unpack("<i", ctypes.string_at(self.state + 8, 4))[0]
            if code:
                self._exit(0)
                if code not in _CODES or self.pending is not None:
                    raise NativeError(f"code {code} from a funclet")
                kind = _CODES[code]
                if kind == "fuel":
                    return kind, -1
                skip = (clause.try_start, clause.try_end)  # the other clauses of the same try do not see it
            elif clause.kind == 0:
                return kind, target
        return kind, -1

    def _on_fault(self, signal: int, info: int, context: int) -> None:
        """A hardware fault: an exception if it is in the method."""
        words = {number: context + 40 + 8 * slot for number, slot in _CONTEXT_SLOTS.items()}
        try:
            pc = self._word(words[16]) - self.start
            kind = "NullReference"
            if signal == _FPE:
                kind = "Overflow" if self._divisor(words) else "DivideByZero"
            if not 0 <= pc < len(self.method.code):
                raise NativeError(f"signal {signal} outside of the method")
            self._throw(kind, pc, self._word(words[5]), self._word(words[4]))
        except BaseException as error:
            self.pending = self.pending or error
            self._exit(7)
        code = ctypes.string_at(self.state + 8, 4) + bytes(4)
        ctypes.memmove(words[2], code, 8)  # edx
        ctypes.memmove(words[16], struct.pack("<q", self.escape), 8)

    def _divisor(self, words: dict[int, int]) -> int:
        """Divisor of the division that faults."""
        rip = self._word(words[16])
        instruction = Decoder(64, ctypes.string_at(rip, 15), ip=rip).decode()

        def value(register: int) -> int:
            if register == Register.NONE:
                return 0
            first = Register.RAX if register >= Register.RAX else Register.EAX
            return self._word(words[register - first])

        if instruction.op0_kind == OpKind.REGISTER:
            found = value(instruction.op0_register)
            wide = instruction.op0_register >= Register.RAX
        else:
            index = value(instruction.memory_index) * instruction.memory_index_scale
            disp = wrap(2, instruction.memory_displacement)
            found = self._word(value(instruction.memory_base) + index + disp)
            wide = bool(instruction.code in (Code.DIV_RM64, Code.IDIV_RM64))
        return found if wide else found & 0xFFFFFFFF

    def _on_step(self, signal: int, info: int, context: int) -> None:
        """After each instruction: collect if the code may be interrupted here."""
        try:
            words = {number: context + 40 + 8 * slot for number, slot in _CONTEXT_SLOTS.items()}
            offset = self._word(words[16]) - self.start
            if not any(start <= offset < end for start, end in self.info.ranges):
                return
            self.step_collections += 1
            if self.step_collections > 150 and self.step_collections % 7:
                return
            live = 0
            for change, after in self.info.changes:
                if change <= offset:
                    live = after
            self._move_objects(offset, live, words, self._word(words[4]))
        except BaseException as error:
            self.pending = self.pending or error

    def _collect(self, offset: int, block: int, sp: int) -> None:
        """Collect at a call that returns to the offset."""
        if offset not in self.live_at:
            raise NativeError(f"return address {offset:#x} is no safe point")
        words = {7: 0, 6: 8, 2: 16, 1: 24, 8: 32, 9: 40, 3: 48, 12: 56, 13: 64, 14: 72, 15: 80, 5: 88}
        self._move_objects(offset, self.live_at[offset], {n: block + at for n, at in words.items()}, sp)

    def _move_objects(self, offset: int, live: int, words: dict[int, int], sp: int) -> None:
        """Move all objects and change what is live (`words`: where the registers are)."""
        info = self.info
        moved = []
        for item in self.objects:
            new = self.spare
            self.spare += 0x10000
            _map(new, 4096, True)
            ctypes.memmove(new, item[1], item[2])
            moved.append((item[1], new))
            item[1] = new
        rbp = self._word(words[5])
        places = []
        for number, slot in enumerate(info.registers):
            if not live >> number & 1:
                continue
            if slot.register in words:
                places.append((words[slot.register], slot.flags))
            else:  # rax at a call: what the callee is about to return
                for old, new in moved:
                    if old <= self.result < old + 4096:
                        self.result += new - old
        for number, stack_slot in enumerate(info.stack):
            if live >> (number + len(info.registers)) & 1:
                base = rbp if stack_slot.base == BASE_FRAME_REGISTER else sp
                places.append((base + stack_slot.offset, stack_slot.flags))
        for stack_slot in info.untracked:
            base = rbp if stack_slot.base == BASE_FRAME_REGISTER else sp
            places.append((base + stack_slot.offset, stack_slot.flags))
        if len({place for place, _ in places}) != len(places):
            raise NativeError("a place is reported twice")
        for place, flags in places:
            value = self._word(place)
            if value == 0:
                continue
            for old, new in moved:
                if (old <= value < old + 4096) if flags & 1 else value == old:
                    ctypes.memmove(place, struct.pack("<q", value - old + new), 8)
                    break
            else:
                if not flags & 1:
                    raise NativeError(f"{value:#x} reported as object at {offset:#x}")
        for _, current, _ in self.objects:
            for field in self.reference_fields:
                word = self._word(current + field)
                for old, new in moved:
                    if word == old:
                        ctypes.memmove(current + field, struct.pack("<q", new), 8)
        for old, _ in moved:
            _libc.munmap(old, 4096)
