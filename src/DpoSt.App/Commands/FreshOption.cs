using System.CommandLine;

namespace DpoSt.App.Commands;

/// <summary><c>--fresh</c>: what trains starts over.</summary>
internal static class FreshOption
{
    public static Option<bool> New() => new("--fresh") { Description = "Start over, even where something is done already or could be resumed." };
}
