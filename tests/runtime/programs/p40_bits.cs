// Bit-level code: hashes, ciphers, checksums, random generators, base64, bit boards; rotations, masks and 64-bit multiplications.
using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static byte[] Bytes(string s) => Encoding.ASCII.GetBytes(s);
    static readonly uint[] K = MakeK(), Crc = MakeCrc();
    static uint[] MakeK() { uint[] k = new uint[64]; int n = 0; for (int p = 2; n < 64; p++) { bool prime = true; for (int q = 2; q * q <= p; q++) if (p % q == 0) prime = false; if (prime) { double r = Math.Cbrt(p); k[n++] = (uint)((r - Math.Floor(r)) * 4294967296.0); } } return k; }
    static uint[] MakeCrc() { uint[] t = new uint[256]; for (uint i = 0; i < 256; i++) { uint c = i; for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1; t[i] = c; } return t; }
    [MethodImpl(No)] static uint Crc32(byte[] d) { uint c = ~0u; foreach (byte b in d) c = Crc[(byte)(c ^ b)] ^ (c >> 8); return ~c; }
    [MethodImpl(No)] static uint Adler(byte[] d) { uint a = 1, b = 0; foreach (byte x in d) { a = (a + x) % 65521; b = (b + a) % 65521; } return b << 16 | a; }
    [MethodImpl(No)] static uint Fnv(byte[] d) { uint h = 2166136261; foreach (byte b in d) h = (h ^ b) * 16777619; return h; }
    [MethodImpl(No)]
    static byte[] Sha256(byte[] m)
    {
        uint[] h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 }; long bits = m.Length * 8L; byte[] p = new byte[(m.Length + 9 + 63) / 64 * 64]; Array.Copy(m, p, m.Length); p[m.Length] = 0x80; for (int i = 0; i < 8; i++) p[p.Length - 1 - i] = (byte)(bits >> (8 * i)); uint[] w = new uint[64];
        for (int o = 0; o < p.Length; o += 64)
        {
            for (int i = 0; i < 16; i++) w[i] = (uint)(p[o + i * 4] << 24 | p[o + i * 4 + 1] << 16 | p[o + i * 4 + 2] << 8 | p[o + i * 4 + 3]);
            for (int i = 16; i < 64; i++) w[i] = w[i - 16] + (R(w[i - 15], 7) ^ R(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] + (R(w[i - 2], 17) ^ R(w[i - 2], 19) ^ w[i - 2] >> 10);
            uint a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], q = h[7];
            for (int i = 0; i < 64; i++) { uint t1 = q + (R(e, 6) ^ R(e, 11) ^ R(e, 25)) + (e & f ^ ~e & g) + K[i] + w[i], t2 = (R(a, 2) ^ R(a, 13) ^ R(a, 22)) + (a & b ^ a & c ^ b & c); q = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2; }
            h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += q;
        }
        byte[] r = new byte[32]; for (int i = 0; i < 32; i++) r[i] = (byte)(h[i / 4] >> (24 - i % 4 * 8)); return r;
    }
    static uint R(uint x, int n) => x >> n | x << (32 - n);
    [MethodImpl(No)] static (uint, uint) Tea(uint a, uint b, uint[] k, bool enc) { uint s = enc ? 0 : 0xC6EF3720, d = 0x9e3779b9; for (int i = 0; i < 32; i++) if (enc) { s += d; a += (b << 4) + k[0] ^ b + s ^ (b >> 5) + k[1]; b += (a << 4) + k[2] ^ a + s ^ (a >> 5) + k[3]; } else { b -= (a << 4) + k[2] ^ a + s ^ (a >> 5) + k[3]; a -= (b << 4) + k[0] ^ b + s ^ (b >> 5) + k[1]; s -= d; } return (a, b); }
    [MethodImpl(No)] static byte[] Rc4(byte[] key, byte[] d) { byte[] s = new byte[256]; for (int i = 0; i < 256; i++) s[i] = (byte)i; for (int i = 0, j = 0; i < 256; i++) { j = (j + s[i] + key[i % key.Length]) & 255; (s[i], s[j]) = (s[j], s[i]); } byte[] r = new byte[d.Length]; for (int n = 0, i = 0, j = 0; n < d.Length; n++) { i = (i + 1) & 255; j = (j + s[i]) & 255; (s[i], s[j]) = (s[j], s[i]); r[n] = (byte)(d[n] ^ s[(byte)(s[i] + s[j])]); } return r; }
    [MethodImpl(No)] static uint[] ChaCha(uint[] s) { uint[] x = (uint[])s.Clone(); void Q(int a, int b, int c, int d) { x[a] += x[b]; x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 16); x[c] += x[d]; x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 12); x[a] += x[b]; x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 8); x[c] += x[d]; x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 7); } for (int i = 0; i < 10; i++) { Q(0, 4, 8, 12); Q(1, 5, 9, 13); Q(2, 6, 10, 14); Q(3, 7, 11, 15); Q(0, 5, 10, 15); Q(1, 6, 11, 12); Q(2, 7, 8, 13); Q(3, 4, 9, 14); } for (int i = 0; i < 16; i++) x[i] += s[i]; return x; }
    [MethodImpl(No)] static ulong SipHash(ulong k0, ulong k1, byte[] m) { ulong v0 = k0 ^ 0x736f6d6570736575, v1 = k1 ^ 0x646f72616e646f6d, v2 = k0 ^ 0x6c7967656e657261, v3 = k1 ^ 0x7465646279746573; void Round() { v0 += v1; v1 = BitOperations.RotateLeft(v1, 13) ^ v0; v0 = BitOperations.RotateLeft(v0, 32); v2 += v3; v3 = BitOperations.RotateLeft(v3, 16) ^ v2; v0 += v3; v3 = BitOperations.RotateLeft(v3, 21) ^ v0; v2 += v1; v1 = BitOperations.RotateLeft(v1, 17) ^ v2; v2 = BitOperations.RotateLeft(v2, 32); } int i = 0; for (; i + 8 <= m.Length; i += 8) { ulong w = BitConverter.ToUInt64(m, i); v3 ^= w; Round(); Round(); v0 ^= w; } ulong last = (ulong)m.Length << 56; for (int j = 0; i + j < m.Length; j++) last |= (ulong)m[i + j] << (8 * j); v3 ^= last; Round(); Round(); v0 ^= last; v2 ^= 0xff; for (int j = 0; j < 4; j++) Round(); return v0 ^ v1 ^ v2 ^ v3; }
    [MethodImpl(No)] static ulong Xoshiro(int n) { ulong a = 1, b = 2, c = 3, d = 4, r = 0; for (int i = 0; i < n; i++) { r = BitOperations.RotateLeft(b * 5, 7) * 9; ulong t = b << 17; c ^= a; d ^= b; b ^= c; a ^= d; c ^= t; d = BitOperations.RotateLeft(d, 45); } return r; }
    [MethodImpl(No)] static uint Mt(int n) { uint[] s = new uint[624]; s[0] = 5489; for (int i = 1; i < 624; i++) s[i] = 1812433253u * (s[i - 1] ^ s[i - 1] >> 30) + (uint)i; uint y = 0; for (int k = 0, at = 624; k < n; k++) { if (at == 624) { for (int i = 0; i < 624; i++) { y = s[i] & 0x80000000 | s[(i + 1) % 624] & 0x7fffffff; s[i] = s[(i + 397) % 624] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0df : 0); } at = 0; } y = s[at++]; y ^= y >> 11; y ^= y << 7 & 0x9d2c5680; y ^= y << 15 & 0xefc60000; y ^= y >> 18; } return y; }
    [MethodImpl(No)] static string Base64(byte[] d) { const string A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; StringBuilder s = new(); for (int i = 0; i < d.Length; i += 3) { int v = d[i] << 16 | (i + 1 < d.Length ? d[i + 1] << 8 : 0) | (i + 2 < d.Length ? d[i + 2] : 0); s.Append(A[v >> 18]).Append(A[v >> 12 & 63]).Append(i + 1 < d.Length ? A[v >> 6 & 63] : '=').Append(i + 2 < d.Length ? A[v & 63] : '='); } return s.ToString(); }
    [MethodImpl(No)] static long Bits(ulong v) { ulong r = 0; for (int i = 0; i < 64; i++) r |= (v >> i & 1) << (63 - i); int pop = 0; for (ulong x = v; x != 0; x &= x - 1) pop++; ulong gray = v ^ v >> 1; ulong s = v; s = (s >> 1 & 0x5555555555555555) | (s & 0x5555555555555555) << 1; s = (s >> 2 & 0x3333333333333333) | (s & 0x3333333333333333) << 2; return (long)(r * 31 + (ulong)pop * 7 + gray + s) + BitOperations.PopCount(v) + BitOperations.LeadingZeroCount(v) + BitOperations.TrailingZeroCount(v) + (long)BitOperations.RoundUpToPowerOf2((uint)v >> 2); }
    [MethodImpl(No)] static ulong MulHigh(ulong a, ulong b) { ulong al = (uint)a, ah = a >> 32, bl = (uint)b, bh = b >> 32, t = al * bl, u = ah * bl + (t >> 32), v = al * bh + (uint)u; return ah * bh + (u >> 32) + (v >> 32); }
    [MethodImpl(No)] static long Varint(long[] v) { List<byte> o = new(); foreach (long x in v) { ulong z = (ulong)(x << 1 ^ x >> 63); while (z >= 128) { o.Add((byte)(z | 128)); z >>= 7; } o.Add((byte)z); } long s = 0; for (int i = 0; i < o.Count;) { ulong z = 0; int sh = 0; byte b; do { b = o[i++]; z |= (ulong)(b & 127) << sh; sh += 7; } while (b >= 128); s = s * 31 + ((long)(z >> 1) ^ -(long)(z & 1)); } return s + o.Count; }
    [MethodImpl(No)] static int Knight(int n) { ulong b = 1UL << 27; for (int i = 0; i < n; i++) { ulong l1 = b >> 1 & 0x7f7f7f7f7f7f7f7f, l2 = b >> 2 & 0x3f3f3f3f3f3f3f3f, r1 = b << 1 & 0xfefefefefefefefe, r2 = b << 2 & 0xfcfcfcfcfcfcfcfc, h1 = l1 | r1, h2 = l2 | r2; b = h1 << 16 | h1 >> 16 | h2 << 8 | h2 >> 8; } return BitOperations.PopCount(b); }
    static string Hex(byte[] b) => Convert.ToHexString(b);

    static int Main()
    {
        W(Crc32(Bytes("123456789")).ToString("x")); W(Adler(Bytes("Wikipedia")).ToString("x")); W(Fnv(Bytes("foobar")).ToString("x")); foreach (string s in new[] { "", "abc", new string('q', 200) }) W(Hex(Sha256(Bytes(s))) + (Hex(SHA256.HashData(Bytes(s))) == Hex(Sha256(Bytes(s))))); uint[] k = { 1, 2, 3, 4 }; var (a, b) = Tea(5, 6, k, true); W(a + "," + b + "," + Tea(a, b, k, false)); W(Hex(Rc4(Bytes("Key"), Bytes("Plaintext")))); uint[] st = new uint[16]; for (uint i = 0; i < 16; i++) st[i] = i * 0x01010101; W(string.Join(",", ChaCha(st))); W(SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908, new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 }).ToString("x")); W(Xoshiro(1000)); W(Mt(1000)); W(Base64(Bytes("any carnal pleas")) + Base64(new byte[] { 255, 254, 253 })); foreach (ulong v in new ulong[] { 1, ulong.MaxValue, 0x123456789abcdef0 }) W(Bits(v)); W(MulHigh(ulong.MaxValue, 0x123456789abcdef0) == Math.BigMul(ulong.MaxValue, 0x123456789abcdef0, out _)); W(Varint(new[] { 0, -1, 1, 127, -128, long.MaxValue, long.MinValue, 1L << 35 })); W(Knight(3)); return 40;
    }
}
