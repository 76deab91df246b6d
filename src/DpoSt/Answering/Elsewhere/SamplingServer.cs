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

    /// <summary>The variable with a teacher's key: another server's key is never sent to it.</summary>
    public const string TeacherKeyVariable = "DPOST_TEACHER_KEY";

    /// <summary>The variable with this server's key.</summary>
    public string Key { get; init; } = KeyVariable;

    /// <summary>The options that say how it is asked.</summary>
    public string Options => Key == TeacherKeyVariable ? "loop.teacher.*" : "generation.*";

    /// <summary>How often a request is tried.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>The wait before the second try; it doubles.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one try may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The server of a configuration; null where there is none.</summary>
    /// <exception cref="UserErrorException">Its address is none.</exception>
    public static SamplingServer? Of(GenerationSection section) => section.Server is not { } server ? null
        : new SamplingServer(
            AddressOf(server, "generation.server"), section.Model, section.Kind == ServerKind.Dpost, section.Concurrency);

    /// <summary>The server of a teacher.</summary>
    /// <exception cref="UserErrorException">Its address is none, or it or its model is not named.</exception>
    public static SamplingServer Of(TeacherSection section) => section is { Server: { } server, Model: { } model }
        ? new SamplingServer(AddressOf(server, "loop.teacher.server"), model, IsDpost: false, section.Concurrency)
        {
            Key = TeacherKeyVariable,
        }
        : throw new UserErrorException(
            $"loop.teacher has no {(section.Server is null ? "server" : "model")}: expected server, an address such as "
            + "http://127.0.0.1:8000/v1, and model, the model's name there.");

    /// <summary>Refuses a server that has not the model.</summary>
    /// <exception cref="UserErrorException">It has others.</exception>
    public void CheckHas(string model, string[] models, string advice)
    {
        if (!models.Contains(model, StringComparer.Ordinal))
        {
            throw new UserErrorException(
                $"{Address} has no model {Shown.Quoted(model)} (it has {Shown.Text(string.Join(", ", models))}): {advice}; "
                + "then run the same command again.");
        }
    }

    private static Uri AddressOf(string server, string key) =>
        Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
            : throw new UserErrorException(
                $"{key} is {Shown.Quoted(server)}; expected an address such as http://127.0.0.1:8000/v1.");
}
