"""The state of code emission for one function, and access to operands wherever they live.

A value is in a register, in a frame slot, or is made on the spot (constants, addresses, folded loads). `use` gives a
register that holds it, `load` brings it into a given one, and `operate` makes it the ModRM operand of an instruction,
which is where memory operands come from.

Two integer and two vector registers are never allocated. By convention `SCRATCH` (r11) is the result of an operation
whose value lives in the frame, and `SCRATCH2` (r10) carries operands and addresses.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.errors import Unsupported
from readytorun.backend.lowering import CLASS_FLOAT, FIRST_SLOT, KIND_FOLDED, KIND_FREE, NO_PLACE, Lowering
from readytorun.backend.x64.encode import CodeBuffer
from readytorun.backend.x64.forms import (
    ADD_R_RM,
    LEA_R_M,
    MOV_R_RM,
    MOV_RM8_R8,
    MOV_RM16_R,
    MOV_RM_IMM32,
    MOV_RM_R,
    MOVAPS_X_X,
    MOVSD_M_X,
    MOVSD_X_M,
    MOVSS_M_X,
    MOVSS_X_M,
    MOVSX_R_RM8,
    MOVSX_R_RM16,
    MOVZX_R_RM8,
    MOVZX_R_RM16,
    SHIFT_RM_IMM8,
    SHIFT_SHL,
    XOR_R_RM,
    XORPS,
)
from readytorun.backend.x64.frame import Frame
from readytorun.backend.x64.registers import FLOAT_SCRATCH, SCRATCH, SCRATCH2, XMM0
from readytorun.ir import ops
from readytorun.ir.ops import CellOp, ConstOp, DataOp, FloatConstOp, ImmOp, MemoryOp, Op, SlotOp
from readytorun.ir.types import F32, F64, I32
from readytorun.r2r.model import Cell, CodeLabel, FieldRvaData, ReadOnlyData

# Load form of each M_* type, and whether it takes REX.W.
LOAD_FORMS: Final = (
    MOVSX_R_RM8,
    MOVZX_R_RM8,
    MOVSX_R_RM16,
    MOVZX_R_RM16,
    MOV_R_RM,
    MOV_R_RM,
    MOVSS_X_M,
    MOVSD_X_M,
    MOV_R_RM,
    MOV_R_RM,
)
STORE_FORMS: Final = (
    MOV_RM8_R8,
    MOV_RM8_R8,
    MOV_RM16_R,
    MOV_RM16_R,
    MOV_RM_R,
    MOV_RM_R,
    MOVSS_M_X,
    MOVSD_M_X,
    MOV_RM_R,
    MOV_RM_R,
)
MEMORY_WIDE: Final = (0, 0, 0, 0, 0, 1, 0, 0, 1, 1)


RESUME_INFO_SIZE: Final = 16  # of an entry of the ResumeInfo table: two addresses


class Emitter:
    """State of the emission of one function.

    Attributes:
        m_base, m_index, m_scale, m_disp: the memory operand that `address` has set up.
        data: read-only data of the method.
    """

    __slots__ = (
        "bound_marks",
        "bound_offsets",
        "bound_sources",
        "call_end",
        "code",
        "data",
        "data_alignment",
        "epilog_label",
        "epilogs",
        "frame",
        "labels",
        "literals",
        "lowering",
        "m_base",
        "m_disp",
        "m_index",
        "m_scale",
        "place",
        "poll_ids",
        "poll_labels",
        "poll_points",
        "poll_regions",
        "poll_resume",
        "poll_saves",
        "region",
        "resume_points",
        "safe_points",
        "spans",
        "start_label",
        "stub_keys",
        "stub_labels",
        "stub_regions",
        "tables",
    )

    def __init__(self, lowering: Lowering, frame: Frame) -> None:
        self.lowering = lowering
        self.place = lowering.place
        self.frame = frame
        self.code = CodeBuffer()
        self.m_base = 0
        self.m_index = -1
        self.m_scale = 1
        self.m_disp = 0
        self.data = bytearray()
        self.data_alignment = 4
        # An async method's data begins with its ResumeInfo table: marks of the DiagnosticIPs, by state.
        self.resume_points: dict[int, int] = {}
        facts = lowering.function.runtime_async
        if facts is not None and facts.state_count:
            self.data += bytes(RESUME_INFO_SIZE * facts.state_count)
            self.data_alignment = 8
        self.literals: dict[tuple[int, int], int] = {}
        # Switch tables: (offset in data, labels).
        self.tables: list[tuple[int, list[int]]] = []
        self.start_label = self.code.new_label()
        self.code.bind(self.start_label)
        # Labels of the blocks, by index in the order.
        self.labels: list[int] = [self.code.new_label() for _ in lowering.order]
        # Safe points: marks, positions, and the GC flags of the result registers.
        self.safe_points: list[tuple[int, int, list[tuple[int, int]]]] = []
        # Code that a GC may interrupt: marks of start and end (-1: one instruction only), and position.
        self.spans: list[tuple[int, int, int]] = []
        # Place behind the last call, to see whether a nop is needed behind it.
        self.call_end = -1
        # Cold calls of throwing helpers by kind of trap, and the region that each belongs to: a try range (or what is
        # in none) of one funclet. They are emitted at the end of their region, so that its handlers see the exception.
        self.region = 0
        self.stub_regions: list[int] = []
        self.epilogs = 0
        self.epilog_label = -1
        self.stub_keys: list[int] = []
        self.stub_labels: list[int] = []
        self.poll_ids: list[int] = []
        self.poll_regions: list[int] = []
        self.poll_labels: list[int] = []
        self.poll_resume: list[int] = []
        # Values that the cold part of a poll saves, by operation; and its safe points: mark, position, operation.
        self.poll_saves: dict[int, list[int]] = {}
        self.poll_points: list[tuple[int, int, int]] = []
        self.bound_marks: list[int] = []
        self.bound_offsets: list[int] = []
        self.bound_sources: list[int] = []

    # --- read-only data ----------------------------------------------------------------------------------------

    def literal(self, bits: int, size: int) -> ReadOnlyData:
        """A constant of 4, 8 or 16 bytes in the read-only data."""
        key = (bits, size)
        offset = self.literals.get(key, -1)
        if offset < 0:
            data = self.data
            while len(data) % size:
                data.append(0)
            offset = len(data)
            data += bits.to_bytes(size, "little")
            self.literals[key] = offset
            if size > self.data_alignment:
                self.data_alignment = size
        return ReadOnlyData(offset)

    # --- memory operands ---------------------------------------------------------------------------------------

    def address(self, op: MemoryOp, scratch: int) -> None:
        """Set up the address of a memory access, using at most one scratch register."""
        self._address_of(op.args[0], op.args[1] if op.has_index else None, op.scale, op.offset, scratch)

    def address_at(self, base: Op, offset: int, scratch: int) -> None:
        """Set up the address base + offset."""
        self._address_of(base, None, 1, offset, scratch)

    def _address_of(self, base: Op, index: Op | None, scale: int, disp: int, scratch: int) -> None:
        kind = self.lowering.kind[base.id]
        if kind == KIND_FOLDED and isinstance(base, MemoryOp) and base.opcode == ops.ADDR:
            # Only accesses without index of their own fold an address computation.
            disp += base.offset
            if base.has_index:
                index = base.args[1]
                scale = base.scale
            base = base.args[0]
        if isinstance(index, ConstOp) and -0x80000000 <= disp + index.value * scale <= 0x7FFFFFFF:
            disp += index.value * scale
            index = None
        self.m_scale = scale
        if not -0x80000000 <= disp <= 0x7FFFFFFF:
            raise Unsupported("displacement", f"{disp:#x}")
        self.m_disp = disp
        place = self.place[base.id]
        in_frame = isinstance(base, SlotOp)
        if index is None:
            self.m_index = -1
            if place < NO_PLACE:
                self.m_base = place
            elif in_frame:
                self._frame_base(base)
            else:
                self.load(base, scratch)
                self.m_base = scratch
            return
        index_place = self.place[index.id]
        if index_place < NO_PLACE:
            self.m_index = index_place
            if place < NO_PLACE:
                self.m_base = place
            elif in_frame:
                self._frame_base(base)
            else:
                self.load(base, scratch)
                self.m_base = scratch
            return
        if place < NO_PLACE or in_frame:
            self.load(index, scratch)
            self.m_index = scratch
            if in_frame:
                self._frame_base(base)
            else:
                self.m_base = place
            return
        # Both need a register: compute the sum in one.
        self.m_base = scratch
        self.m_index = -1
        if self._can_add(base):
            self.load(index, scratch)
            if scale != 1:
                self.code.digit(SHIFT_RM_IMM8, 1, SHIFT_SHL, scratch)
                self.code.byte(1 if scale == 2 else 2 if scale == 4 else 3)
            self.operate(ADD_R_RM, 1, scratch, base, scratch)
        elif self._can_add(index):
            self.load(base, scratch)
            for _ in range(scale):
                self.operate(ADD_R_RM, 1, scratch, index, scratch)
        else:
            raise Unsupported("address-operands", f"base {base.opcode}, index {index.opcode}")

    def _can_add(self, value: Op) -> bool:
        """Whether the value can be a memory operand without another register."""
        return (self.place[value.id] >= FIRST_SLOT and value.type != I32) or value.opcode == ops.LOAD_CELL

    def _frame_base(self, base: Op) -> None:
        if isinstance(base, SlotOp):
            self.m_base = self.frame.base
            self.m_disp += self.frame.slot_disp[base.slot.id]

    def mem(self, form: int, wide: int, reg: int) -> None:
        """Emit a form with the memory operand that was set up."""
        self.code.rm(form, wide, reg, self.m_base, self.m_index, self.m_scale, self.m_disp)

    def slot(self, form: int, wide: int, reg: int, place: int) -> None:
        """Emit a form whose memory operand is a spill slot."""
        self.code.rm(form, wide, reg, self.frame.base, -1, 1, self.frame.place_disp(place))

    # --- moves -------------------------------------------------------------------------------------------------

    def move(self, dst: int, src: int, type: int) -> None:
        """Register to register, of the same class."""
        if dst == src:
            return
        if dst >= XMM0:
            self.code.rr(MOVAPS_X_X, 0, dst, src)
        else:
            self.code.rr(MOV_RM_R, 0 if type == I32 else 1, src, dst)

    def load_place(self, dst: int, place: int, type: int) -> None:
        """Register from spill slot."""
        if type == F32:
            self.slot(MOVSS_X_M, 0, dst, place)
        elif type == F64:
            self.slot(MOVSD_X_M, 0, dst, place)
        else:
            self.slot(MOV_R_RM, 0 if type == I32 else 1, dst, place)

    def store_place(self, place: int, src: int, type: int) -> None:
        """Spill slot from register."""
        if type == F32:
            self.slot(MOVSS_M_X, 0, src, place)
        elif type == F64:
            self.slot(MOVSD_M_X, 0, src, place)
        else:
            self.slot(MOV_RM_R, 0 if type == I32 else 1, src, place)

    def zero(self, reg: int) -> None:
        """Clear an integer register; changes the flags."""
        self.code.rr(XOR_R_RM, 0, reg, reg)

    def load(self, value: Op, reg: int) -> None:
        """Bring a value into a register; does not change the flags, and no other register but the target."""
        place = self.place[value.id]
        type = value.type
        if place < NO_PLACE:
            self.move(reg, place, type)
        elif place >= FIRST_SLOT:
            self.load_place(reg, place, type)
        else:
            self.make(value, reg)

    def make(self, value: Op, reg: int) -> None:
        """Make a value that has no place in a register."""
        code = self.code
        if isinstance(value, ConstOp):
            code.mov_imm(reg, value.value, 0 if value.type == I32 else 1)
        elif isinstance(value, FloatConstOp):
            if value.bits == 0:
                code.rr(XORPS, 0, reg, reg)
            elif value.type == F32:
                code.rip(MOVSS_X_M, 0, reg, self.literal(value.bits, 4), 0, 0)
            else:
                code.rip(MOVSD_X_M, 0, reg, self.literal(value.bits, 8), 0, 0)
        elif isinstance(value, SlotOp):
            code.rm(LEA_R_M, 1, reg, self.frame.base, -1, 1, self.frame.slot_disp[value.slot.id])
        elif isinstance(value, CellOp):
            code.rip(MOV_R_RM, 1, reg, value.cell, 0, 0)
            if value.opcode == ops.LOAD_STRING:
                code.rm(MOV_R_RM, 1, reg, reg, -1, 1, 0)
        elif isinstance(value, DataOp):
            code.rip(LEA_R_M, 1, reg, FieldRvaData(value.field_rid), 0, 0)
        elif isinstance(value, ImmOp) and value.opcode == ops.RESUME_INFO:
            code.rip(LEA_R_M, 1, reg, ReadOnlyData(RESUME_INFO_SIZE * value.imm), 0, 0)
        elif isinstance(value, MemoryOp) and self.lowering.kind[value.id] == KIND_FOLDED:
            if value.opcode == ops.LOAD:
                # The target itself may hold part of the address, unless it is a scratch register.
                self.address(value, SCRATCH2 if reg == SCRATCH2 else SCRATCH)
                self.mem(LOAD_FORMS[value.memory], MEMORY_WIDE[value.memory], reg)
            else:
                self.address(value, SCRATCH2 if reg == SCRATCH2 else SCRATCH)
                self.mem(LEA_R_M, 1, reg)
        else:
            raise Unsupported("operand", f"operation {value.id} with opcode {value.opcode} has no place")

    def use(self, value: Op, scratch: int) -> int:
        """A register that holds the value: its own, or the scratch register."""
        place = self.place[value.id]
        if place < NO_PLACE:
            return place
        if place >= FIRST_SLOT:
            self.load_place(scratch, place, value.type)
        else:
            self.make(value, scratch)
        return scratch

    def is_memory_operand(self, value: Op) -> bool:
        """Whether `operate` would take the value from memory without a load of its own."""
        place = self.place[value.id]
        if place < NO_PLACE:
            return False
        if place >= FIRST_SLOT:
            return True
        kind = self.lowering.kind[value.id]
        if kind == KIND_FOLDED:
            return value.opcode == ops.LOAD
        return value.opcode == ops.FCONST or value.opcode == ops.LOAD_CELL

    def operate(self, form: int, wide: int, reg: int, value: Op, scratch: int, imm_size: int = 0) -> None:
        """Emit a form whose ModRM.rm operand is the value; `scratch` serves addresses and odd constants.

        The caller appends `imm_size` bytes of immediate.
        """
        place = self.place[value.id]
        if place < NO_PLACE:
            self.code.rr(form, wide, reg, place)
        elif place >= FIRST_SLOT:
            self.slot(form, wide, reg, place)
        elif isinstance(value, MemoryOp) and value.opcode == ops.LOAD:
            self.address(value, scratch)
            self.mem(form, wide, reg)
        elif isinstance(value, FloatConstOp):
            size = 4 if value.type == F32 else 8
            self.code.rip(form, wide, reg, self.literal(value.bits, size), 0, imm_size)
        elif isinstance(value, CellOp) and value.opcode == ops.LOAD_CELL:
            self.code.rip(form, wide, reg, value.cell, 0, imm_size)
        else:
            self.make(value, scratch)
            self.code.rr(form, wide, reg, scratch)

    def operate_imm(self, form: int, wide: int, digit: int, value: Op, scratch: int, imm_size: int) -> None:
        """Emit a digit form on the value; the caller appends `imm_size` bytes of immediate."""
        place = self.place[value.id]
        if place < NO_PLACE:
            self.code.digit(form, wide, digit, place)
        elif place >= FIRST_SLOT:
            self.code.rm(form | digit << 12, wide, 0, self.frame.base, -1, 1, self.frame.place_disp(place))
        elif isinstance(value, MemoryOp) and value.opcode == ops.LOAD:
            self.address(value, scratch)
            self.mem(form | digit << 12, wide, 0)
        elif isinstance(value, CellOp) and value.opcode == ops.LOAD_CELL:
            self.code.rip(form | digit << 12, wide, 0, value.cell, 0, imm_size)
        else:
            self.make(value, scratch)
            self.code.digit(form, wide, digit, scratch)

    # --- results -----------------------------------------------------------------------------------------------

    def target(self, op: Op) -> int:
        """The register in which an operation makes its result."""
        place = self.place[op.id]
        if place < NO_PLACE:
            return place
        return FLOAT_SCRATCH if self.lowering.register_class[op.id] == CLASS_FLOAT else SCRATCH

    def done(self, op: Op, reg: int) -> None:
        """Bring the result from the register to where the value lives."""
        place = self.place[op.id]
        if place < NO_PLACE:
            self.move(place, reg, op.type)
        elif place >= FIRST_SLOT:
            self.store_place(place, reg, op.type)

    def store_constant(self, place: int, value: ConstOp) -> bool:
        """Store an immediate to a spill slot if it fits."""
        if -0x80000000 <= value.value <= 0x7FFFFFFF:
            self.slot(MOV_RM_IMM32, 0 if value.type == I32 else 1, 0, place)
            self.code.imm32(value.value)
            return True
        return False

    def is_dead(self, op: Op) -> bool:
        """Whether nobody uses the value."""
        return self.place[op.id] == NO_PLACE and self.lowering.kind[op.id] != KIND_FREE

    # --- calls and traps ---------------------------------------------------------------------------------------

    def helper_call(self, cell: Cell) -> None:
        """call [cell]"""
        code = self.code
        code.byte(0xFF)
        code.byte(0x15)
        code.reloc_marks.append(code.mark())
        code.reloc_targets.append(cell)
        code.reloc_addends.append(0)
        code.imm32(0)

    def direct_call(self, symbol: str) -> None:
        """call rel32 of other code in the image"""
        code = self.code
        code.byte(0xE8)
        code.reloc_marks.append(code.mark())
        code.reloc_targets.append(CodeLabel(symbol))
        code.reloc_addends.append(0)
        code.imm32(0)

    def trap_label(self, trap: int) -> int:
        """Label of the cold call that throws, in the current region."""
        for index in range(len(self.stub_keys)):
            if self.stub_keys[index] == trap and self.stub_regions[index] == self.region:
                return self.stub_labels[index]
        label = self.code.new_label()
        self.stub_keys.append(trap)
        self.stub_regions.append(self.region)
        self.stub_labels.append(label)
        return label
