namespace DpoSt.Data.Synthetic;

/// <summary>Bare arithmetic: the operations of the stories with the stories' numbers, and nothing around them.</summary>
internal static class ArithmeticRows
{
    private static readonly Schema[] Kinds =
    [
        new("sum", 1, s => Row(s, s.Pick(2, 500) + s.Pick(2, 500))),
        new("difference", 1, s => { var b = s.Pick(2, 400); Row(s, s.Pick(b + 2, 900) - b); }),
        new("product", 1, s => Row(s, s.Pick(2, 99) * s.Pick(2, 25))),
        new("quotient", 1, s => { Num b = s.Pick(2, 15), all = (s.Pick(2, 90) * b).Evaluated; Row(s, all / b); }),
        new("sum-of-three", 1, s => Row(s, s.Pick(2, 200) + s.Pick(2, 200) + s.Pick(2, 200))),
        new("percent", 1, s => Row(s, s.Pick(10, 400, 5) * s.Pick(5, 60, 5) / 100)),
        new("price", 1, s => Row(s, s.Pick(2, 12) * s.Price(6))),
    ];

    public static IReadOnlyList<SyntheticProblem> Take(int count, long seed)
    {
        var purpose = unchecked((long)CounterRandom.KeyOf("arithmetic"));
        var rows = new List<SyntheticProblem>(count);
        for (var random = SplitMix64.For(seed, purpose); rows.Count < count;)
        {
            var (kind, scene) = (Kinds[random.Next(Kinds.Length)], new Scene(random));
            kind.Tell(scene);
            if (scene.IsGood)
            {
                rows.Add(new($"arithmetic-{rows.Count}", kind.Name, scene.Numbers, 1, scene.WriteQuestion(), scene.WriteRationale(),
                    scene.Answer));
            }
        }

        return rows;
    }

    private static void Row(Scene s, Num expression)
    {
        s.Ask($"{expression} =");
        s.Step(expression, "@.");
    }
}
