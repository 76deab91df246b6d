using System.CommandLine;

namespace DpoSt.App.Commands.Arguments;

/// <summary><c>--fresh</c>: what trains or samples starts over.</summary>
internal static class FreshOption
{
    public const string Name = "--fresh";

    public static Option<bool> New() => new(Name) { Description = "Start over, even where something is done already or could be resumed." };
}
