using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace DpoSt.Tensors;

/// <summary>
/// An exception that leaves a managed backward function would cross native frames and end the process. It is kept here instead, and
/// <see cref="Backward"/> throws it once libtorch has returned.
/// </summary>
internal static class BackwardGuard
{
    private static ExceptionDispatchInfo? kept;

    /// <summary>Runs the body of a backward function with <paramref name="inputs"/> inputs; on failure gives no gradients.</summary>
    public static List<Tensor> Run(int inputs, Func<List<Tensor>> body)
    {
        try
        {
            return body();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref kept, ExceptionDispatchInfo.Capture(e), null);
            return [.. Enumerable.Repeat<Tensor>(null!, inputs)];
        }
    }

    /// <summary>Runs autograd from a scalar and throws what a backward function could not.</summary>
    public static void Backward(Tensor loss)
    {
        try
        {
            loss.backward();
        }
        finally
        {
            // What libtorch says of the missing gradients is only the consequence: the kept exception is the cause, and replaces it.
            Interlocked.Exchange(ref kept, null)?.Throw();
        }
    }
}
