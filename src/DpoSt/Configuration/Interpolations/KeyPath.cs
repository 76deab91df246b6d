namespace DpoSt.Configuration.Interpolations;

/// <summary>The parts of a key: <c>a.b</c>, <c>a[b]</c> and <c>[a].b</c> are the same two.</summary>
internal static class KeyPath
{
    /// <summary>Splits a key as OmegaConf does, which passes over what it cannot read.</summary>
    /// <returns>The parts; null where a bracket is not closed, or something else than a point or a bracket follows it.</returns>
    public static IReadOnlyList<string>? Split(string key)
    {
        var parts = new List<string>();
        for (var at = 0; at == 0 || at < key.Length;)
        {
            if (at < key.Length && key[at] == '[')
            {
                var close = key.IndexOf(']', at);
                if (close < 0 || (close + 1 < key.Length && key[close + 1] is not ('.' or '[')))
                {
                    return null;
                }

                parts.Add(key[(at + 1)..close]);
                at = close + 1;
                continue;
            }

            var start = at < key.Length && key[at] == '.' ? at + 1 : at;
            at = key.AsSpan(start).IndexOfAny('.', '[') is var length && length < 0 ? key.Length : start + length;
            parts.Add(key[start..at]);
        }

        return parts;
    }
}
