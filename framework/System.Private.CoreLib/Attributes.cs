// Attributes and other types that compilers ask for.
namespace System
{
    [Flags]
    public enum AttributeTargets { Assembly = 1, Module = 2, Class = 4, Struct = 8, Enum = 16, Constructor = 32, Method = 64, Property = 128, Field = 256, Event = 512, Interface = 1024, Parameter = 2048, Delegate = 4096, ReturnValue = 8192, GenericParameter = 16384, All = 32767 }
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AttributeUsageAttribute : Attribute
    {
        public AttributeUsageAttribute(AttributeTargets validOn) { ValidOn = validOn; }
        public AttributeTargets ValidOn { get; }
        public bool AllowMultiple { get; set; }
        public bool Inherited { get; set; }
    }
    public sealed class FlagsAttribute : Attribute { }
    public sealed class ObsoleteAttribute : Attribute { public ObsoleteAttribute() { } public ObsoleteAttribute(string? message) { } public ObsoleteAttribute(string? message, bool error) { } public string? DiagnosticId { get; set; } public string? UrlFormat { get; set; } }
    public sealed class ParamArrayAttribute : Attribute { }
    public sealed class SerializableAttribute : Attribute { }
    public sealed class NonSerializedAttribute : Attribute { }
    [AttributeUsage(AttributeTargets.Field)]
    public sealed class ThreadStaticAttribute : Attribute { }
    public sealed class CLSCompliantAttribute : Attribute { public CLSCompliantAttribute(bool isCompliant) { } }
}
namespace System.Reflection
{
    public sealed class DefaultMemberAttribute : Attribute { public DefaultMemberAttribute(string memberName) { } }
    public sealed class AssemblyVersionAttribute : Attribute { public AssemblyVersionAttribute(string version) { } }
    public sealed class AssemblyTitleAttribute : Attribute { public AssemblyTitleAttribute(string title) { } }
}
namespace System.Security
{
    public sealed class UnverifiableCodeAttribute : Attribute { }
    public sealed class AllowPartiallyTrustedCallersAttribute : Attribute { }
}
namespace System.Security.Permissions
{
    public enum SecurityAction { RequestMinimum = 8 }
    public abstract class SecurityAttribute : Attribute { protected SecurityAttribute(SecurityAction action) { } }
    public abstract class CodeAccessSecurityAttribute : SecurityAttribute { protected CodeAccessSecurityAttribute(SecurityAction action) : base(action) { } }
    public sealed class SecurityPermissionAttribute : CodeAccessSecurityAttribute { public SecurityPermissionAttribute(SecurityAction action) : base(action) { } public bool SkipVerification { get; set; } }
}
namespace System.Diagnostics
{
    public sealed class DebuggableAttribute : Attribute
    {
        [Flags]
        public enum DebuggingModes { None = 0, Default = 1, DisableOptimizations = 256, IgnoreSymbolStoreSequencePoints = 2, EnableEditAndContinue = 4 }
        public DebuggableAttribute(DebuggingModes modes) { }
    }
    public sealed class DebuggerHiddenAttribute : Attribute { }
    public sealed class DebuggerStepThroughAttribute : Attribute { }
    public sealed class DebuggerNonUserCodeAttribute : Attribute { }
    public sealed class DebuggerDisplayAttribute : Attribute { public DebuggerDisplayAttribute(string? value) { } }
    public enum DebuggerBrowsableState { Never = 0, Collapsed = 2, RootHidden = 3 }
    public sealed class DebuggerBrowsableAttribute : Attribute { public DebuggerBrowsableAttribute(DebuggerBrowsableState state) { } }
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
    public sealed class ConditionalAttribute : Attribute { public ConditionalAttribute(string conditionString) { } }
    public sealed class StackTraceHiddenAttribute : Attribute { }
    public static class Debug
    {
        [Conditional("DEBUG")] public static void Assert(bool condition) { }
        [Conditional("DEBUG")] public static void Assert(bool condition, string? message) { }
    }
    public class Stopwatch
    {
        private long started, elapsed;
        public static readonly long Frequency = 1000;
        public static long GetTimestamp() => Environment.TickCount64;
        public static Stopwatch StartNew() { Stopwatch s = new(); s.Start(); return s; }
        public bool IsRunning { get; private set; }
        public void Start() { if (!IsRunning) { started = GetTimestamp(); IsRunning = true; } }
        public void Stop() { if (IsRunning) { elapsed += GetTimestamp() - started; IsRunning = false; } }
        public long ElapsedMilliseconds => elapsed + (IsRunning ? GetTimestamp() - started : 0);
    }
}
namespace System.Diagnostics.CodeAnalysis
{
    public sealed class NotNullAttribute : Attribute { }
    public sealed class AllowNullAttribute : Attribute { }
    public sealed class MaybeNullAttribute : Attribute { }
    public sealed class DisallowNullAttribute : Attribute { }
    public sealed class DoesNotReturnAttribute : Attribute { }
    public sealed class NotNullWhenAttribute : Attribute { public NotNullWhenAttribute(bool returnValue) { } }
    public sealed class MaybeNullWhenAttribute : Attribute { public MaybeNullWhenAttribute(bool returnValue) { } }
    public sealed class NotNullIfNotNullAttribute : Attribute { public NotNullIfNotNullAttribute(string parameterName) { } }
    public sealed class SetsRequiredMembersAttribute : Attribute { }
    public sealed class UnscopedRefAttribute : Attribute { }
    public sealed class ExperimentalAttribute : Attribute { public ExperimentalAttribute(string diagnosticId) { } }
}
namespace System.Runtime.Versioning
{
    internal sealed class NonVersionableAttribute : Attribute { }
    public sealed class TargetFrameworkAttribute : Attribute { public TargetFrameworkAttribute(string frameworkName) { } public string? FrameworkDisplayName { get; set; } }
}
namespace System.Runtime.InteropServices
{
    public enum LayoutKind { Sequential = 0, Explicit = 2, Auto = 3 }
    public enum CharSet { None = 1, Ansi = 2, Unicode = 3, Auto = 4 }
    public enum CallingConvention { Winapi = 1, Cdecl = 2, StdCall = 3, ThisCall = 4, FastCall = 5 }
    public sealed class StructLayoutAttribute : Attribute { public StructLayoutAttribute(LayoutKind kind) { } public int Pack; public int Size; public CharSet CharSet; }
    public sealed class FieldOffsetAttribute : Attribute { public FieldOffsetAttribute(int offset) { } }
    public sealed class InAttribute : Attribute { }
    public sealed class OutAttribute : Attribute { }
    public sealed class OptionalAttribute : Attribute { }
    public sealed class DllImportAttribute : Attribute { public DllImportAttribute(string dllName) { } public string? EntryPoint; public CharSet CharSet; public bool SetLastError; public bool ExactSpelling; public CallingConvention CallingConvention; public bool PreserveSig; }
    public sealed class ComVisibleAttribute : Attribute { public ComVisibleAttribute(bool visibility) { } }
    public sealed class GuidAttribute : Attribute { public GuidAttribute(string guid) { } }
    public sealed class UnmanagedCallersOnlyAttribute : Attribute { public Type[]? CallConvs; public string? EntryPoint; }
    public sealed class SuppressGCTransitionAttribute : Attribute { }
    public enum UnmanagedType { Bool = 2, I1 = 3, LPStr = 20 }
    public sealed class MarshalAsAttribute : Attribute { public MarshalAsAttribute(UnmanagedType unmanagedType) { } }
    public enum GCHandleType { Weak = 0, WeakTrackResurrection = 1, Normal = 2, Pinned = 3 }
}
namespace System.Runtime.CompilerServices
{
    public enum MethodImplOptions { Unmanaged = 4, NoInlining = 8, ForwardRef = 16, Synchronized = 32, NoOptimization = 64, PreserveSig = 128, AggressiveInlining = 256, AggressiveOptimization = 512, InternalCall = 4096, Async = 0x2000 }
    public enum MethodCodeType { IL = 0, Native = 1, OPTIL = 2, Runtime = 3 }
    public sealed class MethodImplAttribute : Attribute { public MethodCodeType MethodCodeType; public MethodImplAttribute(MethodImplOptions methodImplOptions) { } public MethodImplAttribute(short value) { } public MethodImplAttribute() { } }
    internal sealed class IntrinsicAttribute : Attribute { }
    public sealed class CompilerGeneratedAttribute : Attribute { }
    public sealed class ExtensionAttribute : Attribute { }
    public sealed class IndexerNameAttribute : Attribute { public IndexerNameAttribute(string indexerName) { } }
    public sealed class IsReadOnlyAttribute : Attribute { }
    public sealed class IsByRefLikeAttribute : Attribute { }
    public sealed class IsUnmanagedAttribute : Attribute { }
    public sealed class RequiresLocationAttribute : Attribute { }
    public sealed class ScopedRefAttribute : Attribute { }
    public sealed class ParamCollectionAttribute : Attribute { }
    public sealed class RequiredMemberAttribute : Attribute { }
    public sealed class InlineArrayAttribute : Attribute { public InlineArrayAttribute(int length) { Length = length; } public int Length { get; } }
    public sealed class CollectionBuilderAttribute : Attribute { public CollectionBuilderAttribute(Type builderType, string methodName) { } }
    [AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
    public sealed class CompilerFeatureRequiredAttribute : Attribute { public CompilerFeatureRequiredAttribute(string featureName) { } public bool IsOptional { get; init; } public const string RefStructs = "RefStructs"; public const string RequiredMembers = "RequiredMembers"; }
    public sealed class RefSafetyRulesAttribute : Attribute { public RefSafetyRulesAttribute(int version) { } }
    public sealed class CompilationRelaxationsAttribute : Attribute { public CompilationRelaxationsAttribute(int relaxations) { } }
    public sealed class RuntimeCompatibilityAttribute : Attribute { public bool WrapNonExceptionThrows { get; set; } }
    public sealed class NullableAttribute : Attribute { public NullableAttribute(byte flag) { } public NullableAttribute(byte[] flags) { } }
    public sealed class NullableContextAttribute : Attribute { public NullableContextAttribute(byte flag) { } }
    public sealed class NullablePublicOnlyAttribute : Attribute { public NullablePublicOnlyAttribute(bool includesInternals) { } }
    public sealed class TupleElementNamesAttribute : Attribute { public TupleElementNamesAttribute(string?[] transformNames) { } }
    public sealed class DecimalConstantAttribute : Attribute { public DecimalConstantAttribute(byte scale, byte sign, uint hi, uint mid, uint low) { } public DecimalConstantAttribute(byte scale, byte sign, int hi, int mid, int low) { } }
    public sealed class DynamicAttribute : Attribute { public DynamicAttribute() { } public DynamicAttribute(bool[] transformFlags) { } }
    public sealed class FixedBufferAttribute : Attribute { public FixedBufferAttribute(Type elementType, int length) { } }
    public sealed class UnsafeValueTypeAttribute : Attribute { }
    public sealed class SkipLocalsInitAttribute : Attribute { }
    public sealed class ModuleInitializerAttribute : Attribute { }
    public sealed class OverloadResolutionPriorityAttribute : Attribute { public OverloadResolutionPriorityAttribute(int priority) { } }
    public sealed class PreserveBaseOverridesAttribute : Attribute { }
    public sealed class AccessedThroughPropertyAttribute : Attribute { public AccessedThroughPropertyAttribute(string propertyName) { } }
    public class StateMachineAttribute : Attribute { public StateMachineAttribute(Type stateMachineType) { } }
    public sealed class IteratorStateMachineAttribute : StateMachineAttribute { public IteratorStateMachineAttribute(Type stateMachineType) : base(stateMachineType) { } }
    public sealed class AsyncStateMachineAttribute : StateMachineAttribute { public AsyncStateMachineAttribute(Type stateMachineType) : base(stateMachineType) { } }
    public sealed class AsyncIteratorStateMachineAttribute : StateMachineAttribute { public AsyncIteratorStateMachineAttribute(Type stateMachineType) : base(stateMachineType) { } }
    public sealed class AsyncMethodBuilderAttribute : Attribute { public AsyncMethodBuilderAttribute(Type builderType) { } }
    public sealed class EnumeratorCancellationAttribute : Attribute { }
    public sealed class CallerArgumentExpressionAttribute : Attribute { public CallerArgumentExpressionAttribute(string parameterName) { } }
    public sealed class CallerMemberNameAttribute : Attribute { }
    public sealed class CallerLineNumberAttribute : Attribute { }
    public sealed class CallerFilePathAttribute : Attribute { }
    public sealed class InterpolatedStringHandlerAttribute : Attribute { }
    public sealed class InterpolatedStringHandlerArgumentAttribute : Attribute { public InterpolatedStringHandlerArgumentAttribute(string argument) { } }
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    public sealed class InternalsVisibleToAttribute : Attribute { public InternalsVisibleToAttribute(string assemblyName) { } }
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    public sealed class TypeForwardedToAttribute : Attribute { public TypeForwardedToAttribute(Type destination) { } }
    public static class IsVolatile { }
    public static class IsExternalInit { }
    public static class RuntimeFeature
    {
        public const string PortablePdb = "PortablePdb";
        public const string DefaultImplementationsOfInterfaces = "DefaultImplementationsOfInterfaces";
        public const string UnmanagedSignatureCallingConvention = "UnmanagedSignatureCallingConvention";
        public const string CovariantReturnsOfClasses = "CovariantReturnsOfClasses";
        public const string ByRefFields = "ByRefFields";
        public const string ByRefLikeGenerics = "ByRefLikeGenerics";
        public const string VirtualStaticsInInterfaces = "VirtualStaticsInInterfaces";
        public const string NumericIntPtr = "NumericIntPtr";
        public static bool IsDynamicCodeSupported => false;
    }
    public class CallConvCdecl { }
    public class CallConvStdcall { }
    public class CallConvSuppressGCTransition { }
    public sealed class SwitchExpressionException : InvalidOperationException
    {
        public SwitchExpressionException() : base("Non-exhaustive switch expression failed to match its input.") { }
        public SwitchExpressionException(object? unmatchedValue) : base("Non-exhaustive switch expression failed to match its input." + (unmatchedValue == null ? "" : "\nUnmatched value was " + unmatchedValue.ToString() + ".")) { UnmatchedValue = unmatchedValue; }
        public object? UnmatchedValue { get; }
    }
    [InlineArray(2)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray2<T> { private T t; }
    [InlineArray(3)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray3<T> { private T t; }
    [InlineArray(4)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray4<T> { private T t; }
    [InlineArray(5)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray5<T> { private T t; }
    [InlineArray(6)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray6<T> { private T t; }
    [InlineArray(7)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray7<T> { private T t; }
    [InlineArray(8)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray8<T> { private T t; }
    [InlineArray(9)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray9<T> { private T t; }
    [InlineArray(10)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray10<T> { private T t; }
    [InlineArray(11)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray11<T> { private T t; }
    [InlineArray(12)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray12<T> { private T t; }
    [InlineArray(13)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray13<T> { private T t; }
    [InlineArray(14)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray14<T> { private T t; }
    [InlineArray(15)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray15<T> { private T t; }
    [InlineArray(16)]
    [System.Runtime.Versioning.NonVersionable]
    public struct InlineArray16<T> { private T t; }
    public interface ITuple { int Length { get; } object? this[int index] { get; } }
    public class StrongBox<T> { public T Value = default!; public StrongBox() { } public StrongBox(T value) { Value = value; } }
    public sealed class RuntimeWrappedException : Exception { public RuntimeWrappedException(object thrownObject) { WrappedException = thrownObject; } public object WrappedException { get; } }
}
