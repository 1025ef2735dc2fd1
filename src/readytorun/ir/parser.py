"""Parses the text form that `ir.text` prints: for filetests, and for people who edit what `--stop-after` printed.

The text is read line by line: the head of the function, then blocks with one operation a line. `;` begins a comment.
"""

from __future__ import annotations

import json
import re
from typing import Final

from readytorun.errors import ReadyToRunError
from readytorun.ir import names, ops
from readytorun.ir.function import Block, EHRegion, Funclet, Function, Slot
from readytorun.ir.ops import (
    Await,
    BlockOp,
    BranchOp,
    CallOp,
    CellOp,
    CompareOp,
    ConstOp,
    DataOp,
    FloatConstOp,
    ImmOp,
    MemoryOp,
    Op,
    ParamOp,
    SlotOp,
    TerminatorOp,
    TrapOp,
)
from readytorun.ir.runtime_async import AsyncCall, RuntimeAsync, dialect_named
from readytorun.ir.text import implied_type
from readytorun.ir.types import (
    MEMORY_NAMES,
    MEMORY_VALUE_TYPES,
    ROLE_CONTINUATION,
    ROLE_NAMES,
    ROLE_NORMAL,
    STRUCT,
    TYPE_NAMES,
    VOID,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind

_TOKEN: Final = re.compile(r'\s*(?:;.*|("(?:[^"\\]|\\.)*"|->|[A-Za-z0-9_.]+|[-+*()\[\],:=@?]))')

_SECTION_NAMES: Final = tuple([section.name for section in ImportSectionKind])
_THUNK_NAMES: Final = tuple([thunk.name for thunk in ThunkKind])
_ASYNC_SLOTS: Final = (
    *("context_slot", "buffer_slot", "thread", "execution_context", "synchronization_context", "resumed"),
)


class IRSyntaxError(ReadyToRunError):
    """The text is not a function.

    Attributes:
        line: line number, from 1.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


def parse_function(text: str) -> Function:
    """Parse one function.

    Raises:
        IRSyntaxError: the text does not follow the grammar, or names something that is not defined.
    """
    return _Parser(text).parse()


class _Line:
    """The tokens of one line and how far they are read."""

    __slots__ = ("number", "position", "tokens")

    def __init__(self, number: int, tokens: list[str]) -> None:
        self.number = number
        self.tokens = tokens
        self.position = 0

    def error(self, message: str) -> IRSyntaxError:
        return IRSyntaxError(self.number, message)

    def peek(self) -> str:
        """The next token, "" at the end."""
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def next(self) -> str:
        if self.position >= len(self.tokens):
            raise self.error("unexpected end of line")
        self.position += 1
        return self.tokens[self.position - 1]

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self.position += 1
            return True
        return False

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            raise self.error(f"{token!r} expected, found {found!r}")

    def integer(self) -> int:
        negative = self.accept("-")
        token = self.next()
        try:
            value = int(token, 0)
        except ValueError:
            raise self.error(f"number expected, found {token!r}") from None
        return -value if negative else value

    def numbered(self, prefix: str) -> int:
        """The number in a token such as v12."""
        token = self.next()
        if not token.startswith(prefix) or not token[1:].isdecimal():
            raise self.error(f"{prefix}<number> expected, found {token!r}")
        return int(token[1:])

    def choice(self, table: tuple[str, ...]) -> int:
        token = self.next()
        if token not in table:
            raise self.error(f"one of {', '.join(table)} expected, found {token!r}")
        return table.index(token)

    def end(self) -> None:
        if self.position < len(self.tokens):
            raise self.error(f"unexpected {self.peek()!r}")


def _tokenize(text: str) -> list[_Line]:
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        tokens = []
        position = 0
        line = line.rstrip()
        while position < len(line):
            match = _TOKEN.match(line, position)
            if match is None:
                raise IRSyntaxError(number, f"unexpected character in {line[position:]!r}")
            if match.group(1) is not None:
                tokens.append(match.group(1))
            position = match.end()
        if tokens:
            lines.append(_Line(number, tokens))
    return lines


class _Parser:
    def __init__(self, text: str) -> None:
        self.lines = _tokenize(text)
        if not self.lines:
            raise IRSyntaxError(1, "no function")
        self.function = self._function_line(self.lines[0])
        self.blocks: dict[int, Block] = {}
        self.values: dict[int, Op] = {}
        # Slots of the line runtime_async, which stands in front of their own lines.
        self.async_slots: list[tuple[str, int, _Line]] = []
        # Operations whose operands are filled in at the end, since they may be defined further down.
        self.pending: list[tuple[Op, list[int], int]] = []

    def parse(self) -> Function:
        function = self.function
        first_block = len(self.lines)
        for index in range(1, len(self.lines)):
            line = self.lines[index]
            if _is_label(line):
                first_block = min(first_block, index)
                block_id = line.numbered("b")
                if block_id in self.blocks:
                    raise line.error(f"b{block_id} is defined twice")
                block = Block(block_id)
                self.blocks[block_id] = block
                function.blocks.append(block)
                function.next_block_id = max(function.next_block_id, block_id + 1)
        for line in self.lines[1:first_block]:
            self._header_line(line)
        self._bind_async_slots()
        # Numbers for operations without value come behind those of the values.
        for line in self.lines[first_block:]:
            if len(line.tokens) > 1 and line.tokens[0][:1] == "v" and line.tokens[0][1:].isdecimal():
                function.next_id = max(function.next_id, int(line.tokens[0][1:]) + 1)
        current: Block | None = None
        for line in self.lines[first_block:]:
            if _is_label(line):
                line.position = 0
                current = self._block_line(line)
            elif current is not None:
                current.ops.append(self._op(line))
            line.end()
        for op, args, number in self.pending:
            for value in args:
                found = self.values.get(value)
                if found is None:
                    raise IRSyntaxError(number, f"v{value} is not defined")
                op.args.append(found)
        return function

    # --- head --------------------------------------------------------------------------------------------------

    def _function_line(self, line: _Line) -> Function:
        line.expect("function")
        token = line.next()
        if token[:1] != '"':
            raise line.error('function "name" expected')
        name = json.loads(token)
        signature = self._parameters_and_result(line)
        line.end()
        return Function(str(name), signature)

    def _parameters_and_result(self, line: _Line) -> CallSignature:
        params: list[AbiType] = []
        line.expect("(")
        while not line.accept(")"):
            if params:
                line.expect(",")
            params.append(self._abi_type(line))
        line.expect("->")
        return self._signature(line, params)

    def _signature(self, line: _Line, params: list[AbiType]) -> CallSignature:
        """The signature whose result comes next."""
        result = self._abi_type(line)
        # What an async method returns besides reads like a role.
        is_async = result.role == ROLE_CONTINUATION
        return CallSignature(params, AbiType(result.type, result.layout), is_async)

    def _header_line(self, line: _Line) -> None:
        function = self.function
        word = line.next()
        if word == "context":
            function.context_kind = line.choice(names.CONTEXT_NAMES)
            if line.accept("param"):
                function.context_param = line.integer()
        elif word == "slot":
            self._slot_line(line)
        elif word == "region":
            self._region_line(line)
        elif word == "funclet":
            if line.integer() != len(function.funclets) + 1:
                raise line.error("funclets must be numbered from 1")
            line.expect(":")
            entry = self._block(line)
            is_filter = line.choice(("handler", "filter")) == 1
            line.expect("of")
            line.expect("region")
            function.funclets.append(Funclet(entry, is_filter, line.integer()))
        elif word == "fixup":
            function.fixups.append(self._cell(line))
        elif word == "runtime_async":
            self._runtime_async_line(line)
        elif word == "async_call":
            facts = function.runtime_async
            if facts is None:
                raise line.error("async_call without runtime_async")
            name = line.next()
            cell = self._cell(line)
            facts.calls[name] = AsyncCall(cell, self._parameters_and_result(line))
        else:
            raise line.error(f"unexpected {word!r}")
        line.end()

    def _runtime_async_line(self, line: _Line) -> None:
        dialect = dialect_named(line.next())
        if dialect is None:
            raise line.error("unknown dialect")
        facts = RuntimeAsync(dialect, False)
        line.expect("type")
        facts.continuation_type = self._blob(line)
        line.expect("symbol")
        facts.symbol = _string(line)
        line.expect("stub")
        facts.stub_symbol = _string(line)
        facts.saves_contexts = line.accept("saves_contexts")
        while line.peek() in _ASYNC_SLOTS:
            word = line.next()
            self.async_slots.append((word, line.numbered("s"), line))
        if line.accept("region"):
            facts.synthetic_region = line.integer()
        if line.accept("states"):
            facts.state_count = line.integer()
        self.function.runtime_async = facts

    def _bind_async_slots(self) -> None:
        facts = self.function.runtime_async
        if facts is None:
            return
        for word, number, line in self.async_slots:
            if number >= len(self.function.slots):
                raise line.error(f"s{number} is not defined")
            slot = self.function.slots[number]
            if word == "context_slot":
                facts.context_slot = slot
            elif word == "buffer_slot":
                facts.buffer_slot = slot
            elif word == "thread":
                facts.thread_slot = slot
            elif word == "execution_context":
                facts.execution_context_slot = slot
            elif word == "synchronization_context":
                facts.synchronization_context_slot = slot
            else:
                facts.resumed_slot = slot

    def _slot_line(self, line: _Line) -> None:
        if line.numbered("s") != len(self.function.slots):
            raise line.error("slots must be numbered from 0")
        line.expect(":")
        line.expect("size")
        size = line.integer()
        line.expect("align")
        slot = self.function.new_slot(size, line.integer())
        slot.gc_refs = self._references(line)
        slot.zero_init = line.accept("zero_init")
        slot.is_pinned = line.accept("pinned")
        if line.accept("param"):
            slot.param_index = line.integer()
        slot.is_reverse_pinvoke = line.accept("reverse_pinvoke")

    def _region_line(self, line: _Line) -> None:
        if line.integer() != len(self.function.eh_regions):
            raise line.error("regions must be numbered from 0")
        line.expect(":")
        word = line.next()
        kinds = [kind for kind, name in names.REGION_NAMES.items() if name == word]
        if not kinds:
            raise line.error(f"unknown kind of region {word!r}")
        region = EHRegion(kinds[0])
        if line.peek() != "handler":
            region.class_token = line.integer()
        line.expect("handler")
        region.handler_funclet = line.integer()
        if line.accept("filter"):
            region.filter_funclet = line.integer()
        if line.accept("enclosing"):
            region.enclosing = line.integer()
        region.same_try_as_previous = line.accept("same_try")
        region.catches_exception = line.accept("catches_exception")
        self.function.eh_regions.append(region)

    def _block_line(self, line: _Line) -> Block:
        block = self._block(line)
        line.expect(":")
        if line.accept("preds"):
            block.preds.append(self._block(line))
            while line.accept(","):
                block.preds.append(self._block(line))
        if line.accept("funclet"):
            block.funclet = line.integer()
        if line.accept("try"):
            block.try_index = line.integer()
        block.is_cold = line.accept("cold")
        if line.accept("depth"):
            block.loop_depth = line.integer()
        return block

    # --- parts -------------------------------------------------------------------------------------------------

    def _references(self, line: _Line) -> tuple[tuple[int, bool], ...]:
        found = []
        if line.accept("refs"):
            while line.peek().isdecimal():
                offset = line.integer()
                found.append((offset, line.accept("*")))
        return tuple(found)

    def _abi_type(self, line: _Line) -> AbiType:
        type = line.choice(TYPE_NAMES)
        layout = self._layout_body(line) if type == STRUCT else None
        role = ROLE_NORMAL
        if line.peek() in ROLE_NAMES[1:]:
            role = ROLE_NAMES.index(line.next())
        return AbiType(type, layout, role)

    def _layout(self, line: _Line) -> StructLayout:
        line.expect("struct")
        return self._layout_body(line)

    def _layout_body(self, line: _Line) -> StructLayout:
        line.expect("(")
        size = line.integer()
        line.expect("align")
        alignment = line.integer()
        refs = self._references(line)
        classes: list[int] = []
        if line.accept("classes"):
            while line.peek() in names.CLASS_NAMES:
                classes.append(line.choice(names.CLASS_NAMES))
        hfa = None
        if line.accept("hfa"):
            element = line.choice(TYPE_NAMES)
            hfa = (element, line.integer())
        line.expect(")")
        return StructLayout(size, alignment, refs, tuple(classes), hfa)

    def _cell(self, line: _Line) -> Cell:
        line.expect("cell")
        line.expect("(")
        section = ImportSectionKind(line.choice(_SECTION_NAMES))
        line.expect(",")
        signature = self._blob(line)
        thunk = ThunkKind.NONE
        gc_ref_map = b""
        context = b""
        rva_of = ""
        if line.accept(","):
            thunk = ThunkKind(line.choice(_THUNK_NAMES))
            if line.accept(","):
                gc_ref_map = self._blob(line)
                if line.accept(","):
                    context = self._blob(line)
                    if line.accept(","):
                        rva_of = _string(line)
        line.expect(")")
        return Cell(section, signature, thunk, gc_ref_map, rva_of, context)

    def _blob(self, line: _Line) -> bytes:
        if line.peek() in (",", ")"):
            return b""
        token = line.next()
        try:
            return bytes.fromhex(token)
        except ValueError:
            raise line.error(f"hexadecimal bytes expected, found {token!r}") from None

    def _block(self, line: _Line) -> Block:
        number = line.numbered("b")
        block = self.blocks.get(number)
        if block is None:
            raise line.error(f"b{number} is not defined")
        return block

    def _block_list(self, line: _Line) -> list[Block]:
        blocks = [self._block(line)]
        while line.accept(","):
            blocks.append(self._block(line))
        return blocks

    def _slot_reference(self, line: _Line) -> Slot:
        number = line.numbered("s")
        if number >= len(self.function.slots):
            raise line.error(f"s{number} is not defined")
        return self.function.slots[number]

    def _values(self, line: _Line) -> list[int]:
        """Values separated by commas; stops in front of anything else, a comma before a block included."""
        found: list[int] = []
        while line.peek()[:1] == "v" and line.peek()[1:].isdecimal():
            found.append(line.numbered("v"))
            if not line.accept(","):
                break
        return found

    # --- operations --------------------------------------------------------------------------------------------

    def _op(self, line: _Line) -> Op:
        id = -1
        annotation = -1
        if len(line.tokens) > 1 and line.tokens[1] in ("=", ":"):
            id = line.numbered("v")
            if id in self.values:
                raise line.error(f"v{id} is defined twice")
            if line.accept(":"):
                annotation = line.choice(TYPE_NAMES)
            line.expect("=")
        parts = line.next().split(".")
        opcode = names.OPCODES.get(parts[0], -1)
        if opcode < 0:
            raise line.error(f"unknown operation {parts[0]!r}")
        args: list[int] = []
        op = self._build(line, opcode, parts[1:], self.function.new_id() if id < 0 else id, args)
        if annotation >= 0:
            op.type = annotation
        if (op.type != VOID) != (id >= 0):
            raise line.error("an operation has a number exactly if it has a value")
        if id >= 0:
            self.values[id] = op
        if line.accept("@"):
            op.il_offset = line.integer()
        self.pending.append((op, args, line.number))
        return op

    def _suffix(self, line: _Line, suffixes: list[str], table: tuple[str, ...]) -> int:
        name = ".".join(suffixes)
        if name not in table:
            raise line.error(f"unknown suffix {name!r}")
        return table.index(name)

    def _build(self, line: _Line, opcode: int, suffixes: list[str], id: int, args: list[int]) -> Op:
        shape = names.OPCODE_SHAPES[opcode]
        if shape == names.SHAPE_TYPED:
            type = self._suffix(line, suffixes, TYPE_NAMES)
            args.extend(self._values(line))
            return Op(id, opcode, type, [])
        if shape == names.SHAPE_CONST:
            return ConstOp(id, self._suffix(line, suffixes, TYPE_NAMES), line.integer())
        if shape == names.SHAPE_FCONST:
            return FloatConstOp(id, self._suffix(line, suffixes, TYPE_NAMES), line.integer())
        if shape == names.SHAPE_PARAM:
            return ParamOp(id, self._suffix(line, suffixes, TYPE_NAMES), line.integer())
        if shape == names.SHAPE_IMM:
            type = self._suffix(line, suffixes, TYPE_NAMES)
            args.extend(self._values(line))
            return ImmOp(id, opcode, type, [], line.integer())
        if shape == names.SHAPE_COMPARE:
            cond = self._suffix(line, suffixes, ops.CONDITION_NAMES)
            args.extend(self._values(line))
            return CompareOp(id, opcode, implied_type(opcode), cond, [])
        if shape == names.SHAPE_SELECT:
            type = self._suffix(line, suffixes[:1], TYPE_NAMES)
            cond = self._suffix(line, suffixes[1:], ops.CONDITION_NAMES)
            args.extend(self._values(line))
            return CompareOp(id, opcode, type, cond, [])
        if shape == names.SHAPE_TRAP:
            cond = self._suffix(line, suffixes, ops.CONDITION_NAMES)
            trap = line.choice(names.TRAP_NAMES)
            args.extend(self._values(line))
            return TrapOp(id, cond, trap, [])
        if shape == names.SHAPE_ADDR:
            type = self._suffix(line, suffixes, TYPE_NAMES)
            return self._memory(line, opcode, type, 0, id, args)
        if shape == names.SHAPE_LOAD or shape == names.SHAPE_STORE:
            memory = self._suffix(line, suffixes, MEMORY_NAMES)
            type = MEMORY_VALUE_TYPES[memory] if shape == names.SHAPE_LOAD else VOID
            return self._memory(line, opcode, type, memory, id, args)
        if shape == names.SHAPE_BRANCH:
            cond = self._suffix(line, suffixes, ops.CONDITION_NAMES)
            args.extend(self._values(line))
            return BranchOp(id, opcode, cond, [], self._block_list(line))
        if suffixes:
            raise line.error(f"unknown suffix {'.'.join(suffixes)!r}")
        if shape == names.SHAPE_SLOT:
            return SlotOp(id, self._slot_reference(line))
        if shape == names.SHAPE_CELL:
            return CellOp(id, opcode, self._cell(line))
        if shape == names.SHAPE_DATA:
            return DataOp(id, line.integer())
        if shape == names.SHAPE_BLOCK:
            barrier = line.accept("barrier")
            layout = self._layout(line)
            args.extend(self._values(line))
            return BlockOp(id, opcode, [], layout, barrier)
        if shape == names.SHAPE_CALL:
            return self._call(line, opcode, id, args)
        args.extend(self._values(line))
        if shape == names.SHAPE_TARGETS:
            return TerminatorOp(id, opcode, [], self._block_list(line))
        if shape == names.SHAPE_SWITCH:
            line.expect("[")
            targets = self._block_list(line)
            line.expect("]")
            return TerminatorOp(id, opcode, [], targets)
        return Op(id, opcode, implied_type(opcode), [])

    def _memory(self, line: _Line, opcode: int, type: int, memory: int, id: int, args: list[int]) -> Op:
        line.expect("[")
        args.append(line.numbered("v"))
        has_index = False
        scale = 1
        offset = 0
        while not line.accept("]"):
            sign = line.next()
            if sign not in ("+", "-"):
                raise line.error(f"'+', '-' or ']' expected, found {sign!r}")
            if line.peek()[:1] == "v" and sign == "+" and not has_index:
                has_index = True
                args.append(line.numbered("v"))
                line.expect("*")
                scale = line.integer()
            else:
                offset = -line.integer() if sign == "-" else line.integer()
        if line.accept(","):
            args.extend(self._values(line))
        is_volatile = line.accept("volatile")
        is_invariant = line.accept("invariant")
        return MemoryOp(id, opcode, type, memory, [], has_index, scale, offset, is_volatile, -1, is_invariant)

    def _call(self, line: _Line, opcode: int, id: int, args: list[int]) -> Op:
        target = ops.TARGET_CELL
        if line.peek() in names.TARGET_NAMES and line.peek() != "cell":
            target = line.choice(names.TARGET_NAMES)
        cell = None
        symbol = ""
        if target >= ops.TARGET_INDIRECT:
            args.append(line.numbered("v"))
        elif target == ops.TARGET_DIRECT:
            symbol = _string(line)
        if line.peek() == "cell":
            cell = self._cell(line)
        params: list[AbiType] = []
        line.expect("(")
        while not line.accept(")"):
            if params:
                line.expect(",")
            params.append(self._abi_type(line))
            line.expect(":")
            args.append(line.numbered("v"))
        line.expect("->")
        signature = self._signature(line, params)
        result = signature.result
        type = VOID if result.type == STRUCT or opcode == ops.TAIL_CALL else result.type
        op = CallOp(id, opcode, type, target, cell, signature, [])
        op.symbol = symbol
        if line.accept("result"):
            op.result_slot = self._slot_reference(line)
        op.no_return = line.accept("no_return")
        op.is_safe_point = not line.accept("no_safe_point")
        op.is_user_call = line.accept("user")
        op.is_preemptive = line.accept("preemptive")
        op.may_run_early = line.accept("may_run_early")
        if line.accept("may_leave"):
            op.may_leave = True
            if line.peek() == "cell":
                op.tail_cell = self._cell(line)
        if line.accept("await"):
            op.awaits = self._await(line)
        return op

    def _await(self, line: _Line) -> Await:
        awaits = Await(line.choice(names.AWAIT_NAMES))
        if line.peek() == "struct":
            awaits.layout = self._layout(line)
        elif not line.accept("void"):
            awaits.memory = line.choice(MEMORY_NAMES)
        awaits.adapts_value_task = line.accept("adapts_value_task")
        return awaits


def _string(line: _Line) -> str:
    token = line.next()
    if token[:1] != '"':
        raise line.error(f"a string in quotes expected, found {token!r}")
    return str(json.loads(token))


def _is_label(line: _Line) -> bool:
    tokens = line.tokens
    return len(tokens) > 1 and tokens[1] == ":" and tokens[0][:1] == "b" and tokens[0][1:].isdecimal()
