namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Times as many, more than, fewer than, ages and shapes.</summary>
internal static class Comparisons
{
    public static IEnumerable<Schema> All =>
    [
        new("times-together", 2, TimesTogether), new("more-together", 2, MoreTogether), new("fewer-times", 2, FewerTimes),
        new("age", 2, Age), new("three-people", 3, ThreePeople), new("ages", 3, Ages), new("fence", 3, Fence), new("legs", 3, Legs),
        new("difference", 3, Difference),
    ];

    /// <summary>"twice" or "3 times", with its factor.</summary>
    public static (string Text, Num Factor) Times(Scene s, int most = 6)
    {
        var factor = s.Pick(2, most);
        return (factor.Value == 2 ? s.OneOf("twice", "2 times") : $"{factor} times", factor);
    }

    private static void TimesTogether(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), s.Thing(Words.Small));
        var (text, factor) = Times(s);
        var n = s.Pick(3, 80);
        s.Say($"{a} has {n} {item}.", $"{a} [finds|collects] {n} {item}.");
        s.Say($"{b} has {text} as many {item} as {a}.", $"{b} has {text} as many.");
        s.Ask($"How many {item} do they have together?", $"How many {item} do {a} and {b} have in all?");
        var other = s.Step(n * factor, $"{b} has @ {item}.");
        s.Step(n + other, $"Together they have @ {item}.", $"In all they have @ {item}.");
    }

    private static void MoreTogether(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), s.Thing(Words.Small));
        Num n = s.Pick(8, 90), d = s.Pick(2, n - 2);
        var more = s.OneOf(true, false);
        s.Say($"{a} has {n} {item}.", $"{a} [finds|collects] {n} {item}.");
        s.Say($"{b} has {d} {(more ? "more" : "fewer")} {item} than {a}.", $"{b} has {d} {(more ? "more" : "fewer")} than {a}.");
        s.Ask($"How many {item} do they have together?", $"How many {item} do {a} and {b} have in all?");
        var other = s.Step(more ? n + d : n - d, $"{b} has @ {item}.");
        s.Step(n + other, $"Together they have @ {item}.", $"In all they have @ {item}.");
    }

    private static void FewerTimes(Scene s)
    {
        var (a, b, c, item) = (s.Person(), s.Person(), s.Person(), s.Thing(Words.Food));
        var (text, factor) = Times(s);
        Num n = s.Pick(6, 80), d = s.Pick(2, n - 2);
        s.Say($"{a} picks {n} {item}.", $"{a} buys {n} {item}.");
        s.Say($"{b} has {d} fewer than {a}, and {c} has {text} as many as {b}.",
            $"{b} has {d} fewer {item} than {a}. {c} has {text} as many {item} as {b}.");
        s.Ask($"How many {item} does {c} have?");
        var second = s.Step(n - d, $"{b} has @ {item}.");
        s.Step(second * factor, $"{c} has @ {item}.");
    }

    private static void Age(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        var (text, factor) = Times(s, 5);
        Num age = s.Pick(3, 16), years = s.Pick(2, 20);
        s.Say($"{a} is {age} years old, and {b} is {text} as old.", $"{a} is {age} years old. {b} is {text} as old as {a}.");
        s.Ask($"How old will {b} be in {years} years?", $"What will be the age of {b} in {years} years?");
        var now = s.Step(age * factor, $"{b} is @ years old.", $"Now {b} is @ years old.");
        s.Step(now + years, $"In {years} years {b} will be @ years old.", $"Then {b} will be @ years old.");
    }

    private static void ThreePeople(Scene s)
    {
        var (a, b, c, item) = (s.Person(), s.Person(), s.Person(), s.Thing(Words.Small));
        var (text, factor) = Times(s, 5);
        Num n = s.Pick(3, 60), d = s.Pick(2, 40);
        s.Say($"{a} has {n} {item}.", $"{a} [finds|collects] {n} {item}.");
        s.Say($"{b} has {text} as many {item} as {a}.", $"{b} has {text} as many.");
        s.Say($"{c} has {d} more {item} than {b}.", $"{c} has {d} more than {b}.");
        s.Ask($"How many {item} do they have together?", $"How many {item} do the 3 friends have in all?");
        var second = s.Step(n * factor, $"{b} has @ {item}.");
        var third = s.Step(second + d, $"{c} has @ {item}.");
        s.Step(n + second + third, $"Together they have @ {item}.", $"In all they have @ {item}.");
    }

    private static void Ages(Scene s)
    {
        var (a, b, c) = (s.Person(), s.Person(), s.Person());
        Num age = s.Pick(4, 40), older = s.Pick(2, 20), times = s.Pick(2, 3);
        s.Say($"{a} is {age} years old.", $"The age of {a} is {age}.");
        s.Say($"{b} is {older} years older than {a}.", $"{a} is {older} years younger than {b}.");
        s.Say($"{b} is {times} times as old as {c}.");
        s.Ask("How old are they together?", "What is the sum of their ages?");
        var second = s.Step(age + older, $"{b} is @ years old.");
        var third = s.Step(second / times, $"{c} is @ years old.");
        s.Step(age + second + third, "Together they are @ years old.", "The sum of their ages is @.");
    }

    private static void Fence(Scene s)
    {
        var (who, what) = (s.Person(), s.OneOf("garden", "field", "park"));
        Num length = s.Pick(8, 99), less = s.Pick(2, length - 3);
        s.Say($"A {what} is {length} meters long, and it is {less} meters less wide than long.",
            $"The {what} of {who} is {length} meters long. Its other side is {less} meters less.");
        s.Ask($"How many meters of fence does {who} need to go around the {what}?", $"How long is a fence around the {what} in meters?");
        var width = s.Step(length - less, $"The {what} is @ meters wide.", "The other side is @ meters.");
        var half = s.Step(length + width, "Two sides together are @ meters.");
        s.Step(half * 2, "The fence is @ meters long.", "So @ meters of fence are needed.");
    }

    private static void Legs(Scene s)
    {
        var (bird, beast) = (s.OneOf("hens", "ducks", "birds"), s.OneOf("cows", "dogs", "cats", "horses"));
        Num n = s.Pick(2, 60), m = s.Pick(2, 40);
        s.Say($"There are {n} {bird} and {m} {beast} on a farm.", $"A farm has {m} {beast} and {n} {bird}.");
        s.Say($"The {bird} have 2 legs each and the {beast} have 4 legs each.",
            "Each bird has 2 legs and the other animals have 4 legs each.");
        s.Ask("How many legs do the animals have in all?", "How many legs are there in total?");
        var first = s.Step(n * 2, $"The {bird} have @ legs.");
        var second = s.Step(m * 4, $"The {beast} have @ legs.");
        s.Step(first + second, "In all they have @ legs.", "That makes @ legs in total.");
    }

    private static void Difference(Scene s)
    {
        var (a, b, page) = (s.Person(), s.Person(), s.OneOf("pages", "blocks", "laps"));
        var verb = page switch { "pages" => "reads", "blocks" => "walks", _ => "runs" };
        Num n = s.Pick(5, 40), d = s.Pick(2, 9), m = s.Pick(2, 30), e = s.Pick(2, 9);
        s.Require(n.Value * d.Value > m.Value * e.Value);
        s.Say($"{a} {verb} {n} {page} a day for {d} days.", $"For {d} days {a} {verb} {n} {page} every day.");
        s.Say($"{b} {verb} {m} {page} a day for {e} days.", $"For {e} days {b} {verb} {m} {page} every day.");
        s.Ask($"{a} and {b} count their {page}. How many more does {a} have?");
        var first = s.Step(n * d, $"{a} {verb} @ {page}.", $"In {d} days {a} {verb} @ {page}.");
        var second = s.Step(m * e, $"{b} {verb} @ {page}.", $"In {e} days {b} {verb} @ {page}.");
        s.Step(first - second, $"{a} has @ more {page}.", $"The difference is @ {page}.");
    }
}
