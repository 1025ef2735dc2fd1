"""x64: the processor emulator, the context, traps, the calling convention of System V as managed code uses it."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import unicorn
from iced_x86 import Decoder, MemorySizeExt, Mnemonic, OpKind, Register, RegisterExt
from unicorn import unicorn_const as uc_const
from unicorn import x86_const

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.machine import ArgumentPlace, CallLayout, Frame, Machine, Stop, StopReason
from readytorun.emulator.memory import Memory
from readytorun.emulator.x64 import barriers, calling, stubs, unwinder
from readytorun.emulator.x64.registers import (
    ARGUMENT_REGISTERS,
    CONTEXT_SIZE,
    R11,
    RAX,
    RBP,
    RCX,
    RDI,
    RDX,
    RIP_OFFSET,
    RSP,
    TRAP_OFFSET,
    VOLATILE,
    XMM_OFFSET,
)
from readytorun.r2r.reader import R2RImage
from readytorun.typesystem.method_desc import MethodDesc

_TRAP_SIZE: Final = 16
_DIVIDE_ERROR: Final = 0
_GENERAL: Final = [
    x86_const.UC_X86_REG_RAX,
    x86_const.UC_X86_REG_RCX,
    x86_const.UC_X86_REG_RDX,
    x86_const.UC_X86_REG_RBX,
    x86_const.UC_X86_REG_RSP,
    x86_const.UC_X86_REG_RBP,
    x86_const.UC_X86_REG_RSI,
    x86_const.UC_X86_REG_RDI,
    *range(x86_const.UC_X86_REG_R8, x86_const.UC_X86_REG_R8 + 8),
    x86_const.UC_X86_REG_RIP,
]
_U64: Final = struct.Struct("<Q")


class X64Machine(Machine):
    """See Machine."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.context_size = CONTEXT_SIZE
        self.frame_register = RBP
        self.volatile = VOLATILE
        self._uc: Any = unicorn.Uc(uc_const.UC_ARCH_X86, uc_const.UC_MODE_64)
        for address, size, executable in memory.regions:
            protection = uc_const.UC_PROT_READ | (uc_const.UC_PROT_EXEC if executable else 0) | uc_const.UC_PROT_WRITE
            self._uc.mem_map_ptr(address, size, protection, memory.host_address + memory.offset_of(address))
        self.context = memory.allocate_data(CONTEXT_SIZE, 16)
        self._barriers: dict[int, int] = {}
        self._fault_address = 0
        self._interrupt = -1
        self._stopped = False
        self.instruction_count = 0
        self._spill, self._reload = stubs.spill_and_reload(memory, self.context)
        self.return_trap = self.new_trap(0)
        self._stack_arguments = 0
        kinds = uc_const.UC_HOOK_MEM_UNMAPPED | uc_const.UC_HOOK_MEM_PROT
        self._uc.hook_add(kinds, self._on_fault)
        self._uc.hook_add(uc_const.UC_HOOK_INTR, self._on_interrupt)
        self._registers = (ctypes.c_int * len(_GENERAL))(*_GENERAL)
        self._register_places = (ctypes.c_void_p * len(_GENERAL))(
            *(
                memory.host_address + memory.offset_of(self.context) + (8 * index if index < 16 else RIP_OFFSET)
                for index in range(len(_GENERAL))
            )
        )
        self._library: Any = unicorn.unicorn_py3.unicorn.uclib
        self._pristine: Any = self._uc.context_save()

    # --- running ------------------------------------------------------------------------------------------------------

    def run(self) -> Stop:
        self._fault_address = -1
        self._interrupt = -1
        try:
            self._uc.emu_start(self._reload, 0)
        except unicorn.UcError as error:
            self._fetch_registers()
            if self._interrupt == _DIVIDE_ERROR:
                return self._divide_error()
            if self._fault_address >= 0:
                return Stop(StopReason.MEMORY_FAULT, self._fault_address)
            raise ExecutionError(f"{error} at {self.ip:#x}") from error
        if self._interrupt >= 0:
            self._fetch_registers()
            if self._interrupt == _DIVIDE_ERROR:
                return self._divide_error()
            return Stop(StopReason.BAD_INSTRUCTION, self.ip)
        if self._stopped:
            self._stopped = False
            self._fetch_registers()
            return Stop(StopReason.INSTRUCTION_LIMIT, self.ip)
        return Stop(StopReason.TRAP, self.memory.u64(self.context + TRAP_OFFSET))

    def _divide_error(self) -> Stop:
        # The processor remembers that it has not delivered the exception, and would make the next one a double fault.
        self._uc.context_restore(self._pristine)
        return Stop(StopReason.DIVIDE_ERROR, self.ip)

    def stop(self) -> None:
        """End `run` from a callback; it answers INSTRUCTION_LIMIT."""
        self._stopped = True
        self._uc.emu_stop()

    def _on_fault(self, uc: Any, access: int, address: int, size: int, value: int, data: Any) -> bool:
        self._fault_address = address
        return False

    def _on_interrupt(self, uc: Any, number: int, data: Any) -> None:
        self._interrupt = number
        uc.emu_stop()

    def _fetch_registers(self) -> None:
        """Fill the context's general registers from the processor."""
        count = len(_GENERAL)
        self._library.uc_reg_read_batch(self._uc._uch, self._registers, self._register_places, count)
        for index in range(16):
            value = self._uc.reg_read(x86_const.UC_X86_REG_XMM0 + index)
            self.memory.write(self.context + XMM_OFFSET + 16 * index, value.to_bytes(16, "little"))

    def watch_blocks(self, wanted: Callable[[int], bool], action: Callable[[], None]) -> None:
        self._uc.hook_add(uc_const.UC_HOOK_BLOCK, self._watcher(wanted, action))

    def watch_instructions(
        self, ranges: Sequence[tuple[int, int]], wanted: Callable[[int], bool], action: Callable[[], None]
    ) -> None:
        watcher = self._watcher(wanted, action)
        for start, end in ranges:
            self._uc.hook_add(uc_const.UC_HOOK_CODE, watcher, None, start, end - 1)

    def _watcher(
        self, wanted: Callable[[int], bool], action: Callable[[], None]
    ) -> Callable[[Any, int, int, Any], None]:
        read, write = self._library.uc_reg_read_batch, self._library.uc_reg_write_batch
        handle, registers, places, count = self._uc._uch, self._registers, self._register_places, len(_GENERAL)

        def watch(uc: Any, address: int, size: int, data: Any) -> None:
            if wanted(address):
                read(handle, registers, places, count)
                self.ip = address
                action()
                write(handle, registers, places, count - 1)

        return watch

    def count_instructions(self, limit: int = 0) -> None:
        lengths: dict[tuple[int, int], int] = {}
        memory = self.memory

        def on_block(uc: Any, address: int, size: int, data: Any) -> None:
            count = lengths.get((address, size))
            if count is None:
                count = lengths[address, size] = sum(1 for _ in Decoder(64, memory.read(address, size)))
            self.instruction_count += count
            if limit and self.instruction_count >= limit:
                self.stop()

        self._uc.hook_add(uc_const.UC_HOOK_BLOCK, on_block)

    def new_trap(self, number: int) -> int:
        return stubs.trap(self.memory, number, self._spill)

    # --- the context --------------------------------------------------------------------------------------------------

    @property
    def ip(self) -> int:
        return self.memory.u64(self.context + RIP_OFFSET)

    @ip.setter
    def ip(self, value: int) -> None:
        self.memory.set_u64(self.context + RIP_OFFSET, value)

    @property
    def sp(self) -> int:
        return self.memory.u64(self.context + 8 * RSP)

    @sp.setter
    def sp(self, value: int) -> None:
        self.memory.set_u64(self.context + 8 * RSP, value)

    def register(self, number: int) -> int:
        return self.memory.u64(self.context + 8 * number)

    def set_register(self, number: int, value: int) -> None:
        self.memory.set_u64(self.context + 8 * number, value)

    def argument(self, index: int) -> int:
        return self.memory.u64(self.context + 8 * ARGUMENT_REGISTERS[index])

    def set_argument(self, index: int, value: int) -> None:
        self.memory.set_u64(self.context + 8 * ARGUMENT_REGISTERS[index], value)

    def float_argument(self, index: int, single: bool = False) -> float:
        address = self.context + XMM_OFFSET + 16 * index
        return self.memory.f32(address) if single else self.memory.f64(address)

    def set_result(self, value: int) -> None:
        self.memory.set_u64(self.context + 8 * RAX, value)

    def result(self, index: int = 0) -> int:
        return self.memory.u64(self.context + 8 * (RAX, RDX, RCX)[index])

    def set_float_result(self, value: float, single: bool = False) -> None:
        if single:
            self.memory.set_u64(self.context + XMM_OFFSET, 0)
            self.memory.set_f32(self.context + XMM_OFFSET, value)
        else:
            self.memory.set_f64(self.context + XMM_OFFSET, value)

    def float_results(self) -> list[bytes]:
        return [self.memory.read(self.context + XMM_OFFSET + 16 * i, 16) for i in range(2)]

    def set_results(self, integers: Sequence[int], floats: Sequence[bytes]) -> None:
        for register, value in zip((RAX, RDX, RCX), integers, strict=False):
            self.set_register(register, value)
        for index, data in enumerate(floats):
            self.memory.write(self.context + XMM_OFFSET + 16 * index, data)

    def dispatch_cell_register(self) -> int:
        return self.register(R11)

    def argument_address(self, place: ArgumentPlace, context: int, stack: int) -> int:
        if place.register < 0:
            return stack + place.stack_offset
        return context + (XMM_OFFSET + 16 * place.register if place.is_float else 8 * place.register)

    # The return address is on the stack: behind a `call` it is what [rsp] holds.

    def enter_helper(self) -> None:
        sp = self.sp
        self.ip = self.memory.u64(sp)
        self.sp = sp + 8
        self._stack_arguments = sp + 8

    def enter_delay_load(self) -> tuple[int, int]:
        sp = self.sp
        module = self.memory.u64(sp)
        return_address = self.memory.u64(sp + 16)
        cell = self.register(RAX)
        if not cell:
            # The thunk of a regular import: the cell is what the `call [rip+cell]` in front names.
            if self.memory.read(return_address - 6, 2) != b"\xff\x15":
                raise ExecutionError(
                    f"a delay-load thunk was entered with rax = 0, but the return address {return_address:#x} is not "
                    "behind a call [rip+cell]: a jump must go through the jumpable twin of a cell"
                )
            cell = return_address + self.memory.i32(return_address - 4)
        self.ip = return_address
        self.sp = sp + 24
        self._stack_arguments = sp + 24
        return module, cell

    def stack_arguments(self) -> int:
        return self._stack_arguments

    def jump_to(self, target: int) -> None:
        sp = self.sp - 8
        self.memory.set_u64(sp, self.ip)
        self.sp = sp
        self.ip = target

    def division_overflows(self) -> bool:
        """Whether the operand of the `div` or `idiv` at the instruction pointer is not zero."""
        instruction = Decoder(64, self.memory.read(self.ip, 16), ip=self.ip).decode()
        if instruction.mnemonic not in (Mnemonic.DIV, Mnemonic.IDIV):
            raise ExecutionError(f"a division error in {instruction}")
        if instruction.op0_kind == OpKind.REGISTER:
            register = instruction.op0_register
            value = self.register(RegisterExt.number(register))
            bits = 8 * RegisterExt.size(register)
        else:
            address = instruction.memory_displacement
            if instruction.memory_base not in (Register.NONE, Register.RIP):
                address += self.register(RegisterExt.number(instruction.memory_base))
            if instruction.memory_index != Register.NONE:
                address += self.register(RegisterExt.number(instruction.memory_index)) * instruction.memory_index_scale
            bits = 8 * MemorySizeExt.size(instruction.memory_size)
            value = int.from_bytes(self.memory.read(address & (1 << 64) - 1, bits // 8), "little")
        return value & (1 << bits) - 1 != 0

    def prepare_call(self, target: int, stack_arguments: int = 0) -> int:
        sp = (self.sp - 0x100 - stack_arguments) & ~15
        self.memory.set_u64(sp - 8, self.return_trap)
        self.sp = sp - 8
        self.ip = target
        return sp

    def prepare_funclet(self, target: int, frame: Frame, argument: int, sp: int) -> None:
        top = (sp - 0x80) & ~15
        self.memory.set_u64(top - 8, self.return_trap)
        self.sp = top - 8
        self.set_register(RBP, self.memory.u64(frame.locations[RBP]))
        self.set_register(RDI, argument)
        self.ip = target

    def prepare_resume(self, frame: Frame, target: int) -> None:
        values = [self.memory.u64(location) if location else 0 for location in frame.locations]
        for number in range(16):
            if number != RSP:
                self.set_register(number, values[number])
        self.sp = frame.sp
        self.ip = target

    # --- unwinding ----------------------------------------------------------------------------------------------------

    def frame_of(self, context: int, is_active: bool) -> Frame:
        locations = [context + 8 * number for number in range(16)]
        memory = self.memory
        return Frame(memory.u64(context + RIP_OFFSET), memory.u64(context + 8 * RSP), locations, is_active)

    def unwind(self, frame: Frame, image: R2RImage, function_index: int) -> Frame:
        return unwinder.unwind(self.memory, frame, image, function_index)

    def unwind_leaf(self, frame: Frame) -> Frame:
        return Frame(self.memory.u64(frame.sp), frame.sp + 8, frame.locations, False)

    # --- calling convention -------------------------------------------------------------------------------------------

    def call_layout(self, method: MethodDesc, with_context: bool) -> CallLayout:
        return calling.call_layout(method, with_context)

    def static_layout(self, method: MethodDesc) -> CallLayout:
        return calling.call_layout(method, False, drop_this=True)

    def gc_ref_map_place(self, position: int) -> ArgumentPlace:
        return calling.gc_ref_map_place(position)

    # --- stubs --------------------------------------------------------------------------------------------------------

    def write_barriers(self) -> dict[int, int]:
        if not self._barriers:
            self._barriers = barriers.barriers(self.memory)
        return self._barriers

    def mark_cards(self, low: int, span: int, table: int) -> None:
        barriers.mark_cards(self.memory, self._barriers, low, span, table)

    def stub_constant(self, value: int) -> int:
        return stubs.constant(self.memory, value)

    def stub_allocate(self, method_table: int, size: int, next_address: int, limit_address: int, slow: int) -> int:
        return stubs.allocate(self.memory, method_table, size, next_address, limit_address, slow)

    def stub_cast(self, method_table: int, slow: int) -> int:
        return stubs.cast(self.memory, method_table, slow)

    def stub_dispatch(self, method_table: int, target: int, otherwise: int) -> int:
        return stubs.dispatch(self.memory, method_table, target, otherwise)

    def stub_lookup(self, context: int, result: int, otherwise: int) -> int:
        return stubs.lookup(self.memory, context, result, otherwise)

    def stub_unbox(self, target: int) -> int:
        return stubs.unbox(self.memory, target)

    def stub_shuffle(self, source: Sequence[ArgumentPlace], destination: Sequence[ArgumentPlace], **rest: int) -> int:
        return stubs.shuffle(self.memory, source, destination, **rest)

    def stub_delegate_invoke(self, target_offset: int, code_offset: int) -> int:
        return stubs.delegate_invoke(self.memory, target_offset, code_offset)
