using DpoSt.Data.Synthetic.Schemas.Varied;

namespace DpoSt.Data.Synthetic;

/// <summary>Word problems with several right solutions: orders of steps, groupings, units, other quantities on the way. A labelled set
/// that shows the first rationale of each leaves something to be found by sampling, as GSM8K does. Sets are functions of (count, seed), and
/// share no problem, as those of <see cref="SyntheticProblems"/>.</summary>
/// <param name="seed">Decides the problems of every set.</param>
/// <param name="idleNumbers">Whether each story has one or two numbers that no solution needs.</param>
internal sealed class VariedProblems(long seed, bool idleNumbers = false)
{
    /// <summary>Training problems.</summary>
    public IReadOnlyList<VariedProblem> Labelled(int count) => Take("labelled", Main, 0..6, count);

    /// <summary>Problems to choose settings on.</summary>
    public IReadOnlyList<VariedProblem> Dev(int count) => Take("dev", Main, 6..7, count);

    /// <summary>Problems to report on.</summary>
    public IReadOnlyList<VariedProblem> Test(int count) => Take("test", Main, 7..10, count);

    /// <summary>Problems of schemas that no other set holds.</summary>
    public IReadOnlyList<VariedProblem> OutOfDomain(int count) => Take("ood", [.. VariedOutOfDomain.All], 0..10, count);

    private static Schema[] Main => [.. VariedMoney.All, .. VariedThings.All];

    private IReadOnlyList<VariedProblem> Take(string set, Schema[] schemas, Range residues, int count) =>
        new Drawing($"varied {set}", schemas, residues, isLabelled: true, seed, StepMix.Default) { IdleNumbers = idleNumbers }.Take(
            count, (id, schema, scene, question) => new VariedProblem(
                id.Replace(' ', '-'), schema.Name, scene.Numbers, question, scene.WriteRationales(), scene.Answer));
}
