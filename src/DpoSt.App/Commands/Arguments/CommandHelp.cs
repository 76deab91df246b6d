namespace DpoSt.App.Commands.Arguments;

/// <summary>How every command introduces itself under <c>--help</c>.</summary>
internal static class CommandHelp
{
    /// <summary>A description and lines to copy.</summary>
    public static string Of(string description, params ReadOnlySpan<string> examples) =>
        $"{description}\n\nExample:\n  {string.Join("\n  ", examples)}";
}
