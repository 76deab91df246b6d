namespace DpoSt.Data.Synthetic;

/// <summary>Draws one set of problems. The hash of (schema, numbers) modulo 10 says which set a problem belongs to, so that sets share no
/// problem whatever their sizes and seeds; a smaller set is the beginning of a larger one. Within a set numbers repeat (with other names or
/// wording) only where a schema has run dry: after `freshTries` draws without new ones.</summary>
internal sealed class Drawing(string name, Schema[] schemas, Range residues, bool isLabelled, long seed, StepMix mix, int freshTries = 500)
{
    private const int Tries = 10_000;
    private readonly Dictionary<int, Schema[]> bySteps = schemas.GroupBy(s => s.Steps).ToDictionary(g => g.Key, g => g.ToArray());
    private readonly long purpose = unchecked((long)CounterRandom.KeyOf(name));

    /// <summary>Whether every story is interrupted by a number or two that mean nothing.</summary>
    public bool IdleNumbers { get; init; }

    public IReadOnlyList<SyntheticProblem> Take(int count) => Take(count, (id, schema, scene, question) => new SyntheticProblem(
        id, schema.Name, scene.Numbers, scene.Steps, question, isLabelled ? scene.WriteRationale() : null, scene.Answer));

    /// <summary>Draws problems and lets <paramref name="write"/> make each of its id, schema, story and question.</summary>
    public IReadOnlyList<T> Take<T>(int count, Func<string, Schema, Scene, string, T> write)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var questions = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<T>(count);
        while (problems.Count < count)
        {
            var (schema, scene, question) = Draw(problems.Count, questions, keys);
            problems.Add(write($"{name}-{problems.Count}", schema, scene, question));
        }

        return problems;
    }

    private (Schema Schema, Scene Scene, string Question) Draw(int index, HashSet<string> questions, HashSet<string> keys)
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

            if (IdleNumbers)
            {
                AddIdleNumbers(scene, random);
            }
            else
            {
                AddAside(scene, random);
            }

            var question = scene.WriteQuestion();
            if (questions.Add(question))
            {
                keys.Add(key);
                return (schema, scene, question);
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

    // Of the size of the numbers that count, and anywhere in the story.
    private static void AddIdleNumbers(Scene scene, SplitMix64 random)
    {
        for (var left = 1 + random.Next(2); left > 0; left--)
        {
            scene.Interrupt(
                $"It is {scene.Idle(6, 11)} in the morning.", $"A friend has {scene.Idle(3, 60)} books.",
                $"{scene.Person()} is {scene.Idle(7, 60)} years old.", $"A bike costs ${scene.Idle(20, 200)}.",
                $"{scene.Idle(3, 30)} people are there.", $"{scene.Person()} gets ${scene.Idle(2, 30)} from a friend.");
        }
    }
}
