"""Dispatches one IL instruction to the family that imports it."""

from __future__ import annotations

from readytorun.il import opcodes as il
from readytorun.importer import (
    arithmetic,
    arrays,
    calls,
    fields,
    function_pointers,
    memory,
    objects,
    returns,
    statics,
    tokens,
)
from readytorun.importer.abi import ir_type_of
from readytorun.importer.frame import HELPER_RETHROW, HELPER_THROW, Frame, end_in_throw, normalize_small
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.function import Slot
from readytorun.ir.types import F32, F64, I32, I64, REF, STRUCT, VOID
from readytorun.typesystem.type_desc import TypeDesc


def import_instruction(frame: Frame, opcode: int, position: int) -> int:
    """Import the instruction at index `position`; gives the index of the next one (patterns may take several).

    Raises:
        Refusal: the method is left to the JIT.
    """
    operand = frame.code.operands[position]
    if opcode == il.LDARG:
        load_argument(frame, operand)
    elif opcode == il.LDLOC:
        _load_local(frame, operand)
    elif opcode == il.STLOC:
        _store_local(frame, operand)
    elif opcode == il.CALL or opcode == il.CALLVIRT:
        following = calls.import_call(frame, operand, opcode == il.CALLVIRT, position)
        frame.is_readonly = False
        return following
    elif opcode == il.LDFLD:
        fields.import_ldfld(frame, operand)
    elif opcode == il.STFLD:
        fields.import_stfld(frame, operand)
    elif opcode == il.LDFLDA:
        fields.import_ldflda(frame, operand)
    elif opcode == il.LDC_I4:
        frame.push(frame.state.builder.const(I32, operand), I32)
    elif opcode == il.RET:
        returns.import_return(frame)
    elif opcode == il.LDSTR:
        state = frame.state
        cell = tokens.string_cell(frame, operand)
        state.require_fixup(cell)
        entry = frame.push(state.builder.load_string(cell), REF, state.context.well_known("System.String"))
        entry.is_exact = True
        entry.is_non_null = True
    elif opcode == il.DUP:
        _import_dup(frame)
    elif opcode == il.POP:
        frame.pop()
    elif opcode == il.LDNULL:
        frame.push(frame.state.builder.null(), REF)
    elif opcode == il.LDLOCA:
        _load_local_address(frame, operand)
    elif opcode == il.LDARGA:
        _load_argument_address(frame, operand)
    elif opcode == il.STARG:
        _store_argument(frame, operand)
    elif opcode == il.NEWOBJ:
        return objects.import_newobj(frame, operand, position)
    elif opcode == il.LDSFLD:
        statics.import_ldsfld(frame, operand)
    elif opcode == il.STSFLD:
        statics.import_stsfld(frame, operand)
    elif opcode == il.LDSFLDA:
        statics.import_ldsflda(frame, operand)
    elif il.LDIND_I1 <= opcode <= il.LDIND_REF:
        memory.import_ldind(frame, opcode)
    elif il.STIND_REF <= opcode <= il.STIND_R8 or opcode == il.STIND_I:
        memory.import_stind(frame, opcode)
    elif arithmetic.is_arithmetic(opcode):
        arithmetic.import_arithmetic(frame, opcode)
    elif opcode == il.LDLEN or il.LDELEMA <= opcode <= il.STELEM or opcode == il.NEWARR:
        arrays.import_array(frame, opcode, operand)
    elif opcode == il.NOP or opcode == il.BREAK:
        pass
    elif opcode == il.ISINST:
        return objects.import_isinst(frame, operand, position)
    elif opcode == il.CASTCLASS:
        objects.import_castclass(frame, operand)
    elif opcode == il.BOX:
        return objects.import_box(frame, operand, position)
    elif opcode == il.UNBOX_ANY:
        objects.import_unbox_any(frame, operand)
    elif opcode == il.UNBOX:
        objects.import_unbox(frame, operand)
    elif opcode == il.INITOBJ:
        memory.import_initobj(frame, operand)
    elif opcode == il.LDTOKEN:
        return tokens.import_ldtoken(frame, operand, position)
    elif opcode == il.THROW:
        _import_throw(frame)
    elif opcode == il.LDFTN:
        function_pointers.import_ldftn(frame, operand)
    elif opcode == il.LDVIRTFTN:
        function_pointers.import_ldvirtftn(frame, operand)
    elif opcode == il.LDC_I8:
        frame.push(frame.state.builder.const(I64, operand), I64)
    elif opcode == il.LDC_R8:
        frame.push(frame.state.builder.float_const(F64, operand), F64)
    elif opcode == il.LDC_R4:
        frame.push(frame.state.builder.float_const(F32, operand), F32)
    elif opcode == il.LDOBJ:
        memory.import_ldobj(frame, operand)
    elif opcode == il.STOBJ:
        memory.import_stobj(frame, operand)
    elif opcode == il.CPOBJ:
        memory.import_cpobj(frame, operand)
    elif opcode == il.CONSTRAINED:
        frame.constrained_token = operand
        return position + 1
    elif opcode == il.VOLATILE:
        frame.is_volatile = True
        return position + 1
    elif opcode == il.UNALIGNED or opcode == il.NO:
        return position + 1
    elif opcode == il.READONLY:
        frame.is_readonly = True
        return position + 1
    elif opcode == il.TAIL:
        frame.is_tail = True
        return position + 1
    elif opcode == il.SIZEOF:
        memory.import_sizeof(frame, operand)
    elif opcode == il.ENDFINALLY:
        frame.stack = []
        if frame.clone_continuation is not None:
            frame.state.builder.jump(frame.clone_continuation)
        else:
            frame.state.builder.terminate(ops.END_FINALLY, [], [], [])
    elif opcode == il.ENDFILTER:
        value = frame.to_i32(frame.pop())
        frame.state.builder.terminate(ops.END_FILTER, [value], [], [])
    elif opcode == il.RETHROW:
        call = frame.state.call_helper(HELPER_RETHROW, VOID, [])
        end_in_throw(frame, call)
    elif opcode == il.CPBLK:
        memory.import_cpblk(frame)
    elif opcode == il.INITBLK:
        memory.import_initblk(frame)
    elif opcode == il.LOCALLOC:
        memory.import_localloc(frame)
    elif opcode == il.CALLI:
        function_pointers.import_calli(frame, operand)
    elif opcode == il.JMP:
        from readytorun.importer.jmp import import_jmp

        import_jmp(frame, operand)
    elif opcode == il.ARGLIST:
        raise Refusal(Reason.VARARGS)
    elif opcode == il.MKREFANY or opcode == il.REFANYVAL or opcode == il.REFANYTYPE:
        raise Refusal(Reason.TYPED_REFERENCE)
    else:
        raise frame.invalid(f"no instruction {il.NAMES[opcode]}")
    frame.constrained_token = 0
    frame.is_volatile = False
    frame.is_readonly = False
    frame.is_tail = False
    return position + 1


def _import_throw(frame: Frame) -> None:
    exception = frame.pop()
    if exception.kind != REF:
        raise frame.invalid("throw of a value that is no object")
    call = frame.state.call_helper(HELPER_THROW, VOID, [exception.op])
    end_in_throw(frame, call)


def _import_dup(frame: Frame) -> None:
    entry = frame.pop()
    frame.stack.append(entry)
    frame.stack.append(entry.copy())


def load_argument(frame: Frame, index: int) -> None:
    """ldarg."""
    if index >= len(frame.arg_types):
        raise frame.invalid("no such argument")
    value = frame.arg_values[index]
    if value is not None:
        frame.stack.append(value.copy())
        return
    _load_variable(frame, frame.arg_types[index], frame.arg_variables[index], frame.arg_slots[index])


def _load_local(frame: Frame, index: int) -> None:
    if index >= len(frame.local_types):
        raise frame.invalid("no such local")
    _load_variable(frame, frame.local_types[index], frame.local_variables[index], frame.local_slots[index])


def _load_variable(frame: Frame, type: TypeDesc, variable: int, slot: Slot | None) -> None:
    state = frame.state
    builder = state.builder
    if slot is None:
        block = builder.block
        if block is None:
            raise frame.invalid("unreachable")
        kind = state.ssa.types[variable]
        frame.push(state.ssa.read(variable, block), kind, type)
        return
    address = builder.slot_addr(slot)
    if ir_type_of(type) == STRUCT:
        frame.push(address, STRUCT, type).alias = slot
    else:
        frame.load_value(type, address)


def _store_local(frame: Frame, index: int) -> None:
    if index >= len(frame.local_types):
        raise frame.invalid("no such local")
    _store_variable(frame, frame.local_types[index], frame.local_variables[index], frame.local_slots[index])


def _store_argument(frame: Frame, index: int) -> None:
    if index >= len(frame.arg_types):
        raise frame.invalid("no such argument")
    _store_variable(frame, frame.arg_types[index], frame.arg_variables[index], frame.arg_slots[index])


def _store_variable(frame: Frame, type: TypeDesc, variable: int, slot: Slot | None) -> None:
    state = frame.state
    builder = state.builder
    entry = frame.pop()
    if slot is None:
        kind = state.ssa.types[variable]
        value = frame.coerce(entry, kind)
        value = normalize_small(state, type, value)
        block = builder.block
        if block is not None:
            state.ssa.write(variable, block, value)
        return
    frame.materialize_aliases()
    if entry.alias is slot:
        return
    frame.store_value(type, builder.slot_addr(slot), 0, entry, 0)


def _load_local_address(frame: Frame, index: int) -> None:
    if index >= len(frame.local_types):
        raise frame.invalid("no such local")
    slot = frame.local_slots[index]
    if slot is None:
        raise frame.invalid("local without address")
    frame.push(frame.state.builder.slot_addr(slot), I64, frame.local_types[index])


def _load_argument_address(frame: Frame, index: int) -> None:
    if index >= len(frame.arg_types):
        raise frame.invalid("no such argument")
    slot = frame.arg_slots[index]
    if slot is None:
        raise frame.invalid("argument without address")
    frame.push(frame.state.builder.slot_addr(slot), I64, frame.arg_types[index])
