namespace DpoSt.Data.Synthetic;

/// <summary>Word problems written from a seed, in the annotation form of GSM8K (Cobbe et al. 2021), for a demo that downloads nothing.
/// Every set is a function of (count, seed); a smaller count gives the beginning of a larger one. Labelled, pool, dev and test share their
/// schemas, and no two of them ever share a problem (schema and numbers), whatever their seeds.</summary>
internal static class SyntheticProblems
{
    /// <summary>Training problems with rationales.</summary>
    public static IReadOnlyList<SyntheticProblem> Labelled(int count, long seed, StepMix? mix = null) =>
        new Drawing("labelled", Catalogue.Main, 0..2, isLabelled: true, seed, mix ?? StepMix.Default).Take(count);

    /// <summary>Training questions with final answers only.</summary>
    public static IReadOnlyList<SyntheticProblem> Pool(int count, long seed, StepMix? mix = null) =>
        new Drawing("pool", Catalogue.Main, 2..6, isLabelled: false, seed, mix ?? StepMix.Default).Take(count);

    /// <summary>Problems to choose settings on.</summary>
    public static IReadOnlyList<SyntheticProblem> Dev(int count, long seed, StepMix? mix = null) =>
        new Drawing("dev", Catalogue.Main, 6..7, isLabelled: true, seed, mix ?? StepMix.Default).Take(count);

    /// <summary>Problems to report on.</summary>
    public static IReadOnlyList<SyntheticProblem> Test(int count, long seed, StepMix? mix = null) =>
        new Drawing("test", Catalogue.Main, 7..10, isLabelled: true, seed, mix ?? StepMix.Default).Take(count);

    /// <summary>Problems of schemas that no other set holds.</summary>
    public static IReadOnlyList<SyntheticProblem> OutOfDomain(int count, long seed, StepMix? mix = null) =>
        new Drawing("ood", Catalogue.OutOfDomain, 0..10, isLabelled: true, seed, mix ?? StepMix.Default).Take(count);

    /// <summary>Pre-training: problems of one step, in the words and sentences of the longer ones.</summary>
    public static IReadOnlyList<SyntheticProblem> OneStep(int count, long seed) =>
        new Drawing("one-step", Catalogue.OneStep, 0..10, isLabelled: true, seed, StepMix.Default, freshTries: 2).Take(count);

    /// <summary>Pre-training: bare arithmetic such as `12 + 7 =`, with its annotation as the rationale.</summary>
    public static IReadOnlyList<SyntheticProblem> Arithmetic(int count, long seed) => ArithmeticRows.Take(count, seed);

    /// <summary>Pre-training: the facts of stories without their questions, as material for span corruption. They come from the pool's part
    /// of the problems, so that no dev or test story is among them.</summary>
    public static IReadOnlyList<string> Denoising(int count, long seed) =>
        [.. new Drawing("denoising", Catalogue.Main, 2..6, isLabelled: false, seed, StepMix.Even).Take(count).Select(
            p => WithoutQuestion(p.Question))];

    private static string WithoutQuestion(string question)
    {
        var end = question.LastIndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? question : question[..(end + 1)];
    }
}
