using System.Globalization;

namespace DpoSt.Hub;

/// <summary>Waits for a server, but not for ever: what the network does wrong becomes one kind of failure, which may pass.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan patience;
    private readonly string host;
    private readonly CancellationToken user;
    private readonly CancellationTokenSource source;

    /// <param name="patience">How long one answer may take to begin, and one read to bring something.</param>
    /// <param name="cancel">The user's own wish to end.</param>
    public StallWatch(TimeSpan patience, string host, CancellationToken cancel)
    {
        (this.patience, this.host, user) = (patience, host, cancel);
        source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <exception cref="TransientHubException">Nothing came in time, or the connection failed.</exception>
    /// <exception cref="OperationCanceledException">The user wants to end.</exception>
    public async Task<T> Watch<T>(Func<CancellationToken, Task<T>> step)
    {
        source.CancelAfter(patience);
        try
        {
            return await step(source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!user.IsCancellationRequested)
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

    public void Dispose() => source.Dispose();
    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
