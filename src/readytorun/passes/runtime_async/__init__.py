"""The runtime-async transformation: async methods become ordinary code that suspends and resumes.

| module | what it does |
| --- | --- |
| `contexts` | saves the caller's contexts on entry, and restores them on every way out (a pass of its own, the first) |
| `split` | splits the method at its awaits (the pass), with the help of the following ones |
| `live_state` | which values and frame slots must survive an await |
| `layout` | where they, and what the runtime wants, are in the continuation object |
| `suspension` | the code behind a call that suspended |
| `resumption` | the code that continues a suspended method |
| `ssa_repair` | values that have several definitions now |
| `stub` | the resumption stub, a method of its own |

Sites and order of helper calls are numbered as in docs/runtime-async.md.
"""
