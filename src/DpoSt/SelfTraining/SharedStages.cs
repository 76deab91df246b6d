using DpoSt.Parallel;
using DpoSt.Runs;

namespace DpoSt.SelfTraining;

/// <summary>Work of a run that several ranks do together: the first one walks through the run, and calls the others where it needs them.</summary>
internal sealed class SharedStages(IProcessGroup group)
{
    private const double Over = -1;
    private readonly List<Func<IStageReporter, CancellationToken, string>> works = [];

    /// <summary>The same work, which the other ranks do along when the first one does it; all ranks add theirs in the same order.</summary>
    public Func<IStageReporter, CancellationToken, string> Add(Func<IStageReporter, CancellationToken, string> work)
    {
        var number = works.Count;
        works.Add(work);
        return (reporter, cancel) =>
        {
            group.Sum([number]);
            return work(reporter, cancel);
        };
    }

    /// <summary>Does what the first rank calls for, until it is through. Where that one fails, the job ends, and this with it.</summary>
    public void Follow(IStageReporter reporter, CancellationToken cancel)
    {
        while (group.Sum([0])[0] is var number && number != Over)
        {
            works[(int)number](reporter, cancel);
        }
    }

    /// <summary>Said by the first rank at the end.</summary>
    public void End() => group.Sum([Over]);
}
