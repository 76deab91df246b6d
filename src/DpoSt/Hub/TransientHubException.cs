namespace DpoSt.Hub;

/// <summary>A failure that may pass: the connection, or a server that is busy.</summary>
/// <param name="message">What happened, as the beginning of a sentence.</param>
/// <param name="retryAfter">How long the server asks to wait.</param>
internal sealed class TransientHubException(
    string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
