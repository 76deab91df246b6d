using System.CommandLine;
using DpoSt.Generation;
using DpoSt.Text;

namespace DpoSt.App.Commands;

/// <summary>How a command that writes text from prompts at hand decodes it.</summary>
internal sealed class DecodingArguments
{
    private readonly Option<int> count = new Option<int>("--max-new-tokens") { Description = "The most tokens an answer may have.", DefaultValueFactory = _ => 300 }.From(1);
    private readonly Option<double> temperature = new Option<double>("--temperature") { Description = "Draw at this temperature from the 50 likeliest tokens; 0 takes the likeliest." }.From(0.0);
    private readonly Option<ulong> seed = new("--seed") { Description = "Keys the draws." };

    /// <summary>Adds the options to a command.</summary>
    public DecodingArguments(Command command)
    {
        command.Add(count);
        command.Add(temperature);
        command.Add(seed);
    }

    /// <summary>What the generator is told.</summary>
    public GenerationOptions Options(ParseResult result, int slots, CalculatorFormat? calculator) =>
        new(result.GetValue(count), slots, calculator, result.GetValue(temperature), Seed: result.GetValue(seed));
}
