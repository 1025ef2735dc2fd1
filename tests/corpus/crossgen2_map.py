"""What crossgen2 says about an image that it made: the file of option `--mapcsv`, every node with its RVA and size.

A row is `Rva,Length,Relocs,Section,Symbol,Node Type`, nothing quoted, though symbols may contain commas. Import cells
are rows without length, whose text is `IMPORTS->SignaturePointer_SIGNATURE`, SIGNATURE being the symbol of another row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_POINTER = "SignaturePointer_"
_ARROW = "->"


class MapNode(NamedTuple):
    """One row: what lies at an RVA; size in bytes."""

    rva: int
    size: int
    section: str
    symbol: str
    node_type: str


@dataclass
class CompilerMap:
    """The whole map.

    Attributes:
        nodes: in the order of the file.
        cells: name of the signature of each import cell, by RVA.
        labels: other names at RVAs, such as where an import section begins.
    """

    nodes: list[MapNode] = field(default_factory=list)
    cells: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)

    def of_type(self, *node_types: str) -> list[MapNode]:
        """The nodes of some types."""
        return [node for node in self.nodes if node.node_type in node_types]

    def signatures(self) -> dict[str, MapNode]:
        """The fixup blobs by their symbol."""
        return {node.symbol: node for node in self.nodes if node.node_type.endswith("Signature")}

    def methods(self) -> dict[int, MapNode]:
        """The compiled methods by RVA; their symbols are mangled names."""
        return {node.rva: node for node in self.of_type("MethodWithGCInfo")}


def read_map(path: Path) -> CompilerMap:
    """Read a `.map.csv` file."""
    result = CompilerMap()
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        address, size, _, section, rest = line.split(",", 4)
        rva = int(address, 16)
        if size:
            symbol, node_type = rest.rsplit(",", 1)
            result.nodes.append(MapNode(rva, int(size), section, symbol.strip(), node_type))
        elif _POINTER in rest:
            result.cells[rva] = rest.split(_ARROW, 1)[1].strip().removeprefix(_POINTER)
        else:
            result.labels[rva] = rest.strip(",")
    return result
