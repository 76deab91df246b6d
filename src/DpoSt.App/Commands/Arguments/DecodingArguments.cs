using System.CommandLine;
using DpoSt.Configuration;
using DpoSt.Generation;
using DpoSt.Text;
using static TorchSharp.torch;

namespace DpoSt.App.Commands.Arguments;

/// <summary>How a command that writes text from prompts at hand decodes it.</summary>
internal sealed class DecodingArguments
{
    private readonly Option<int> count =
        CommandOption.Of<int>("--max-new-tokens", "The most tokens an answer may have.").Or(300).From(1, Limits.Tokens);
    private readonly Option<double> temperature =
        CommandOption.Of<double>(
            "--temperature", "Draw at this temperature from the 50 likeliest tokens; 0 takes the likeliest.").From(0.0);
    private readonly Option<ulong> seed = CommandOption.Of<ulong>("--seed", "Keys the draws.");
    private readonly Option<string> dtype =
        CommandOption.Of<string>(
            "--dtype", "Matrix products in fp32, or in bf16: faster where the processor knows it, and less exact.").Or("fp32");

    /// <summary>Adds the options to a command.</summary>
    public DecodingArguments(Command command)
    {
        dtype.AcceptOnlyFromAmong("fp32", "bf16");
        command.Add(count);
        command.Add(temperature);
        command.Add(seed);
        command.Add(dtype);
    }

    /// <summary>The type of matrix products.</summary>
    public ScalarType Products(ParseResult result) => result.GetValue(dtype) == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>What the generator is told.</summary>
    /// <exception cref="UserErrorException">A seed is given where nothing is drawn.</exception>
    public GenerationOptions Options(ParseResult result, int slots, CalculatorFormat? calculator)
    {
        if (result.GetValue(temperature) == 0 && result.GetResult(seed) is { Implicit: false })
        {
            throw new UserErrorException(
                "--seed keys draws, and at temperature 0 nothing is drawn: give a --temperature above 0 too, or leave --seed out.");
        }

        return new(result.GetValue(count), slots, calculator, result.GetValue(temperature), Seed: result.GetValue(seed));
    }
}
