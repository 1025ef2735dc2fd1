"""Removes phis that only ever have one value: those that SSA construction leaves behind.

A phi is redundant if all its operands are the phi itself or one other value; a set of phis is, if all operands that
are not in the set are one value (Braun et al., CC 2013, section 3.2). Both are found together: every phi is first
assumed to be no value of its own; where two different values meet, it becomes one, until nothing changes.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Function
from readytorun.ir.ops import Op
from readytorun.passes.edit import Replacements


def run(function: Function) -> bool:
    """Remove redundant phis."""
    changed = False
    while _has_phis(function) and _round(function):
        changed = True
    return changed


def _has_phis(function: Function) -> bool:
    return any(block.ops[0].opcode == ops.PHI for block in function.blocks)


def _round(function: Function) -> bool:
    phis: list[Op] = []
    for block in function.blocks:
        for op in block.ops:
            if op.opcode != ops.PHI:
                break
            phis.append(op)
    # By operation id: the value that a phi has, the phi itself once it is a value of its own, None while unknown.
    known: list[Op | None] = [None] * function.next_id
    changed = True
    while changed:
        changed = False
        for phi in phis:
            current = known[phi.id]
            if current is phi:
                continue
            found: Op | None = None
            for arg in phi.args:
                value = known[arg.id] if arg.opcode == ops.PHI else arg
                if value is None or value is found:
                    continue
                if found is not None:
                    found = phi
                    break
                found = value
            if found is not current:
                known[phi.id] = found
                changed = True
    replacements = Replacements(function)
    for phi in phis:
        value = known[phi.id]
        if value is not None and value is not phi:
            replacements.set(phi, value)
    if not replacements.any:
        return False
    for block in function.blocks:
        if block.ops[0].opcode == ops.PHI:
            block.ops = [op for op in block.ops if op.opcode != ops.PHI or replacements.table[op.id] is None]
    replacements.apply(function)
    return True
