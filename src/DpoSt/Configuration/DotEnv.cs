namespace DpoSt.Configuration;

/// <summary>Reads a variable from a <c>.env</c> file: <c>NAME=value</c>, <c>export NAME="value"</c>, comments after <c>#</c>.</summary>
internal static class DotEnv
{
    /// <summary>A variable of the environment, else of the <c>.env</c> in a folder; null where neither sets it.</summary>
    public static string? Lookup(string folder, string name, Func<string, string?> environment)
    {
        var file = Path.Combine(folder, ".env");
        return environment(name) ?? (File.Exists(file) ? Find(WholeFile.ReadText(file), name) : null);
    }

    /// <summary>The same, where the program stands.</summary>
    public static string? Here(string name) => Lookup(Directory.GetCurrentDirectory(), name, Environment.GetEnvironmentVariable);

    /// <summary>The last value of a variable in the text; null where it is not set.</summary>
    public static string? Find(string text, string name)
    {
        string? found = null;
        foreach (var line in text.Split('\n'))
        {
            var entry = line.Trim();
            entry = entry.StartsWith("export ", StringComparison.Ordinal) ? entry["export ".Length..] : entry;
            var equal = entry.IndexOf('=', StringComparison.Ordinal);
            if (equal > 0 && entry[..equal].Trim() == name)
            {
                found = Value(entry[(equal + 1)..].Trim());
            }
        }

        return found;
    }

    private static string Value(string text)
    {
        if (text is ['\'' or '"', ..] && text.IndexOf(text[0], 1) is > 0 and var end)
        {
            return text[1..end];
        }

        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }
}
