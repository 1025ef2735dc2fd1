"""Finding methods and types by the names that people write.

`str(type)` and `str(method)` give the full names: "Newtonsoft.Json.Linq.JObject.Parse(string)",
"System.Collections.Generic.List`1<int>.Add(int)". Nested types are joined with "+". A person may leave away the
parameter list, the arguments of generics, and the namespace.
"""

from __future__ import annotations

from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc


def method_matches(method: MethodDesc, name: str) -> bool:
    """Whether a person who writes `name` may mean the method.

    "Parse", "JObject.Parse", "Newtonsoft.Json.Linq.JObject.Parse" and "JObject.Parse(string)" all mean
    Newtonsoft.Json.Linq.JObject.Parse(string). Names are compared whole, between dots and plus signs.
    """
    full = str(method)
    if "(" not in name:
        full = full[: full.index("(", len(str(method.owner)))]
    if full == name:
        return True
    return len(name) < len(full) and full.endswith(name) and full[-len(name) - 1] in ".+"


def find_methods(module: ModuleDesc, name: str) -> list[MethodDesc]:
    """The method definitions of a module that a person may mean by a name."""
    simple = name.partition("(")[0].rpartition(".")[2]
    return [
        method
        for method in module.method_defs()
        if (method.name.endswith(simple) or not simple) and method_matches(method, name)
    ]
