using System.Globalization;

namespace DpoSt.Hub;

/// <summary>Waits for a server, but not for ever: what the network does wrong becomes one kind of failure, which may pass.</summary>
/// <param name="patience">How long one answer may take to begin, and one read to bring something.</param>
internal sealed class StallWatch(TimeSpan patience, string host, CancellationToken cancel) : IDisposable
{
    private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);

    /// <exception cref="TransientHubException">Nothing came in time, or the connection failed.</exception>
    /// <exception cref="OperationCanceledException">The user wants to end.</exception>
    public async Task<T> Watch<T>(Func<CancellationToken, Task<T>> step)
    {
        source.CancelAfter(patience);
        try
        {
            return await step(source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TransientHubException(
                string.Create(CultureInfo.InvariantCulture, $"{host} sent nothing for {patience.TotalSeconds:0.#} s"), inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransientHubException(
                $"the connection to {host} failed ({Innermost(e).Message.Split('\n')[0].TrimEnd('.')})", inner: e);
        }
    }

    /// <summary>Something has gone or come: the patience begins anew.</summary>
    public void Renew() => source.CancelAfter(patience);

    public void Dispose() => source.Dispose();
    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
