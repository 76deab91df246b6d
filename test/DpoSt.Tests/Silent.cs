using DpoSt.Parallel;
using DpoSt.Runs;
using static TorchSharp.torch;

namespace DpoSt.Tests;

/// <summary>A reporter that tells nobody, or a test how far the work is and what is said.</summary>
internal sealed class Silent : IStageReporter
{
    public Action<long>? Advanced { get; init; }

    public Action<string, long, long>? Parts { get; init; }

    public List<string> Notes { get; } = [];

    public void Advance(long done) => Advanced?.Invoke(done);

    public void Part(string what, long done, long total) => Parts?.Invoke(what, done, total);

    public void Note(string sentence) => Notes.Add(sentence);

    /// <summary>Work of one process on the CPU that nobody watches.</summary>
    public static RunContext Context(IStageReporter? reporter = null, CancellationToken cancel = default) =>
        new(CPU, new SingleProcess(), reporter ?? new Silent(), cancel);
}
