namespace DpoSt.Configuration;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest edits, null where even that one is too far away: more than two edits and a third of the part
    /// of the name behind its last point, or all of it.</summary>
    public static string? Of(string name, IEnumerable<string> candidates) => candidates
        .Where(candidate => Math.Abs(candidate.Length - name.Length) <= Most(name.Length) && name.Length <= Shown.Longest)
        .Select(candidate => (Name: candidate, Edits: Edits(name, candidate)))
        .Where(c => c.Edits <= Most(name.Length - 1 - name.LastIndexOf('.')))
        .OrderBy(c => c.Edits)
        .ThenBy(c => c.Name, StringComparer.Ordinal)
        .Select(c => c.Name)
        .FirstOrDefault();

    private static int Most(int length) => Math.Min(length - 1, Math.Max(2, length / 3));

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two names, letter case aside.</summary>
    internal static int Edits(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0
                    ? i + j : Math.Min(rows[i - 1, j - 1] + (Same(i, j) ? 0 : 1), Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(i, j - 1) && Same(i - 1, j))
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];

        bool Same(int i, int j) => char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
    }
}
