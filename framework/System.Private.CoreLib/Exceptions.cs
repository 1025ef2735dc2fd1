// The exceptions.
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace System
{
    public class Exception
    {
        internal string? _message;
        private Exception? _innerException;
        private string? _helpLink;
        private string? _source;
        private IDictionary? _data;
        internal string? _stackTrace;   // filled in by the runtime
        internal int _HResult;
        public Exception() { }
        public Exception(string? message) { _message = message; }
        public Exception(string? message, Exception? innerException) { _message = message; _innerException = innerException; }
        public virtual string Message => _message ?? "Exception of type '" + GetType().ToString() + "' was thrown.";
        public Exception? InnerException => _innerException;
        public virtual IDictionary Data => _data ??= new Hashtable();
        public virtual string? StackTrace => _stackTrace;
        public virtual string? Source { get => _source; set => _source = value; }
        public virtual string? HelpLink { get => _helpLink; set => _helpLink = value; }
        public int HResult { get => _HResult; set => _HResult = value; }
        public virtual Exception GetBaseException()
        {
            Exception result = this;
            while (result.InnerException != null) result = result.InnerException;
            return result;
        }
        public new Type GetType() => base.GetType();
        public override string ToString()
        {
            string text = GetType().ToString();
            string message = Message;
            if (!string.IsNullOrEmpty(message)) text = text + ": " + message;
            if (_innerException != null) text = text + "\n ---> " + _innerException.ToString() + "\n   --- End of inner exception stack trace ---";
            return _stackTrace == null ? text : text + "\n" + _stackTrace;
        }
    }
    public class SystemException : Exception
    {
        public SystemException() : base("System error.") { }
        public SystemException(string? message) : base(message ?? "System error.") { }
        public SystemException(string? message, Exception? innerException) : base(message ?? "System error.", innerException) { }
    }
    public class ApplicationException : Exception
    {
        public ApplicationException() : base("Error in the application.") { }
        public ApplicationException(string? message) : base(message ?? "Error in the application.") { }
        public ApplicationException(string? message, Exception? innerException) : base(message ?? "Error in the application.", innerException) { }
    }
    public class ArithmeticException : SystemException
    {
        public ArithmeticException() : base("Overflow or underflow in the arithmetic operation.") { }
        public ArithmeticException(string? message) : base(message ?? "Overflow or underflow in the arithmetic operation.") { }
        public ArithmeticException(string? message, Exception? innerException) : base(message ?? "Overflow or underflow in the arithmetic operation.", innerException) { }
    }
    public class OverflowException : ArithmeticException
    {
        public OverflowException() : base("Arithmetic operation resulted in an overflow.") { }
        public OverflowException(string? message) : base(message ?? "Arithmetic operation resulted in an overflow.") { }
        public OverflowException(string? message, Exception? innerException) : base(message ?? "Arithmetic operation resulted in an overflow.", innerException) { }
    }
    public class DivideByZeroException : ArithmeticException
    {
        public DivideByZeroException() : base("Attempted to divide by zero.") { }
        public DivideByZeroException(string? message) : base(message ?? "Attempted to divide by zero.") { }
        public DivideByZeroException(string? message, Exception? innerException) : base(message ?? "Attempted to divide by zero.", innerException) { }
    }
    public class NotFiniteNumberException : ArithmeticException
    {
        public NotFiniteNumberException() : base("Number encountered was not a finite quantity.") { }
        public NotFiniteNumberException(string? message) : base(message ?? "Number encountered was not a finite quantity.") { }
        public NotFiniteNumberException(string? message, Exception? innerException) : base(message ?? "Number encountered was not a finite quantity.", innerException) { }
    }
    public class NullReferenceException : SystemException
    {
        public NullReferenceException() : base("Object reference not set to an instance of an object.") { }
        public NullReferenceException(string? message) : base(message ?? "Object reference not set to an instance of an object.") { }
        public NullReferenceException(string? message, Exception? innerException) : base(message ?? "Object reference not set to an instance of an object.", innerException) { }
    }
    public class IndexOutOfRangeException : SystemException
    {
        public IndexOutOfRangeException() : base("Index was outside the bounds of the array.") { }
        public IndexOutOfRangeException(string? message) : base(message ?? "Index was outside the bounds of the array.") { }
        public IndexOutOfRangeException(string? message, Exception? innerException) : base(message ?? "Index was outside the bounds of the array.", innerException) { }
    }
    public class InvalidCastException : SystemException
    {
        public InvalidCastException() : base("Specified cast is not valid.") { }
        public InvalidCastException(string? message) : base(message ?? "Specified cast is not valid.") { }
        public InvalidCastException(string? message, Exception? innerException) : base(message ?? "Specified cast is not valid.", innerException) { }
    }
    public class ArrayTypeMismatchException : SystemException
    {
        public ArrayTypeMismatchException() : base("Attempted to access an element as a type incompatible with the array.") { }
        public ArrayTypeMismatchException(string? message) : base(message ?? "Attempted to access an element as a type incompatible with the array.") { }
        public ArrayTypeMismatchException(string? message, Exception? innerException) : base(message ?? "Attempted to access an element as a type incompatible with the array.", innerException) { }
    }
    public class RankException : SystemException
    {
        public RankException() : base("Attempted to operate on an array with the incorrect number of dimensions.") { }
        public RankException(string? message) : base(message ?? "Attempted to operate on an array with the incorrect number of dimensions.") { }
        public RankException(string? message, Exception? innerException) : base(message ?? "Attempted to operate on an array with the incorrect number of dimensions.", innerException) { }
    }
    public class InvalidOperationException : SystemException
    {
        public InvalidOperationException() : base("Operation is not valid due to the current state of the object.") { }
        public InvalidOperationException(string? message) : base(message ?? "Operation is not valid due to the current state of the object.") { }
        public InvalidOperationException(string? message, Exception? innerException) : base(message ?? "Operation is not valid due to the current state of the object.", innerException) { }
    }
    public class NotSupportedException : SystemException
    {
        public NotSupportedException() : base("Specified method is not supported.") { }
        public NotSupportedException(string? message) : base(message ?? "Specified method is not supported.") { }
        public NotSupportedException(string? message, Exception? innerException) : base(message ?? "Specified method is not supported.", innerException) { }
    }
    public class PlatformNotSupportedException : NotSupportedException
    {
        public PlatformNotSupportedException() : base("Operation is not supported on this platform.") { }
        public PlatformNotSupportedException(string? message) : base(message ?? "Operation is not supported on this platform.") { }
        public PlatformNotSupportedException(string? message, Exception? innerException) : base(message ?? "Operation is not supported on this platform.", innerException) { }
    }
    public class NotImplementedException : SystemException
    {
        public NotImplementedException() : base("The method or operation is not implemented.") { }
        public NotImplementedException(string? message) : base(message ?? "The method or operation is not implemented.") { }
        public NotImplementedException(string? message, Exception? innerException) : base(message ?? "The method or operation is not implemented.", innerException) { }
    }
    public class FormatException : SystemException
    {
        public FormatException() : base("One of the identified items was in an invalid format.") { }
        public FormatException(string? message) : base(message ?? "One of the identified items was in an invalid format.") { }
        public FormatException(string? message, Exception? innerException) : base(message ?? "One of the identified items was in an invalid format.", innerException) { }
    }
    public class OutOfMemoryException : SystemException
    {
        public OutOfMemoryException() : base("Insufficient memory to continue the execution of the program.") { }
        public OutOfMemoryException(string? message) : base(message ?? "Insufficient memory to continue the execution of the program.") { }
        public OutOfMemoryException(string? message, Exception? innerException) : base(message ?? "Insufficient memory to continue the execution of the program.", innerException) { }
    }
    public class InsufficientExecutionStackException : SystemException
    {
        public InsufficientExecutionStackException() : base("Insufficient stack to continue executing the program safely. This can happen from having too many functions on the call stack or function on the stack using too much stack space.") { }
        public InsufficientExecutionStackException(string? message) : base(message ?? "Insufficient stack to continue executing the program safely. This can happen from having too many functions on the call stack or function on the stack using too much stack space.") { }
        public InsufficientExecutionStackException(string? message, Exception? innerException) : base(message ?? "Insufficient stack to continue executing the program safely. This can happen from having too many functions on the call stack or function on the stack using too much stack space.", innerException) { }
    }
    public class StackOverflowException : SystemException
    {
        public StackOverflowException() : base("Operation caused a stack overflow.") { }
        public StackOverflowException(string? message) : base(message ?? "Operation caused a stack overflow.") { }
        public StackOverflowException(string? message, Exception? innerException) : base(message ?? "Operation caused a stack overflow.", innerException) { }
    }
    public class ExecutionEngineException : SystemException
    {
        public ExecutionEngineException() : base("Internal error in the runtime.") { }
        public ExecutionEngineException(string? message) : base(message ?? "Internal error in the runtime.") { }
        public ExecutionEngineException(string? message, Exception? innerException) : base(message ?? "Internal error in the runtime.", innerException) { }
    }
    public class AccessViolationException : SystemException
    {
        public AccessViolationException() : base("Attempted to read or write protected memory. This is often an indication that other memory is corrupt.") { }
        public AccessViolationException(string? message) : base(message ?? "Attempted to read or write protected memory. This is often an indication that other memory is corrupt.") { }
        public AccessViolationException(string? message, Exception? innerException) : base(message ?? "Attempted to read or write protected memory. This is often an indication that other memory is corrupt.", innerException) { }
    }
    public class TimeoutException : SystemException
    {
        public TimeoutException() : base("The operation has timed out.") { }
        public TimeoutException(string? message) : base(message ?? "The operation has timed out.") { }
        public TimeoutException(string? message, Exception? innerException) : base(message ?? "The operation has timed out.", innerException) { }
    }
    public class UnauthorizedAccessException : SystemException
    {
        public UnauthorizedAccessException() : base("Attempted to perform an unauthorized operation.") { }
        public UnauthorizedAccessException(string? message) : base(message ?? "Attempted to perform an unauthorized operation.") { }
        public UnauthorizedAccessException(string? message, Exception? innerException) : base(message ?? "Attempted to perform an unauthorized operation.", innerException) { }
    }
    public class TypeLoadException : SystemException
    {
        public TypeLoadException() : base("Failure has occurred while loading a type.") { }
        public TypeLoadException(string? message) : base(message ?? "Failure has occurred while loading a type.") { }
        public TypeLoadException(string? message, Exception? innerException) : base(message ?? "Failure has occurred while loading a type.", innerException) { }
    }
    public class EntryPointNotFoundException : TypeLoadException
    {
        public EntryPointNotFoundException() : base("Entry point was not found.") { }
        public EntryPointNotFoundException(string? message) : base(message ?? "Entry point was not found.") { }
        public EntryPointNotFoundException(string? message, Exception? innerException) : base(message ?? "Entry point was not found.", innerException) { }
    }
    public class DllNotFoundException : TypeLoadException
    {
        public DllNotFoundException() : base("Dll was not found.") { }
        public DllNotFoundException(string? message) : base(message ?? "Dll was not found.") { }
        public DllNotFoundException(string? message, Exception? innerException) : base(message ?? "Dll was not found.", innerException) { }
    }
    public class InvalidProgramException : SystemException
    {
        public InvalidProgramException() : base("Common Language Runtime detected an invalid program.") { }
        public InvalidProgramException(string? message) : base(message ?? "Common Language Runtime detected an invalid program.") { }
        public InvalidProgramException(string? message, Exception? innerException) : base(message ?? "Common Language Runtime detected an invalid program.", innerException) { }
    }
    public class MemberAccessException : SystemException
    {
        public MemberAccessException() : base("Cannot access member.") { }
        public MemberAccessException(string? message) : base(message ?? "Cannot access member.") { }
        public MemberAccessException(string? message, Exception? innerException) : base(message ?? "Cannot access member.", innerException) { }
    }
    public class MissingMemberException : MemberAccessException
    {
        public MissingMemberException() : base("Attempted to access a missing member.") { }
        public MissingMemberException(string? message) : base(message ?? "Attempted to access a missing member.") { }
        public MissingMemberException(string? message, Exception? innerException) : base(message ?? "Attempted to access a missing member.", innerException) { }
    }
    public class MissingMethodException : MissingMemberException
    {
        public MissingMethodException() : base("Attempted to access a missing method.") { }
        public MissingMethodException(string? message) : base(message ?? "Attempted to access a missing method.") { }
        public MissingMethodException(string? message, Exception? innerException) : base(message ?? "Attempted to access a missing method.", innerException) { }
    }
    public class MissingFieldException : MissingMemberException
    {
        public MissingFieldException() : base("Attempted to access a non-existing field.") { }
        public MissingFieldException(string? message) : base(message ?? "Attempted to access a non-existing field.") { }
        public MissingFieldException(string? message, Exception? innerException) : base(message ?? "Attempted to access a non-existing field.", innerException) { }
    }
    public class BadImageFormatException : SystemException
    {
        public BadImageFormatException() : base("Format of the executable (.exe) or library (.dll) is invalid.") { }
        public BadImageFormatException(string? message) : base(message ?? "Format of the executable (.exe) or library (.dll) is invalid.") { }
        public BadImageFormatException(string? message, Exception? innerException) : base(message ?? "Format of the executable (.exe) or library (.dll) is invalid.", innerException) { }
    }
    public class ArgumentException : SystemException
    {
        private readonly string? _paramName;
        public ArgumentException() : base("Value does not fall within the expected range.") { }
        public ArgumentException(string? message) : base(message) { }
        public ArgumentException(string? message, Exception? innerException) : base(message, innerException) { }
        public ArgumentException(string? message, string? paramName) : base(message) { _paramName = paramName; }
        public ArgumentException(string? message, string? paramName, Exception? innerException) : base(message, innerException) { _paramName = paramName; }
        public virtual string? ParamName => _paramName;
        public override string Message => string.IsNullOrEmpty(_paramName) ? base.Message : base.Message + " (Parameter '" + _paramName + "')";
        public static void ThrowIfNullOrEmpty(string? argument, [CallerArgumentExpression("argument")] string? paramName = null)
        {
            if (argument == null) throw new ArgumentNullException(paramName);
            if (argument.Length == 0) throw new ArgumentException("The value cannot be an empty string.", paramName);
        }
    }
    public class ArgumentNullException : ArgumentException
    {
        public ArgumentNullException() : base("Value cannot be null.") { }
        public ArgumentNullException(string? paramName) : base("Value cannot be null.", paramName) { }
        public ArgumentNullException(string? paramName, string? message) : base(message, paramName) { }
        public static void ThrowIfNull([System.Diagnostics.CodeAnalysis.NotNull] object? argument, [CallerArgumentExpression("argument")] string? paramName = null)
        {
            if (argument is null) throw new ArgumentNullException(paramName);
        }
    }
    public class ArgumentOutOfRangeException : ArgumentException
    {
        private readonly object? _actualValue;
        public ArgumentOutOfRangeException() : base("Specified argument was out of the range of valid values.") { }
        public ArgumentOutOfRangeException(string? paramName) : base("Specified argument was out of the range of valid values.", paramName) { }
        public ArgumentOutOfRangeException(string? paramName, string? message) : base(message, paramName) { }
        public ArgumentOutOfRangeException(string? paramName, object? actualValue, string? message) : base(message, paramName) { _actualValue = actualValue; }
        public virtual object? ActualValue => _actualValue;
        public override string Message => _actualValue == null ? base.Message : base.Message + "\nActual value was " + _actualValue.ToString() + ".";
        public static void ThrowIfNegative(int value, [CallerArgumentExpression("value")] string? paramName = null)
        {
            if (value < 0) throw new ArgumentOutOfRangeException(paramName, value, paramName + " ('" + value.ToString() + "') must be a non-negative value.");
        }
    }
    public sealed class TypeInitializationException : TypeLoadException
    {
        private readonly string? _typeName;
        public TypeInitializationException(string? fullTypeName, Exception? innerException) : base("The type initializer for '" + fullTypeName + "' threw an exception.", innerException) { _typeName = fullTypeName; }
        public string TypeName => _typeName ?? "";
        // Called by the runtime.
        private static Exception Make(string name, Exception inner) => new TypeInitializationException(name, inner);
    }
    public class ObjectDisposedException : InvalidOperationException
    {
        private readonly string? _objectName;
        public ObjectDisposedException(string? objectName) : base("Cannot access a disposed object.") { _objectName = objectName; }
        public ObjectDisposedException(string? objectName, string? message) : base(message) { _objectName = objectName; }
        public override string Message => string.IsNullOrEmpty(_objectName) ? base.Message : base.Message + "\nObject name: '" + _objectName + "'.";
    }
    public class OperationCanceledException : SystemException
    {
        public System.Threading.CancellationToken CancellationToken { get; }
        public OperationCanceledException() : base("The operation was canceled.") { }
        public OperationCanceledException(string? message) : base(message ?? "The operation was canceled.") { }
        public OperationCanceledException(string? message, Exception? innerException) : base(message, innerException) { }
        public OperationCanceledException(System.Threading.CancellationToken token) : base("The operation was canceled.") { CancellationToken = token; }
        public OperationCanceledException(string? message, System.Threading.CancellationToken token) : base(message) { CancellationToken = token; }
    }
    public class AggregateException : Exception
    {
        private readonly Exception[] inner;
        public AggregateException(params Exception[] innerExceptions) : this("One or more errors occurred.", innerExceptions) { }
        public AggregateException(string? message, params Exception[] innerExceptions) : base(message, innerExceptions.Length == 0 ? null : innerExceptions[0]) { inner = innerExceptions; }
        public AggregateException(IEnumerable<Exception> innerExceptions) : this(new List<Exception>(innerExceptions).ToArray()) { }
        public System.Collections.ObjectModel.ReadOnlyCollection<Exception> InnerExceptions => new(inner);
        public override string Message
        {
            get
            {
                if (inner.Length == 0) return base.Message;
                System.Text.StringBuilder text = new();
                text.Append(base.Message);
                foreach (Exception e in inner) text.Append(" (").Append(e.Message).Append(')');
                return text.ToString();
            }
        }
        public override Exception GetBaseException()
        {
            Exception result = this;
            while (result is AggregateException { inner.Length: 1 } single) result = single.inner[0];
            return result;
        }
        public AggregateException Flatten()
        {
            List<Exception> flat = new();
            AddTo(flat);
            return new AggregateException(base.Message, flat.ToArray());
        }
        private void AddTo(List<Exception> flat)
        {
            foreach (Exception e in inner) if (e is AggregateException a) a.AddTo(flat); else flat.Add(e);
        }
        public void Handle(Func<Exception, bool> predicate)
        {
            List<Exception> rest = new();
            foreach (Exception e in inner) if (!predicate(e)) rest.Add(e);
            if (rest.Count != 0) throw new AggregateException(base.Message, rest.ToArray());
        }
    }

    // The runtime makes the exceptions of its own checks through these; the argument is what the message needs.
    internal static class RuntimeExceptions
    {
        private static Exception NullReference(string? text) => new NullReferenceException();
        private static Exception IndexOutOfRange(string? text) => new IndexOutOfRangeException();
        private static Exception DivideByZero(string? text) => new DivideByZeroException();
        private static Exception Overflow(string? text) => new OverflowException(text);
        private static Exception InvalidCast(string? text) => new InvalidCastException(text);
        private static Exception ArrayTypeMismatch(string? text) => new ArrayTypeMismatchException(text);
        private static Exception OutOfMemory(string? text) => new OutOfMemoryException(text);
        private static Exception MissingMethod(string? text) => new MissingMethodException(text);
        private static Exception Argument(string? text) => new ArgumentException(text);
        private static Exception ArgumentOutOfRange(string? text) => new ArgumentOutOfRangeException(text);
        private static Exception PlatformNotSupported(string? text) => new PlatformNotSupportedException(text);
        private static Exception NotImplemented(string? text) => new NotImplementedException(text);
        private static Exception EntryPointNotFound(string? text) => new EntryPointNotFoundException(text);
        private static Exception InvalidOperation(string? text) => new InvalidOperationException(text);
    }

    internal static class ThrowHelper
    {
        internal static void ThrowNoValue() => throw new InvalidOperationException("Nullable object must have a value.");
        internal static void ThrowIndexOutOfRange() => throw new IndexOutOfRangeException();
        internal static void ThrowArgumentOutOfRange() => throw new ArgumentOutOfRangeException();
        internal static void ThrowArgumentOutOfRange(string name) => throw new ArgumentOutOfRangeException(name);
        internal static void ThrowIndexArgument() => throw new ArgumentOutOfRangeException("index", "Index was out of range. Must be non-negative and less than the size of the collection.");
        internal static void ThrowTooShort() => throw new ArgumentException("Destination is too short.", "destination");
        internal static void ThrowVersion() => throw new InvalidOperationException("Collection was modified; enumeration operation may not execute.");
        internal static void ThrowArrayTypeMismatch() => throw new ArrayTypeMismatchException();
    }
}

namespace System.Runtime.ExceptionServices
{
    public sealed class ExceptionDispatchInfo
    {
        private readonly Exception exception;
        private ExceptionDispatchInfo(Exception e) { exception = e; }
        public static ExceptionDispatchInfo Capture(Exception source) => new ExceptionDispatchInfo(source);
        public Exception SourceException => exception;
        [System.Diagnostics.CodeAnalysis.DoesNotReturn]
        public void Throw() => throw exception;
        [System.Diagnostics.CodeAnalysis.DoesNotReturn]
        public static void Throw(Exception source) => throw source;
        public static Exception SetCurrentStackTrace(Exception source) => source;
    }
}
