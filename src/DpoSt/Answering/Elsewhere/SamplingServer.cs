using DpoSt.Configuration.Sections;

namespace DpoSt.Answering.Elsewhere;

/// <summary>A server that answers in this process's place.</summary>
/// <param name="Address">Up to and with <c>/v1</c>.</param>
/// <param name="Model">The model's name there; null is the name of its folder.</param>
/// <param name="IsDpost">Whether it is <c>dpost serve</c>.</param>
/// <param name="Concurrency">Requests at a time.</param>
internal sealed record SamplingServer(Uri Address, string? Model, bool IsDpost, int Concurrency)
{
    /// <summary>The variable with the server's key.</summary>
    public const string KeyVariable = "DPOST_API_KEY";

    /// <summary>How often a request is tried.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>The wait before the second try; it doubles.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one try may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The server of a configuration; null where there is none.</summary>
    /// <exception cref="UserErrorException">Its address is none.</exception>
    public static SamplingServer? Of(GenerationSection section) => section.Server is not { } server ? null
        : Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new SamplingServer(address, section.Model, section.Kind == ServerKind.Dpost, section.Concurrency)
            : throw new UserErrorException(
                $"generation.server is {Shown.Quoted(server)}; expected an address such as http://127.0.0.1:8000/v1.");
}
