using DpoSt.Training;

namespace DpoSt.Runs;

/// <summary>Who watches a run: the console, a test, a file. What it does not take is lost.</summary>
internal interface IStageReporter
{
    /// <summary>A run of several stages begins: their names, in order.</summary>
    void Run(IReadOnlyList<string> stages)
    {
    }

    /// <summary>A stage begins.</summary>
    /// <param name="stage">Its name, such as <c>sft-0</c>.</param>
    /// <param name="what">What it does, in a few words.</param>
    /// <param name="total">How many units of work it has.</param>
    /// <param name="unit">What a unit is: steps, answers.</param>
    void Begin(string stage, string what, long total, string unit)
    {
    }

    /// <summary>Work done so far; the first call may tell what an earlier run had done.</summary>
    void Advance(long done);

    /// <summary>Work that a stage does beside what it counts: scoring, evaluating.</summary>
    /// <param name="what">What is counted here, as it reads behind the numbers: pairs scored by the reference.</param>
    /// <param name="done">How much of it is done.</param>
    /// <param name="total">How much there is.</param>
    void Part(string what, long done, long total)
    {
    }

    /// <summary>A line of training metrics.</summary>
    void Log(TrainingLine line)
    {
    }

    /// <summary>Something worth a sentence: a resume, a damaged resume state.</summary>
    void Note(string sentence)
    {
    }

    /// <summary>The stage is over, if one was begun; one sentence, or nothing where it is said elsewhere, tells what came of it.</summary>
    void End(string summary)
    {
    }

    /// <summary>A stage whose outputs are there already.</summary>
    void Skip(string stage, string why)
    {
    }
}
