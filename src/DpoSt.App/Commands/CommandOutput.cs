using Spectre.Console;

namespace DpoSt.App.Commands;

/// <summary>Where a command writes: results to one side, progress and errors to the other.</summary>
internal sealed record CommandOutput(TextWriter Out, TextWriter Error, IAnsiConsole Progress);
