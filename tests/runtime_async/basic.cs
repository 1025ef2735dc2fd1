using System.Threading.Tasks;
public static class Basic
{
    public static async Task<int> N(int x) { return x + 1; }
    public static async Task<int> M() { await N(1); return 1; }
    public static async Task<int> One(int x) { int r = await N(x); return r + x; }
}
