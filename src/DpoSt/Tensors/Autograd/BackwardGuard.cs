using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace DpoSt.Tensors.Autograd;

/// <summary>Around managed backward functions. An exception that left one would cross native frames and end the process: it is kept here,
/// and <see cref="Backward"/> throws it once libtorch has returned. Tensors are released as soon as libtorch has them: TorchSharp's
/// wrappers would keep every gradient of a backward pass alive until the end of the step.</summary>
internal static class BackwardGuard
{
    // Of this thread's own backward pass; a device's thread of libtorch has none, and keeps its exception for whoever waits.
    [ThreadStatic]
    private static Failure? own;

    private static readonly Failure OfDevices = new();

    // What the last function on this thread returned: libtorch takes it after the return, and surely before it calls another.
    [ThreadStatic]
    private static List<Tensor>? returned;

    /// <summary>Runs the body of a backward function with <paramref name="inputs"/> inputs; on failure gives no gradients.</summary>
    /// <param name="gradient">The gradient it was given, of which it is the only user.</param>
    /// <param name="body">Gives the gradients, null where there is none; all else that it makes is released.</param>
    public static List<Tensor> Run(int inputs, Tensor gradient, Func<List<Tensor>> body)
    {
        ReleaseReturned();
        try
        {
            using var scope = NewDisposeScope();
            var gradients = body();
            gradients.ForEach(g => g?.DetachFromDisposeScope());
            ReleaseReturned();                                    // of a backward pass within this one
            gradient.Dispose();
            return returned = gradients;
        }
        catch (Exception e)
        {
            (own ?? OfDevices).Keep(e);
            return [.. Enumerable.Repeat<Tensor>(null!, inputs)];
        }
    }

    /// <summary>Runs autograd from a tensor and throws what a backward function could not.</summary>
    /// <param name="gradient">The gradient there; null is one, for a scalar.</param>
    public static void Backward(Tensor tensor, Tensor? gradient = null)
    {
        var outer = own;
        var failure = own = new Failure();
        try
        {
            tensor.backward(gradient is null ? null : [gradient]);
        }
        finally
        {
            own = outer;
            ReleaseReturned();
            // What libtorch says of the missing gradients is only the consequence: the kept exception is the cause, and replaces it.
            failure.Throw();
            OfDevices.Throw();
        }
    }

    private static void ReleaseReturned()
    {
        returned?.ForEach(g => g?.Dispose());
        returned = null;
    }

    // The first that was thrown.
    private sealed class Failure
    {
        private ExceptionDispatchInfo? kept;

        public void Keep(Exception exception) => Interlocked.CompareExchange(ref kept, ExceptionDispatchInfo.Capture(exception), null);

        public void Throw() => Interlocked.Exchange(ref kept, null)?.Throw();
    }
}
