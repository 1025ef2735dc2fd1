// Long methods and big switches: a bytecode interpreter, state machines and hand-rolled parsers with large control-flow graphs.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;

enum Op { Push, Pop, Dup, Swap, Over, Add, Sub, Mul, Div, Mod, Neg, And, Or, Xor, Shl, Shr, Eq, Lt, Gt, Jmp, Jz, Jnz, Load, Store, Call, Ret, Print, Halt, Inc, Dec, Rot, Pick, NewArr, Get, Set, Len }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)]
    static string Run(int[] code, int limit)
    {
        int[] stack = new int[64], vars = new int[26], calls = new int[64]; List<int[]> heap = new List<int[]>(); int sp = 0, pc = 0, cp = 0, steps = 0; StringBuilder output = new StringBuilder();
        try
        {
            while (true)
            {
                if (++steps > limit) { output.Append("limit"); break; }
                switch ((Op)code[pc++])
                {
                    case Op.Push: stack[sp++] = code[pc++]; break;
                    case Op.Pop: sp--; break;
                    case Op.Dup: stack[sp] = stack[sp - 1]; sp++; break;
                    case Op.Swap: { int t = stack[sp - 1]; stack[sp - 1] = stack[sp - 2]; stack[sp - 2] = t; break; }
                    case Op.Over: stack[sp] = stack[sp - 2]; sp++; break;
                    case Op.Add: sp--; stack[sp - 1] += stack[sp]; break;
                    case Op.Sub: sp--; stack[sp - 1] -= stack[sp]; break;
                    case Op.Mul: sp--; stack[sp - 1] *= stack[sp]; break;
                    case Op.Div: sp--; stack[sp - 1] /= stack[sp]; break;
                    case Op.Mod: sp--; stack[sp - 1] %= stack[sp]; break;
                    case Op.Neg: stack[sp - 1] = -stack[sp - 1]; break;
                    case Op.And: sp--; stack[sp - 1] &= stack[sp]; break;
                    case Op.Or: sp--; stack[sp - 1] |= stack[sp]; break;
                    case Op.Xor: sp--; stack[sp - 1] ^= stack[sp]; break;
                    case Op.Shl: sp--; stack[sp - 1] <<= stack[sp]; break;
                    case Op.Shr: sp--; stack[sp - 1] >>= stack[sp]; break;
                    case Op.Eq: sp--; stack[sp - 1] = stack[sp - 1] == stack[sp] ? 1 : 0; break;
                    case Op.Lt: sp--; stack[sp - 1] = stack[sp - 1] < stack[sp] ? 1 : 0; break;
                    case Op.Gt: sp--; stack[sp - 1] = stack[sp - 1] > stack[sp] ? 1 : 0; break;
                    case Op.Jmp: pc = code[pc]; break;
                    case Op.Jz: if (stack[--sp] == 0) pc = code[pc]; else pc++; break;
                    case Op.Jnz: if (stack[--sp] != 0) pc = code[pc]; else pc++; break;
                    case Op.Load: stack[sp++] = vars[code[pc++]]; break;
                    case Op.Store: vars[code[pc++]] = stack[--sp]; break;
                    case Op.Call: calls[cp++] = pc + 1; pc = code[pc]; break;
                    case Op.Ret: if (cp == 0) goto done; pc = calls[--cp]; break;
                    case Op.Print: output.Append(stack[--sp]).Append(' '); break;
                    case Op.Halt: goto done;
                    case Op.Inc: vars[code[pc++]]++; break;
                    case Op.Dec: --vars[code[pc++]]; break;
                    case Op.Rot: { int t = stack[sp - 3]; stack[sp - 3] = stack[sp - 2]; stack[sp - 2] = stack[sp - 1]; stack[sp - 1] = t; break; }
                    case Op.Pick: stack[sp - 1] = stack[sp - 2 - stack[sp - 1]]; break;
                    case Op.NewArr: heap.Add(new int[stack[sp - 1]]); stack[sp - 1] = heap.Count - 1; break;
                    case Op.Get: sp--; stack[sp - 1] = heap[stack[sp - 1]][stack[sp]]; break;
                    case Op.Set: sp -= 3; heap[stack[sp]][stack[sp + 1]] = stack[sp + 2]; break;
                    case Op.Len: stack[sp - 1] = heap[stack[sp - 1]].Length; break;
                    default: output.Append("bad op ").Append(code[pc - 1]); goto done;
                }
            }
        done:;
        }
        catch (DivideByZeroException) { output.Append("div0 at ").Append(pc); }
        catch (IndexOutOfRangeException) { output.Append("range at ").Append(pc).Append(" sp ").Append(sp); }
        return output.Append(steps).ToString();
    }

    [MethodImpl(No)] static int[] Assemble(string text) { List<int> code = new(); Dictionary<string, int> labels = new(); List<(int, string)> fix = new(); foreach (string w in text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { if (w.EndsWith(':')) labels[w[..^1]] = code.Count; else if (Enum.TryParse(w, true, out Op op) && !char.IsDigit(w[0]) && w[0] != '-') code.Add((int)op); else if (int.TryParse(w, out int n)) code.Add(n); else { fix.Add((code.Count, w)); code.Add(-1); } } foreach ((int at, string l) in fix) code[at] = labels[l]; return code.ToArray(); }

    // A tokenizer and recursive-descent parser for arithmetic with variables and functions.
    sealed class Parser
    {
        readonly string s; int i; readonly Dictionary<string, double> vars;
        public Parser(string s, Dictionary<string, double> v) { this.s = s; vars = v; }
        void Skip() { while (i < s.Length && s[i] == ' ') i++; }
        bool Eat(string t) { Skip(); if (string.CompareOrdinal(s, i, t, 0, t.Length) != 0) return false; i += t.Length; return true; }
        public double Statement() { Skip(); int start = i; if (i < s.Length && char.IsLetter(s[i])) { string name = Name(); if (!Eat("==") && Eat("=")) { double v = Statement(); vars[name] = v; return v; } i = start; } double r = Or(); Skip(); if (i < s.Length) throw new FormatException("at " + i); return r; }
        double Or() { double v = And(); while (Eat("||")) { double r = And(); v = v != 0 || r != 0 ? 1 : 0; } return v; }
        double And() { double v = Comparison(); while (Eat("&&")) { double r = Comparison(); v = v != 0 && r != 0 ? 1 : 0; } return v; }
        double Comparison() { double v = Sum(); while (true) { if (Eat("<=")) v = v <= Sum() ? 1 : 0; else if (Eat(">=")) v = v >= Sum() ? 1 : 0; else if (Eat("==")) v = v == Sum() ? 1 : 0; else if (Eat("!=")) v = v != Sum() ? 1 : 0; else if (Eat("<")) v = v < Sum() ? 1 : 0; else if (Eat(">")) v = v > Sum() ? 1 : 0; else return v; } }
        double Sum() { double v = Product(); while (true) { if (Eat("+")) v += Product(); else if (Eat("-")) v -= Product(); else return v; } }
        double Product() { double v = Power(); while (true) { if (Eat("*")) v *= Power(); else if (Eat("/")) v /= Power(); else if (Eat("%")) v %= Power(); else return v; } }
        double Power() { double v = Unary(); return Eat("^") ? Math.Pow(v, Power()) : v; }
        double Unary() => Eat("-") ? -Unary() : Eat("!") ? (Unary() == 0 ? 1 : 0) : Atom();
        string Name() { int start = i; while (i < s.Length && char.IsLetterOrDigit(s[i])) i++; return s.Substring(start, i - start); }
        double Atom()
        {
            Skip(); if (i >= s.Length) throw new FormatException("end");
            if (Eat("(")) { double v = Or(); if (!Eat(")")) throw new FormatException("paren at " + i); return v; }
            if (char.IsDigit(s[i])) { double v = 0, scale = 1; bool dot = false; for (; i < s.Length && (char.IsDigit(s[i]) || s[i] == '.'); i++) if (s[i] == '.') dot = true; else { v = v * 10 + (s[i] - '0'); if (dot) scale *= 10; } return v / scale; }
            if (!char.IsLetter(s[i])) throw new FormatException("char '" + s[i] + "' at " + i);
            string name = Name(); if (!Eat("(")) return vars.TryGetValue(name, out double x) ? x : throw new KeyNotFoundException(name);
            List<double> args = new(); if (!Eat(")")) { do args.Add(Or()); while (Eat(",")); if (!Eat(")")) throw new FormatException("args"); }
            return name switch { "sqrt" => Math.Sqrt(args[0]), "max" => Math.Max(args[0], args[1]), "min" => Math.Min(args[0], args[1]), "abs" => Math.Abs(args[0]), "sum" => SumAll(args), "if" => args[0] != 0 ? args[1] : args[2], _ => throw new FormatException("function " + name) };
        }
        static double SumAll(List<double> a) { double s = 0; foreach (double d in a) s += d; return s; }
    }
    [MethodImpl(No)] static string Calc(params string[] lines) { Dictionary<string, double> v = new(); StringBuilder b = new(); foreach (string l in lines) try { b.Append(new Parser(l, v).Statement().ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)).Append(';'); } catch (FormatException e) { b.Append(e.Message).Append(';'); } catch (KeyNotFoundException e) { b.Append("unknown " + e.Message).Append(';'); } return b.ToString(); }
    [MethodImpl(No)] static int Words(string s) { int state = 0, count = 0, lines = 1, number = 0, numbers = 0; for (int i = 0; i <= s.Length; i++) { char c = i < s.Length ? s[i] : '\0'; switch (state) { case 0: if (char.IsLetter(c)) { state = 1; count++; } else if (char.IsDigit(c)) { state = 2; number = c - '0'; } else if (c == '"') state = 3; else if (c == '/') state = 5; else if (c == '\n') lines++; break; case 1: if (!char.IsLetterOrDigit(c)) { state = 0; i--; } break; case 2: if (char.IsDigit(c)) number = number * 10 + c - '0'; else if (c == '.') state = 6; else { numbers += number; state = 0; i--; } break; case 3: if (c == '\\') state = 4; else if (c == '"') { state = 0; count += 100; } else if (c == '\0') return -1; break; case 4: state = 3; break; case 5: if (c == '/') state = 7; else { state = 0; i--; } break; case 6: if (!char.IsDigit(c)) { numbers += number; state = 0; i--; } break; case 7: if (c == '\n' || c == '\0') { state = 0; lines++; } break; } } return count * 10000 + lines * 1000 + numbers; }
    // One method with a thousand simple statements and a hundred blocks.
    [MethodImpl(No)] static uint Unrolled(uint a, uint b, uint c, uint d, uint[] x)
    {
        uint F(uint p, uint q, uint r) => (p & q) | (~p & r);
        a = b + Rot(a + F(b, c, d) + x[0] + 0xd76aa478, 7); d = a + Rot(d + F(a, b, c) + x[1] + 0xe8c7b756, 12); c = d + Rot(c + F(d, a, b) + x[2] + 0x242070db, 17); b = c + Rot(b + F(c, d, a) + x[3] + 0xc1bdceee, 22); a = b + Rot(a + F(b, c, d) + x[4] + 0xf57c0faf, 7); d = a + Rot(d + F(a, b, c) + x[5] + 0x4787c62a, 12); c = d + Rot(c + F(d, a, b) + x[6] + 0xa8304613, 17); b = c + Rot(b + F(c, d, a) + x[7] + 0xfd469501, 22);
        a = b + Rot(a + (b & d | c & ~d) + x[1] + 0xf61e2562, 5); d = a + Rot(d + (a & c | b & ~c) + x[6] + 0xc040b340, 9); c = d + Rot(c + (d & b | a & ~b) + x[3] + 0x265e5a51, 14); b = c + Rot(b + (c & a | d & ~a) + x[0] + 0xe9b6c7aa, 20); a = b + Rot(a + (b ^ c ^ d) + x[5] + 0xfffa3942, 4); d = a + Rot(d + (a ^ b ^ c) + x[2] + 0x8771f681, 11); c = d + Rot(c + (d ^ a ^ b) + x[7] + 0x6d9d6122, 16); b = c + Rot(b + (c ^ d ^ a) + x[4] + 0xfde5380c, 23);
        return a ^ Rot(b, 1) ^ Rot(c, 2) ^ Rot(d, 3);
    }
    static uint Rot(uint v, int n) => v << n | v >> (32 - n);

    static int Main()
    {
        W(Run(Assemble("push 10 store 0 push 1 store 1 loop: load 0 jz end load 1 load 0 mul store 1 dec 0 jmp loop end: load 1 print halt"), 10000)); W(Run(Assemble("push 0 store 0 push 1 store 1 push 20 store 2 l: load 0 print load 0 load 1 dup store 0 add store 1 dec 2 load 2 jnz l halt"), 10000)); W(Run(Assemble("push 100 newarr store 0 push 2 store 1 o: load 1 push 100 lt jz p load 0 load 1 get jnz n load 1 print load 1 load 1 add store 2 i: load 2 push 100 lt jz n load 0 load 2 push 1 set load 2 load 1 add store 2 jmp i n: inc 1 jmp o p: load 0 len print halt"), 100000)); W(Run(Assemble("push 6 call f print halt f: dup push 2 lt jz r pop push 1 ret r: dup push 1 sub call f mul ret"), 1000)); W(Run(Assemble("push 1 push 0 div halt"), 100)); W(Run(Assemble("l: push 1 jmp l"), 1000)); W(Run(Assemble("push 1 push 2 push 3 rot print print print push 7 push 8 push 9 push 1 pick print push 5 neg push 3 shl push 1 shr print push 12 push 10 xor push 3 or push 14 and print 99 halt"), 100)); W(Run(Assemble("l: jmp l"), 500));
        W(Calc("x = 3", "y = x * 2 + 1", "x ^ 2 ^ 0.5 + -y", "(1 + 2) * (3 - 4) / 5", "max(x, y) >= 7 && !(x == 4)", "sum(1, 2, 3, x)", "1 +", "foo(1)", "zz + 1", "if(x < y, sqrt(16), 0)", "10 % 4 - 2.5", "3 $ 4", "a = b = 5", "a * b")); W(Words("hello world 42 \"quoted \\\" text\" 3.14 // comment 99\nid5 7 / x\n")); W(Words("\"open")); W(Unrolled(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, new uint[] { 1, 2, 3, 4, 5, 6, 7, 8 })); return 32;
    }
}
