using System.CommandLine;
using DpoSt.Verification;

namespace DpoSt.App.Commands.Arguments;

/// <summary>What judges answers, for a command without a configuration file.</summary>
internal sealed class VerifierArguments
{
    private readonly Option<string> verifier = CommandOption.Of<string>("--verifier", "What judges.").Or(Verifiers.Default);
    private readonly Option<double?> tolerance =
        CommandOption.Of<double?>(
            "--verifier-tolerance", "number, boxed: the share of the gold answer by which a number may differ.").From(0.0, 1.0);
    private readonly Option<string?> pattern =
        CommandOption.Of<string?>("--verifier-pattern", "regex: its group 'answer', or its first one, is the answer.", "REGEX");
    private readonly Option<string?> program =
        CommandOption.Of<string?>("--verifier-program", "program: an executable file, JSON in and a verdict out.", "FILE");
    private readonly Option<double?> seconds =
        CommandOption.Of<double?>("--verifier-seconds", "program: how long it may take for one answer.").Above(0.0);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="alone">The command judges and does nothing else: <c>--pattern</c> will do for <c>--verifier-pattern</c>.</param>
    public VerifierArguments(Command command, bool alone = false)
    {
        foreach (var option in alone ? (Option[])[tolerance, pattern, program, seconds] : [])
        {
            option.Aliases.Add(option.Name.Replace("verifier-", "", StringComparison.Ordinal));
        }

        verifier.AcceptOnlyFromAmong([.. Verifiers.Names]);
        foreach (var option in (Option[])[verifier, tolerance, pattern, program, seconds])
        {
            command.Add(option);
        }
    }

    /// <summary>What they ask for.</summary>
    public VerifierOptions Options(ParseResult result) => new(
        result.GetValue(verifier)!, result.GetValue(tolerance), result.GetValue(pattern), result.GetValue(program),
        result.GetValue(seconds));
}
