namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Stories with a number that the solution must leave alone.</summary>
internal static class Distractors
{
    public static IEnumerable<Schema> All =>
    [
        new("only-one-kind", 2, OnlyOneKind), new("other-person", 2, OtherPerson), new("cost-unused", 3, CostUnused),
        new("two-jobs", 3, TwoJobs),
    ];

    private static void OnlyOneKind(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Small));
        var (red, blue) = s.OneOf(("red", "blue"), ("blue", "green"), ("green", "red"));
        Num n = s.Pick(5, 90), gone = s.Pick(2, n - 2), more = s.Pick(2, 50), other = s.Pick(5, 90);
        s.Say($"{who} has {n} {red} {item} and {other} {blue} {item}.", $"{who} has {other} {blue} {item} and {n} {red} {item}.");
        s.Say($"{who.He} loses {gone} {red} {item} and then finds {more} {red} {item}.",
            $"{who.He} gives {gone} {red} {item} away and gets {more} {red} {item} from a friend.");
        s.Ask($"How many {red} {item} does {who} have now?");
        var left = s.Step(n - gone, $"{who} has @ {red} {item} left.", $"After that @ {red} {item} are left.");
        s.Step(left + more, $"Now {who} has @ {red} {item}.", $"In the end {who} has @ {red} {item}.");
    }

    private static void OtherPerson(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), s.Thing(Words.Food));
        Num n = s.Pick(3, 15), days = s.Pick(2, 9), m = s.Pick(3, 15), eaten = s.Pick(2, n * days - 2);
        s.Say($"{a} picks {n} {item} a day and {b} picks {m} {item} a day.",
            $"{b} picks {m} {item} every day and {a} picks {n} {item} every day.");
        s.Say($"After {days} days {a} eats {eaten} of {a.His} own {item}.",
            $"They pick for {days} days, and then {a} eats {eaten} {item}.");
        s.Ask($"How many {item} does {a} have left?", $"How many {item} does {a} have in the end?");
        var all = s.Step(n * days, $"In {days} days {a} picks @ {item}.", $"{a} picks @ {item}.");
        s.Step(all - eaten, $"{a} has @ {item} left.", $"In the end {a} has @ {item}.");
    }

    private static void CostUnused(Scene s)
    {
        var (who, item, box) = (s.Person(), s.Thing(Words.Small), s.Thing(Words.Boxes));
        Num n = s.Pick(2, 12), each = s.Pick(4, 25), price = s.Pick(2, 12), lost = s.Pick(2, n * each - 4), days = s.Pick(2, 9);
        s.Say($"{who} buys {n} {box} of {item} for ${price} each.", $"{who} pays ${price} for each of {n} {box} of {item}.");
        s.Say($"There are {each} {item} in each {box.One}.", $"Each {box.One} has {each} {item}.");
        s.Say($"{who} loses {lost} {item} and uses the same number of the others on each of {days} days, until none is left.",
            $"After {lost} {item} are lost, {who} uses up the rest in {days} days, the same number every day.");
        s.Ask($"How many {item} does {who} use a day?", $"How many {item} does {who} use every day?");
        var all = s.Step(n * each, $"In the {box} there are @ {item}.", $"{who} has @ {item}.");
        var rest = s.Step(all - lost, $"After that @ {item} are left.", $"{who} has @ {item} left.");
        s.Step(rest / days, $"{who} uses @ {item} a day.");
    }

    private static void TwoJobs(Scene s)
    {
        var who = s.Person();
        Num a = s.Pick(5, 15), h = s.Pick(2, 9), b = s.Pick(5, 15), k = s.Pick(2, 9), age = s.Pick(20, 60);
        s.Say($"{who}, who is {age} years old, works in a shop for ${a} an hour and on a farm for ${b} an hour.",
            $"{who} is {age} years old and has two jobs. The shop pays ${a} an hour and the farm pays ${b} an hour.");
        s.Say($"This week {who.He} works {h} hours in the shop and {k} hours on the farm.",
            $"{who.He} works {h} hours in the shop, and on the farm {who.He} works {k} hours.");
        s.Ask($"How much does {who} earn in total?", $"How much money does {who} earn in all?");
        var first = s.Step(a * h, "The shop pays $@.", $"In the shop {who} earns $@.");
        var second = s.Step(b * k, "The farm pays $@.", $"On the farm {who} earns $@.");
        s.Step(first + second, $"In total {who} earns $@.", $"In all {who} earns $@.");
    }
}
