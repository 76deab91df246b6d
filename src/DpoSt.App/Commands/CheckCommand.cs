using System.CommandLine;
using DpoSt.App.Commands.Arguments;
using DpoSt.App.Console;
using DpoSt.Verification;

namespace DpoSt.App.Commands;

/// <summary><c>dpost check</c>: how an answer is judged.</summary>
internal static class CheckCommand
{
    public static Command Create(CommandConsole console)
    {
        var gold = new Argument<string>("gold") { Description = "The gold answer, or a rationale that ends with it." };
        var answer = new Argument<string>("answer") { Description = "What a model wrote." };
        var json = CommandOption.Json();
        var command = new Command("check", CommandHelp.Of(
            "Say whether an answer is right, as training and evaluation would, and why. Behind -- an argument may begin with a minus.",
            "dpost check --verifier boxed \"1/2\" \"So it is \\boxed{0.5}.\"",
            "dpost check -- -3 \"#### -3\"")) { gold, answer, json };
        var verifier = new VerifierArguments(command);
        command.SetAction(parsed =>
        {
            var judge = Verifiers.Of(verifier.Options(parsed));
            var truth = GoldText.Of(parsed.GetValue(gold)!);
            if (judge.Refusal(truth) is { } refusal)
            {
                throw new UserErrorException(
                    $"the gold answer is \"{truth}\", which the verifier {judge.Name} cannot read whole: {refusal}.");
            }

            var judgement = judge.Judge(truth, parsed.GetValue(answer)!);
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
}
