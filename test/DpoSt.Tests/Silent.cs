using DpoSt.Runs;
using DpoSt.Training;

namespace DpoSt.Tests;

/// <summary>A reporter that tells nobody, or a test how far the work is.</summary>
internal sealed class Silent : IStageReporter
{
    public Action<long>? Advanced { get; init; }

    public void Run(IReadOnlyList<string> stages)
    {
    }

    public void Begin(string stage, string what, long total, string unit)
    {
    }

    public void Advance(long done) => Advanced?.Invoke(done);

    public void Log(TrainingLine line)
    {
    }

    public void End(string summary)
    {
    }

    public void Skip(string stage, string why)
    {
    }

    public void Note(string sentence)
    {
    }
}
