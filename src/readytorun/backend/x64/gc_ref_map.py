"""GCRefMap of a call: which argument positions hold references while the callee's cell is being resolved.

Positions on System V x64 (gcrefmap.h, transition block): 0 to 5 the integer argument registers, 6 to 11 callee-saved
registers, 12 the return address, from 13 the stack arguments.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.x64.abi import NOWHERE, ArgumentPlaces
from readytorun.backend.x64.registers import ARGUMENT_REGISTERS
from readytorun.ir.types import BYREF, REF, ROLE_GENERIC_CONTEXT, ROLE_METHOD_CONTEXT, STRUCT, CallSignature
from readytorun.r2r.gc_ref_map import GCRefMapToken, encode_gc_ref_map

_FIRST_STACK_POSITION: Final = 13


def gc_ref_map(signature: CallSignature) -> bytes:
    """Encode the map of a signature's arguments."""
    tokens: dict[int, int] = {}
    places = ArgumentPlaces(signature)
    for index, param in enumerate(signature.params):
        if param.type == STRUCT:
            if param.layout is None:
                continue
            for offset, is_byref in param.layout.gc_refs:
                token = GCRefMapToken.INTERIOR if is_byref else GCRefMapToken.REF
                if places.stack[index] != NOWHERE:
                    tokens[_FIRST_STACK_POSITION + (places.stack[index] + offset) // 8] = token
                else:
                    register = places.second[index] if offset >= 8 else places.first[index]
                    tokens[ARGUMENT_REGISTERS.index(register)] = token
            continue
        if param.role == ROLE_GENERIC_CONTEXT:
            token = GCRefMapToken.TYPE_PARAM
        elif param.role == ROLE_METHOD_CONTEXT:
            token = GCRefMapToken.METHOD_PARAM
        elif param.type == REF:
            token = GCRefMapToken.REF
        elif param.type == BYREF:
            token = GCRefMapToken.INTERIOR
        else:
            continue
        if places.stack[index] != NOWHERE:
            tokens[_FIRST_STACK_POSITION + places.stack[index] // 8] = token
        else:
            tokens[ARGUMENT_REGISTERS.index(places.first[index])] = token
    return encode_gc_ref_map(tokens)
