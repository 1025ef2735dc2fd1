// Libraries: dnlib.dll
// Arguments: dnlib.dll Serilog.dll
// Reads modules with dnlib, walks everything in them, modifies one, builds another from nothing, writes both and reads them again.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using dnlib.DotNet;
using dnlib.DotNet.Emit;
using dnlib.DotNet.MD;
using dnlib.DotNet.Writer;

static class Program
{
    static void W(object o) => Console.WriteLine(o);
    static ulong hash = 14695981039346656037;
    static void H(string s) { if (s == null) s = "\0"; foreach (char c in s) hash = (hash ^ c) * 1099511628211; }
    static void H(long n) => hash = (hash ^ (ulong)n) * 1099511628211;

    static string Walk(ModuleDefMD m)
    {
        hash = 14695981039346656037; int types = 0, methods = 0, instructions = 0, handlers = 0, fields = 0, attributes = 0, generics = 0, properties = 0, events = 0; SortedDictionary<string, int> ops = new(StringComparer.Ordinal);
        H(m.Name); H(m.Assembly?.FullName); H(m.RuntimeVersion); foreach (AssemblyRef r in m.GetAssemblyRefs()) H(r.FullName); foreach (TypeRef r in m.GetTypeRefs()) H(r.FullName); foreach (MemberRef r in m.GetMemberRefs()) H(r.FullName); foreach (Resource r in m.Resources) H(r.Name);
        void Attributes(IHasCustomAttribute h) { foreach (CustomAttribute a in h.CustomAttributes) { attributes++; H(a.TypeFullName); foreach (CAArgument x in a.ConstructorArguments) { H(x.Type.FullName); H(x.Value is IList<CAArgument> l ? string.Join(",", l.Select(y => y.Value)) : x.Value?.ToString()); } foreach (CANamedArgument n in a.NamedArguments) { H(n.Name); H(n.Value?.ToString()); } } }
        foreach (TypeDef t in m.GetTypes())
        {
            types++; H(t.FullName); H((long)t.Attributes); H(t.BaseType?.FullName); if (t.ClassLayout != null) H(t.ClassLayout.ClassSize); foreach (InterfaceImpl i in t.Interfaces) H(i.Interface.FullName); foreach (GenericParam g in t.GenericParameters) { generics++; H(g.Name); H((long)g.Flags); foreach (GenericParamConstraint c in g.GenericParamConstraints) H(c.Constraint.FullName); } Attributes(t);
            foreach (FieldDef f in t.Fields) { fields++; H(f.FullName); H((long)f.Attributes); H(f.Constant?.Value?.ToString()); H(f.InitialValue?.Length ?? -1); H(f.FieldOffset ?? 77); Attributes(f); }
            foreach (PropertyDef p in t.Properties) { properties++; H(p.FullName); H(p.GetMethod?.Name); Attributes(p); } foreach (EventDef e in t.Events) { events++; H(e.FullName); H(e.AddMethod?.Name); }
            foreach (MethodDef d in t.Methods)
            {
                methods++; H(d.FullName); H((long)d.Attributes); H((long)d.ImplAttributes); foreach (Parameter p in d.Parameters) { H(p.Name); H(p.Type.FullName); } foreach (ParamDef p in d.ParamDefs) { H(p.Name); H(p.Constant?.Value?.ToString()); Attributes(p); } foreach (MethodOverride o in d.Overrides) H(o.MethodDeclaration.FullName); if (d.ImplMap != null) H(d.ImplMap.Name); Attributes(d);
                if (!d.HasBody) continue; CilBody b = d.Body; H(b.MaxStack); foreach (Local l in b.Variables) H(l.Type.FullName); foreach (dnlib.DotNet.Emit.ExceptionHandler x in b.ExceptionHandlers) { handlers++; H((long)x.HandlerType); H(x.TryStart.Offset); H(x.CatchType?.FullName); }
                foreach (Instruction i in b.Instructions) { instructions++; ops[i.OpCode.Name] = ops.GetValueOrDefault(i.OpCode.Name) + 1; H(i.OpCode.Value); H(i.Offset); switch (i.Operand) { case null: break; case Instruction t2: H(t2.Offset); break; case Instruction[] ts: foreach (Instruction x in ts) H(x.Offset); break; case IFullName n: H(n.FullName); break; default: H(Convert.ToString(i.Operand, System.Globalization.CultureInfo.InvariantCulture)); break; } i.CalculateStackUsage(out int pushes, out int pops); H(pushes * 100 + pops); }
            }
        }
        return $"{types} types {methods} methods {fields} fields {properties} properties {events} events {generics} generic parameters {attributes} attributes {instructions} instructions {handlers} handlers {ops.Count} opcodes {hash:x}; most used: {string.Join(",", ops.OrderByDescending(o => o.Value).ThenBy(o => o.Key, StringComparer.Ordinal).Take(12).Select(o => o.Key + "=" + o.Value))}";
    }

    static void Resolve(ModuleDefMD m) { int resolved = 0, not = 0; TypeEqualityComparer te = new(SigComparerOptions.DontCompareTypeScope); HashSet<IType> set = new(te); foreach (TypeDef t in m.GetTypes()) foreach (MethodDef d in t.Methods.Where(d => d.HasBody)) foreach (Instruction i in d.Body.Instructions) if (i.Operand is IMethod mr && mr.DeclaringType != null) { set.Add(mr.DeclaringType); if (mr.DeclaringType.DefinitionAssembly?.Name == m.Assembly.Name) { if (mr.ResolveMethodDef() != null) resolved++; else not++; } } W(resolved + " resolved " + not + " not " + set.Count + " types"); W(m.Find("dnlib.DotNet.SigComparer", false)?.Methods.Count + "," + m.Find("dnlib.DotNet.TypeDef+Nope", false) + "," + m.GetTypes().Max(t => t.FullName.Length) + "," + m.TablesStream.TypeDefTable.Rows + "," + m.ResolveToken(0x02000005) + "," + (m.ResolveToken(0x06000010) as MethodDef)?.FullName); foreach (MethodDef d in m.GetTypes().SelectMany(t => t.Methods).Where(d => d.HasBody).OrderByDescending(d => d.Body.Instructions.Count).Take(5)) W(d.FullName.Substring(0, Math.Min(80, d.FullName.Length)) + " " + d.Body.Instructions.Count + " " + d.Body.ExceptionHandlers.Count); }

    static byte[] Modify(ModuleDefMD m)
    {
        m.Assembly.Name = "modified"; m.Mvid = new Guid("00112233-4455-6677-8899-aabbccddeeff"); int renamed = 0, nops = 0; foreach (TypeDef t in m.GetTypes()) { foreach (MethodDef d in t.Methods) { if (d.IsPrivate && !d.IsVirtual && !d.IsConstructor && d.DeclaringType.IsClass && !d.IsRuntimeSpecialName && !d.HasOverrides) { d.Name = "m" + renamed++; } if (d.HasBody && d.Body.Instructions.Count > 3 && d.Body.Instructions.Count < 40) { d.Body.Instructions.Insert(0, OpCodes.Nop.ToInstruction()); nops++; d.Body.SimplifyBranches(); d.Body.SimplifyMacros(d.Parameters); d.Body.OptimizeMacros(); d.Body.OptimizeBranches(); } } }
        TypeDefUser extra = new("Added", "Extra", m.CorLibTypes.Object.TypeDefOrRef) { Attributes = dnlib.DotNet.TypeAttributes.Public | dnlib.DotNet.TypeAttributes.Sealed }; m.Types.Add(extra); extra.Fields.Add(new FieldDefUser("counter", new FieldSig(m.CorLibTypes.Int32), dnlib.DotNet.FieldAttributes.Public | dnlib.DotNet.FieldAttributes.Static)); MethodDefUser main = new("Sum", MethodSig.CreateStatic(m.CorLibTypes.Int32, new SZArraySig(m.CorLibTypes.Int32)), dnlib.DotNet.MethodImplAttributes.IL, dnlib.DotNet.MethodAttributes.Public | dnlib.DotNet.MethodAttributes.Static); extra.Methods.Add(main); main.Body = Sum(m, main); m.Resources.Add(new EmbeddedResource("res", Encoding.UTF8.GetBytes("resource"))); ModuleWriterOptions o = new(m) { Logger = DummyLogger.NoThrowInstance }; o.MetadataOptions.Flags |= MetadataFlags.KeepOldMaxStack | MetadataFlags.PreserveTypeDefRids; o.PEHeadersOptions.TimeDateStamp = 12345; MemoryStream ms = new(); m.Write(ms, o); W("renamed " + renamed + " nops " + nops + " size " + (ms.Length > 100000)); return ms.ToArray();
    }

    static CilBody Sum(ModuleDef m, MethodDef d) { CilBody b = new(); Local s = b.Variables.Add(new Local(m.CorLibTypes.Int32)), i = b.Variables.Add(new Local(m.CorLibTypes.Int32)); Instruction test = OpCodes.Ldloc.ToInstruction(i), top = OpCodes.Ldloc.ToInstruction(s); foreach (Instruction x in new[] { OpCodes.Br.ToInstruction(test), top, OpCodes.Ldarg.ToInstruction(d.Parameters[0]), OpCodes.Ldloc.ToInstruction(i), OpCodes.Ldelem_I4.ToInstruction(), OpCodes.Add.ToInstruction(), OpCodes.Stloc.ToInstruction(s), OpCodes.Ldloc.ToInstruction(i), OpCodes.Ldc_I4_1.ToInstruction(), OpCodes.Add.ToInstruction(), OpCodes.Stloc.ToInstruction(i), test, OpCodes.Ldarg.ToInstruction(d.Parameters[0]), OpCodes.Ldlen.ToInstruction(), OpCodes.Conv_I4.ToInstruction(), OpCodes.Blt.ToInstruction(top), OpCodes.Ldloc.ToInstruction(s), OpCodes.Ret.ToInstruction() }) b.Instructions.Add(x); b.OptimizeMacros(); b.OptimizeBranches(); b.UpdateInstructionOffsets(); return b; }

    static void Build()
    {
        ModuleDefUser m = new("built.dll", new Guid("00000000-0000-0000-0000-000000000007"), new AssemblyRefUser("System.Runtime", new Version(10, 0, 0, 0), new PublicKeyToken("b03f5f7f11d50a3a"))) { Kind = ModuleKind.Dll, RuntimeVersion = MDHeaderRuntimeVersion.MS_CLR_40 }; new AssemblyDefUser("built", new Version(1, 2, 3, 4)).Modules.Add(m); TypeDefUser t = new("B", "Calc", m.CorLibTypes.Object.TypeDefOrRef) { Attributes = dnlib.DotNet.TypeAttributes.Public | dnlib.DotNet.TypeAttributes.Abstract | dnlib.DotNet.TypeAttributes.Sealed }; m.Types.Add(t); MethodDefUser sum = new("Sum", MethodSig.CreateStatic(m.CorLibTypes.Int32, new SZArraySig(m.CorLibTypes.Int32)), dnlib.DotNet.MethodImplAttributes.IL, dnlib.DotNet.MethodAttributes.Public | dnlib.DotNet.MethodAttributes.Static); t.Methods.Add(sum); sum.Body = Sum(m, sum);
        MethodDefUser gen = new("Or", MethodSig.CreateStaticGeneric(1, new GenericMVar(0), new GenericMVar(0), new GenericMVar(0)), dnlib.DotNet.MethodImplAttributes.IL, dnlib.DotNet.MethodAttributes.Public | dnlib.DotNet.MethodAttributes.Static); gen.GenericParameters.Add(new GenericParamUser(0, dnlib.DotNet.GenericParamAttributes.ReferenceTypeConstraint, "T")); t.Methods.Add(gen); Instruction ret = OpCodes.Ret.ToInstruction(); gen.Body = new CilBody(true, new[] { OpCodes.Ldarg_0.ToInstruction(), OpCodes.Dup.ToInstruction(), OpCodes.Box.ToInstruction(new TypeSpecUser(new GenericMVar(0))), OpCodes.Brtrue_S.ToInstruction(ret), OpCodes.Pop.ToInstruction(), OpCodes.Ldarg_1.ToInstruction(), ret }, new List<dnlib.DotNet.Emit.ExceptionHandler>(), new List<Local>());
        MemoryStream ms = new(); m.Write(ms, new ModuleWriterOptions(m) { Logger = DummyLogger.NoThrowInstance }); byte[] image = ms.ToArray(); W(Walk(ModuleDefMD.Load(image))); Assembly a = Assembly.Load(image); Type calc = a.GetType("B.Calc"); W(calc.GetMethod("Sum").Invoke(null, new object[] { new[] { 1, 2, 3, 40 } })); W(calc.GetMethod("Or").MakeGenericMethod(typeof(string)).Invoke(null, new object[] { null, "fallback" }) + a.FullName);
    }

    // The arguments are IL files, so that what is read does not depend on how this program's libraries were compiled.
    static int Main(string[] files)
    {
        ModuleDefMD small = ModuleDefMD.Load(files[1], new ModuleCreationOptions(ModuleDef.CreateModuleContext())); W(Walk(small)); ModuleDefMD lib = ModuleDefMD.Load(files[0]); W(Walk(lib)); Resolve(lib); byte[] image = Modify(lib); ModuleDefMD again = ModuleDefMD.Load(image); W(Walk(again)); W(again.Find("Added.Extra", true).FindMethod("Sum").Body.Instructions.Count + again.Assembly.Name + again.Mvid + Encoding.UTF8.GetString(((EmbeddedResource)again.Resources.Find("res")).CreateReader().ToArray())); Build(); try { ModuleDefMD.Load(new byte[100]); } catch (BadImageFormatException) { W("bad image"); } return 74;
    }
}
