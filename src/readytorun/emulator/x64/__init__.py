"""What the emulator knows of x64: registers, calling convention, stubs, unwinding."""
