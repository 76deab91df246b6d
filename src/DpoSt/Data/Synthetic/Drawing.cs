namespace DpoSt.Data.Synthetic;

/// <summary>Draws one set of problems. The hash of (schema, numbers) modulo 10 says which set a problem belongs to, so that sets share no
/// problem whatever their sizes and seeds; a smaller set is the beginning of a larger one. Within a set numbers repeat (with other names or
/// wording) only where a schema has run dry: after `freshTries` draws without new ones.</summary>
internal sealed class Drawing(string name, Schema[] schemas, Range residues, bool isLabelled, long seed, StepMix mix, int freshTries = 500)
{
    private const int Tries = 10_000;
    private readonly Dictionary<int, Schema[]> bySteps = schemas.GroupBy(s => s.Steps).ToDictionary(g => g.Key, g => g.ToArray());
    private readonly long purpose = unchecked((long)CounterRandom.KeyOf(name));

    public IReadOnlyList<SyntheticProblem> Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var questions = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<SyntheticProblem>(count);
        while (problems.Count < count)
        {
            problems.Add(Draw(problems.Count, questions, keys));
        }

        return problems;
    }

    private SyntheticProblem Draw(int index, HashSet<string> questions, HashSet<string> keys)
    {
        var random = SplitMix64.For(seed, purpose, index);
        var choices = bySteps[mix.Draw(random, bySteps.Keys)];
        var schema = choices[random.Next(choices.Length)];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var scene = new Scene(random);
            schema.Tell(scene);
            var key = $"{schema.Name}:{scene.Numbers}";
            if (!scene.IsGood || !Belongs(key) || (attempt < freshTries && keys.Contains(key)))
            {
                continue;
            }

            AddAside(scene, random);
            var question = scene.WriteQuestion();
            if (questions.Add(question))
            {
                keys.Add(key);
                var rationale = isLabelled ? scene.WriteRationale() : null;
                return new($"{name}-{index}", schema.Name, scene.Numbers, scene.Steps, question, rationale, scene.Answer);
            }
        }

        throw new InvalidOperationException(
            $"The schema '{schema.Name}' has no new problem left for '{name}' at number {index}: ask for fewer.");
    }

    private bool Belongs(string key)
    {
        var residue = (int)(CounterRandom.KeyOf(key) % 10);
        return residue >= residues.Start.Value && residue < residues.End.Value;
    }

    /// <summary>Now and then a story opens with a number that means nothing.</summary>
    private static void AddAside(Scene scene, SplitMix64 random)
    {
        if (random.Chance(0.1))
        {
            scene.Open(
                $"It is {scene.Idle(6, 11)} in the morning.", $"It is {scene.Idle(5, 9)} in the evening.",
                $"Today is the {scene.Idle(4, 20)}th of May.");
        }
    }
}
