using DpoSt.Data;
using DpoSt.Data.Synthetic;

namespace DpoSt.Studies;

/// <summary>Writes the problems of a cell.</summary>
internal static class StudyData
{
    // The problems to evaluate on are the same for every seed of a study, and none of them is ever labelled.
    private const long EvaluationSeed = 0;

    public static string File(string folder, string set) => Path.Combine(folder, "data", set + ".jsonl");

    /// <summary>Lays the files of a cell; those that are there are left, so that its run resumes.</summary>
    public static void Lay(StudyCell cell, StudyProblems problems)
    {
        var (labelled, evaluated) = (
            new VariedProblems(cell.Seed, problems.IdleNumbers), new VariedProblems(EvaluationSeed, problems.IdleNumbers));
        Write("train", () => labelled.Labelled(problems.Labelled).SelectMany(p => p.Rationales.Take(1 + cell.Arm.Oracle).Index().Select(
            r => new Problem(r.Index == 0 ? p.Id : $"{p.Id}+{r.Index}", p.Question, r.Item, (double)p.Answer))));
        var set = cell.Study.Options.EvaluateOn;
        Write(set, () => Gold(set == "dev" ? evaluated.Dev(problems.Evaluated) : evaluated.Test(problems.Evaluated)));
        if (problems.OutOfDomain > 0)
        {
            Write("ood", () => Gold(evaluated.OutOfDomain(problems.OutOfDomain)));
        }

        void Write(string name, Func<IEnumerable<Problem>> write)
        {
            var path = File(cell.Work, name);
            if (!System.IO.File.Exists(path))
            {
                JsonLines.Write(path, write());
            }
        }
    }

    private static IEnumerable<Problem> Gold(IEnumerable<VariedProblem> problems) =>
        problems.Select(p => new Problem(p.Id, p.Question, p.Rationales[0], (double)p.Answer));
}
