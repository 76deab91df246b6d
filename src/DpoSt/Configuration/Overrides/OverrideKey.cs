using DpoSt.Configuration.Grammar;

namespace DpoSt.Configuration.Overrides;

/// <summary>What an override changes: <c>section.key</c>, or the choice of a group <c>group/below</c> or <c>group@package</c>.</summary>
/// <param name="Path">What stands before <c>@</c>.</param>
/// <param name="Package">What stands behind it, null without one.</param>
internal sealed record OverrideKey(string Path, string? Package)
{
    private const int MostParts = 64;

    public override string ToString() => Package is null ? Path : $"{Path}@{Package}";

    /// <summary>Reads a key by Hydra's grammar; null where it is none.</summary>
    /// <exception cref="UserErrorException">The key goes deeper than a configuration may.</exception>
    public static OverrideKey? Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var path = at < 0 ? text : text[..at];
        var package = at < 0 ? null : text[(at + 1)..];
        if (text.AsSpan().Count('.') >= MostParts)
        {
            throw new UserErrorException($"override '{Shown.Text(text)}': the key goes more than {MostParts} deep.");
        }

        return (IsDotted(path) || IsGroup(path)) && (package is null or "" || IsDotted(package)) ? new OverrideKey(path, package) : null;
    }

    private static bool IsGroup(string path) => Array.TrueForAll(path.Split('/'), part => ValueLexer.IsName(part));

    private static bool IsDotted(string path)
    {
        var parts = path.Split('.');
        return Array.TrueForAll(parts, part => IsPart(part) || (parts.Length > 1 && IsNumber(part)));
    }

    /// <summary>A name, which here may also hold <c>$</c>.</summary>
    private static bool IsPart(string part) => ValueLexer.IsName(part.Replace('$', '_'));

    private static bool IsNumber(string part) => part.Length > 0 && char.IsAsciiDigit(part[0])
        && NumberText.At(part, 0) is (ValueToken.Whole, var end) && end == part.Length;
}
