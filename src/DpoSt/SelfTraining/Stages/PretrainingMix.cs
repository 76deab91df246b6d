using DpoSt.Data.Synthetic;
using DpoSt.Text;
using DpoSt.Text.Tokenizers;

namespace DpoSt.SelfTraining.Stages;

/// <summary>
/// What a small base model is trained on: isolated arithmetic, problems of one step with their rationales, stories with spans to fill in.
/// For the embedded one none of it holds a problem of several steps with a rationale: those are what fine-tuning is for.
/// </summary>
internal static class PretrainingMix
{
    /// <summary>The texts a vocabulary is learnt from.</summary>
    public static IEnumerable<string> VocabularyTexts(long seed)
    {
        var problems = SyntheticProblems.OneStep(6000, seed)
            .Concat(SyntheticProblems.Labelled(6000, seed))
            .Concat(SyntheticProblems.OutOfDomain(500, seed));
        return problems.SelectMany(p => new[] { p.Question, PromptFormat.T5.Target(p.Rationale!) });
    }

    /// <summary>Rows of prompt and completion ids, special tokens included, in an order of no meaning.</summary>
    public static IReadOnlyList<(int[] Prompt, int[] Completion)> Rows(ITokenizer tokenizer, PretrainingOptions options)
    {
        var problems = SyntheticProblems.OneStep(options.OneStepRows, options.Seed)
            .Concat(SyntheticProblems.Arithmetic(options.ArithmeticRows, options.Seed))
            .Concat(SyntheticProblems.Labelled(options.SeveralStepRows, options.Seed));
        var solved = problems.Select(p => (Ids(p.Question), Ids(PromptFormat.T5.Target(p.Rationale!))));
        var stories = SyntheticProblems.Denoising(options.DenoisingRows, options.Seed)
            .Select((story, i) => Corrupt(tokenizer.Encode(story, addSpecialTokens: false), tokenizer, (ulong)i));
        return [.. solved.Concat(stories)];

        int[] Ids(string text) => [.. tokenizer.Encode(text)];
    }

    /// <summary>
    /// T5's span corruption (Raffel et al. 2020, section 3.1.4): about 15 % of the tokens, in spans of about three, become sentinels;
    /// the completion gives the spans behind their sentinels.
    /// </summary>
    internal static (int[] Prompt, int[] Completion) Corrupt(IReadOnlyList<int> ids, ITokenizer tokenizer, ulong key)
    {
        var prompt = new List<int>();
        var completion = new List<int>();
        var spans = 0;
        for (var i = 0; i < ids.Count;)
        {
            var sentinel = tokenizer.IdOf($"<extra_id_{spans}>");
            if (sentinel is null || CounterRandom.Uniform(key, (ulong)i) >= 0.06)
            {
                prompt.Add(ids[i++]);
                continue;
            }

            prompt.Add(sentinel.Value);
            completion.Add(sentinel.Value);
            spans++;
            var length = 1 + (int)(CounterRandom.Uniform(key, (ulong)i, 1) * 4);
            for (var end = Math.Min(ids.Count, i + length); i < end; i++)
            {
                completion.Add(ids[i]);
            }
        }

        prompt.Add(tokenizer.EosId);
        completion.Add(tokenizer.EosId);
        return ([.. prompt], [.. completion]);
    }
}
