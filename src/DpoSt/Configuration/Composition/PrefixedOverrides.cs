namespace DpoSt.Configuration.Composition;

/// <summary>Overrides that say before the key which of several files they change: <c>sft.trainer.seed=1</c>.</summary>
internal static class PrefixedOverrides
{
    /// <summary>An override without the signs before its key: <c>a.b=c</c> of <c>++a.b=c</c>.</summary>
    public static string Bare(string text) => text[Signs(text)..];

    /// <summary>Those of one file, without their prefix.</summary>
    public static IReadOnlyList<string> Only(IEnumerable<string> overrides, string prefix) =>
        [.. overrides.Where(o => Bare(o).StartsWith(prefix, StringComparison.Ordinal))
            .Select(o => o[..Signs(o)] + Bare(o)[prefix.Length..])];

    /// <summary>Those with none of these prefixes.</summary>
    public static IReadOnlyList<string> Without(IEnumerable<string> overrides, params string[] prefixes) =>
        [.. overrides.Where(o => !Array.Exists(prefixes, p => Bare(o).StartsWith(p, StringComparison.Ordinal)))];

    private static int Signs(string text) => text.TakeWhile(c => c is '+' or '~').Count();
}
