using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Data;
using DpoSt.Data.Shapes;
using DpoSt.Verification;

namespace DpoSt.App.Commands;

/// <summary><c>dpost check</c>: how an answer is judged.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandConsole console)
    {
        var gold = new Argument<string?>("gold")
        {
            Description = $"The gold answer, or a rationale that ends with it. Without it, lines of {JudgedAnswer.Expected} are read on "
                + "standard input, and \"choices\" where gold is one of them.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var answer = new Argument<string?>("answer") { Description = "What a model wrote.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommandOption.Json();
        var command = new Command("check", CommandHelp.Of(
            "Say whether an answer is right, as training and evaluation would, and why. Behind -- an argument may begin with a minus.",
            "dpost check --verifier boxed \"1/2\" \"So it is \\boxed{0.5}.\"",
            "dpost check -- -3 \"#### -3\"",
            "echo '{\"gold\": \"3\", \"answer\": \"#### 3\"}' | dpost check --json")) { gold, answer, json };
        var verifier = new VerifierArguments(command, alone: true);
        command.SetAction(parsed =>
        {
            var judge = Verifiers.Of(verifier.Options(parsed));
            if (parsed.GetValue(gold) is null)
            {
                Rows(console, judge, parsed.GetValue(json));
                return;
            }

            var said = parsed.GetValue(answer) ?? throw new UserErrorException(
                "there is a gold answer and nothing to judge: give what a model wrote behind it, or rows on standard input and neither.");
            var truth = GoldText.Of(parsed.GetValue(gold)!);
            if (judge.Refusal(truth) is { } refusal)
            {
                throw new UserErrorException(
                    $"the gold answer is \"{truth}\", which the verifier {judge.Name} cannot read whole: {refusal}.");
            }

            var judgement = judge.Judge(truth, said);
            var verdict = judgement.Verdict switch
            {
                Verdict.Correct => "right",
                Verdict.Wrong => "wrong",
                _ => "no answer found",
            };
            console.Write(
                parsed.GetValue(json), new { verdict, gold = truth, judgement.Found, judgement.Why },
                () => console.Out.WriteLine($"{verdict}: {judgement.Why}"));
        });
        return command;
    }

    private static void Rows(CommandConsole console, IVerifier judge, bool json)
    {
        console.TellTyped(JudgedAnswer.Expected);
        foreach (var line in JsonLines.Read(console.In, "standard input"))
        {
            console.Cancel.ThrowIfCancellationRequested();
            var judged = JudgedAnswer.Of(line, judge);
            console.Write(json, judged, () => console.Out.WriteLine($"{judged.Verdict}: {judged.Reason}"));
        }
    }
}
