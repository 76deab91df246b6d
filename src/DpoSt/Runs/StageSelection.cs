using DpoSt.Configuration;

namespace DpoSt.Runs;

/// <summary>The part of a run that is wanted: the stages from one to another, both included; null is the first or the last.</summary>
internal sealed record StageSelection(string? From = null, string? Until = null)
{
    /// <summary>All stages.</summary>
    public static StageSelection All { get; } = new();

    /// <summary>The places of the first and the last wanted stage.</summary>
    /// <exception cref="UserErrorException">There is no such stage, or the last comes before the first.</exception>
    internal (int First, int Last) Of(IReadOnlyList<string> names)
    {
        var (first, last) = (From is null ? 0 : Find(From, names), Until is null ? names.Count - 1 : Find(Until, names));
        return first <= last
            ? (first, last)
            : throw new UserErrorException($"the stage '{From}' comes after '{Until}': --from must name an earlier stage than --until.");
    }

    private static int Find(string name, IReadOnlyList<string> names)
    {
        var found = names.ToList().IndexOf(name);
        var hint = NearestName.Of(name, names) is { } near ? $"did you mean '{near}'?" : $"its stages are {string.Join(", ", names)}.";
        return found >= 0 ? found : throw new UserErrorException($"there is no stage '{name}' in this run; {hint}");
    }
}
