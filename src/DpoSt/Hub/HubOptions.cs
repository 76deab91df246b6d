namespace DpoSt.Hub;

/// <summary>Where the hub is and how patiently it is asked.</summary>
/// <param name="Endpoint">The hub's address.</param>
/// <param name="Token">Who asks; null where nobody in particular. It goes to the endpoint's own host only.</param>
/// <param name="Cache">The cache's folder, in the layout that Hugging Face's own tools share.</param>
internal sealed record HubOptions(Uri Endpoint, string? Token, string Cache)
{
    /// <summary>How often a request is tried while nothing comes.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait after the first failure; it doubles with each more.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may stay silent before the connection is given up.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether no server is asked: what is in the cache must do.</summary>
    public bool Offline { get; init; }

    /// <summary>The clock of the waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c> (or the file <c>token</c> in <c>HF_HOME</c>), <c>HF_HUB_CACHE</c>,
    /// <c>HF_HOME</c> and <c>HF_HUB_OFFLINE</c> (or <c>TRANSFORMERS_OFFLINE</c>), with the defaults of huggingface_hub.</summary>
    /// <exception cref="UserErrorException">The endpoint is not an address, or the token could not be one.</exception>
    public static HubOptions FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var address = Value(variable, "HF_ENDPOINT") ?? "https://huggingface.co";
        return Uri.TryCreate(address.TrimEnd('/'), UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? new HubOptions(
                endpoint, AcceptedToken(Value(variable, "HF_TOKEN"), Path.Combine(Home(variable), "token")), CacheFolder(variable))
            {
                Offline = (Value(variable, "HF_HUB_OFFLINE") ?? Value(variable, "TRANSFORMERS_OFFLINE"))?.ToUpperInvariant()
                    is "1" or "ON" or "YES" or "TRUE",
            }
            : throw new UserErrorException($"HF_ENDPOINT is '{address}', not an address; expected one like https://huggingface.co.");
    }

    /// <summary>The cache's folder alone: neither an address nor a token is looked at.</summary>
    /// <exception cref="UserErrorException">As in <see cref="HomePath.Expand"/>.</exception>
    public static string CacheFolder(Func<string, string?> variable) =>
        Path.GetFullPath(Folder(variable, "HF_HUB_CACHE") ?? Path.Combine(Home(variable), "hub"));

    private static string Home(Func<string, string?> variable) => Folder(variable, "HF_HOME") ?? Path.Combine(
        Folder(variable, "XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "huggingface");

    private static string? Folder(Func<string, string?> variable, string name) =>
        Value(variable, name) is { } folder ? HomePath.Expand(folder) : null;

    private static string? Value(Func<string, string?> variable, string name) =>
        variable(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static string? AcceptedToken(string? given, string file)
    {
        var token = given ?? (File.Exists(file) ? Read(file) : "");
        return token.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? token is "" ? null : token
            : throw new UserErrorException(
                $"{(given is null ? file : "HF_TOKEN")} holds no token: it has characters that a token never has; "
                + "copy it again from the hub's settings.");
    }

    private static string Read(string file)
    {
        try
        {
            return WholeFile.ReadText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{file}: the token cannot be read ({FileProblem.Of(file, e)}); set HF_TOKEN, or remove the file.", e);
        }
    }
}
