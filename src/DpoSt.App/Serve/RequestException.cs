namespace DpoSt.App.Serve;

/// <summary>A request that cannot be answered, as OpenAI's interface reports it.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">One sentence: what, where, what was expected.</param>
/// <param name="parameter">The field that is wrong, null for the request as a whole.</param>
/// <param name="code">What programs look at.</param>
internal sealed class RequestException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    public int Status => status;
    public string? Parameter => parameter;
    public string? Code => code;
}
