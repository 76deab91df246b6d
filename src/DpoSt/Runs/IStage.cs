namespace DpoSt.Runs;

/// <summary>One step of the method: what it reads, what it writes, what its outcome depends on, and its work.</summary>
internal interface IStage
{
    /// <summary>Unique in a run, such as <c>sft-1</c> or <c>sample sft-0</c>.</summary>
    string Name { get; }

    /// <summary>Everything its outcome depends on but its inputs; serialised into its key.</summary>
    object Options { get; }

    /// <summary>What it reads and its outcome depends on.</summary>
    IReadOnlyList<StageInput> Inputs { get; }

    /// <summary>Files, or one model folder, each written whole or not at all. Without any it is never done.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether all ranks do it together; else the first rank does it alone.</summary>
    bool IsShared => false;

    /// <summary>Whether its output is a model's folder: a file in its place is somebody's mistake.</summary>
    bool IsModel => false;

    /// <summary>Whether its outputs are a model's work, and all that it leaves: they are kept when others take their place.</summary>
    bool IsKept => false;

    /// <summary>What it will take, in words.</summary>
    /// <param name="context">Where it would work.</param>
    /// <param name="isReady">Whether all that it reads is there and will not change.</param>
    string Cost(RunContext context, bool isReady) => "no model at work";

    /// <summary>Does the work and gives a sentence about it.</summary>
    /// <param name="context">Where it works, and for whom.</param>
    /// <param name="made">The provenance of what it makes; of the first rank only.</param>
    string Run(RunContext context, Provenance? made);

    /// <summary>Removes what an interruption right behind the outputs left; called where the stage is found done.</summary>
    void WhenDone(Provenance made)
    {
    }
}
