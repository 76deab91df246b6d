using DpoSt.Data;
using DpoSt.Data.Synthetic;

namespace DpoSt.App.Demo;

/// <summary>Lays out what the demo runs on: the embedded base model, its configuration, and problems written from a seed.</summary>
internal static class DemoFolder
{
    /// <summary>The seed of the problems unless told otherwise.</summary>
    public const long Seed = 42;

    public const int LabelledProblems = 800;
    public const int PoolProblems = 2000;
    public const int TestProblems = 500;
    public const int OutOfDomainProblems = 200;

    /// <summary>Fills the folder; files that are there already and hold the same are left alone, so that a run resumes.</summary>
    public static void Lay(string folder, long seed, int testProblems = TestProblems)
    {
        LayModel(folder);
        Write(folder, "train", SyntheticProblems.Labelled(LabelledProblems, seed));
        Write(folder, "pool", SyntheticProblems.Pool(PoolProblems, seed));
        Write(folder, "dev", SyntheticProblems.Dev(TestProblems, seed));
        Write(folder, "test", SyntheticProblems.Test(testProblems, seed));
        Write(folder, "ood", SyntheticProblems.OutOfDomain(OutOfDomainProblems, seed));
    }

    /// <summary>Unpacks the embedded model and its configuration.</summary>
    public static void LayModel(string folder)
    {
        var resources = typeof(DemoFolder).Assembly.GetManifestResourceNames();
        foreach (var name in resources.Where(n => n.StartsWith("demo/", StringComparison.Ordinal)))
        {
            using var resource = typeof(DemoFolder).Assembly.GetManifestResourceStream(name)!;
            WriteOnce(Path.Combine(folder, name["demo/".Length..]), resource.CopyTo);
        }
    }

    private static void Write(string folder, string set, IReadOnlyList<SyntheticProblem> problems)
    {
        var path = Path.Combine(folder, "data", $"{set}.jsonl");
        if (!File.Exists(path))
        {
            JsonLines.Write(path, problems.Select(p => new Problem(p.Id, p.Question, p.Rationale, (double)p.Answer)));
        }
    }

    private static void WriteOnce(string path, Action<Stream> write)
    {
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, write);
        }
    }
}
