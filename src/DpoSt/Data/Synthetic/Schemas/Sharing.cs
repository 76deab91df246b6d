namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Boxes, packs and fair shares.</summary>
internal static class Sharing
{
    public static IEnumerable<Schema> All =>
    [
        new("find-share", 2, FindShare), new("boxes-give", 2, BoxesGive), new("packs", 2, Packs), new("bags-share", 3, BagsShare),
        new("shelves", 3, Shelves), new("trays", 3, Trays), new("friends", 4, Friends),
    ];

    private static void FindShare(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Small));
        Num people = s.Pick(2, 9), each = s.Pick(3, 15), total = (people * each).Evaluated, a = s.Pick(2, total - 2),
            b = (total - a).Evaluated;
        s.Say($"{who} has {a} {item} and [finds|gets] {b} more.",
            $"{who} finds {a} {item} on [Monday|Friday] and {b} {item} on [Sunday|Saturday].");
        s.Say($"{who.He} shares them equally among {people} friends.",
            $"Then {who.He} gives all of them to {people} friends, the same number to each.");
        s.Ask($"How many {item} does each friend get?", $"How many {item} are there for each friend?");
        var sum = s.Step(a + b, $"{who} has @ {item}.", $"In all there are @ {item}.");
        s.Step(sum / people, $"Each friend gets @ {item}.");
    }

    private static void BoxesGive(Scene s)
    {
        var (who, to, item, box) = (s.Person(), s.Person(), s.Thing(Words.Small), s.Thing(Words.Boxes));
        Num n = s.Pick(2, 12), each = s.Pick(3, 20), gone = s.Pick(2, n * each - 2);
        s.Say($"{who} has {n} {box} with {each} {item} in each.",
            $"{who} has {n} {box} of {item}. There are {each} {item} in each {box.One}.");
        s.Say($"{who} gives {gone} {item} to {to}.", $"{to} gets {gone} {item} from {who}.");
        s.Ask($"How many {item} does {who} have left?", $"How many {item} does {who} have now?");
        var all = s.Step(n * each, $"{who} has @ {item}.", $"In the {box} there are @ {item}.");
        s.Step(all - gone, $"{who} has @ {item} left.", $"Now {who} has @ {item}.");
    }

    private static void Packs(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num packs = s.Pick(2, 12), size = s.Pick(2, 12), each = s.Pick(2, 6), people = (packs * size / each).Evaluated;
        s.Require(people.IsWhole && people.Value > 1 && each != size);
        s.Say($"{people} people come to a party, and each of them eats {each} {item}.",
            $"{who} has {people} people at a party. Each of them wants {each} {item}.");
        s.Say($"The {item} come in packs of {size}.", $"A pack has {size} {item}.");
        s.Ask($"How many packs does {who} need?", "How many packs must one buy?");
        var all = s.Step(people * each, $"The people need @ {item}.", $"In all there must be @ {item}.");
        s.Step(all / size, $"So @ packs are needed.", "That makes @ packs.");
    }

    private static void BagsShare(Scene s)
    {
        var (who, item, box) = (s.Person(), s.Thing(Words.Food), s.Thing(Words.Boxes));
        Num n = s.Pick(2, 12), each = s.Pick(3, 15), people = s.Pick(2, 8), eaten = s.Pick(2, n * each - 4);
        s.Say($"{who} has {n} {box} with {each} {item} in each.",
            $"{who} buys {n} {box} of {item}. There are {each} {item} in each {box.One}.");
        s.Say($"{who.He} eats {eaten} {item} and shares the rest equally among {people} friends.",
            $"After {eaten} {item} are eaten, {who.He} shares the rest equally among {people} friends.");
        s.Ask($"How many {item} does each friend get?");
        var all = s.Step(n * each, $"{who} has @ {item}.", $"In the {box} there are @ {item}.");
        var rest = s.Step(all - eaten, $"After that @ {item} are left.", $"{who} has @ {item} left.");
        s.Step(rest / people, $"Each friend gets @ {item}.");
    }

    private static void Shelves(Scene s)
    {
        Num n = s.Pick(3, 20), each = s.Pick(5, 40), gone = s.Pick(2, n * each - 2), more = s.Pick(2, 90);
        s.Say($"A library has {n} shelves with {each} books on each.",
            $"There are {n} shelves in a library, and each shelf has {each} books.");
        s.Say($"People take {gone} books and bring {more} books back.",
            $"On [Monday|Friday] people take {gone} books. Then {more} books come back.");
        s.Ask("How many books does the library have now?", "How many books are on the shelves in the end?");
        var all = s.Step(n * each, "The library has @ books.", "On the shelves there are @ books.");
        var rest = s.Step(all - gone, "After that @ books are left.");
        s.Step(rest + more, "In the end there are @ books.", "Now there are @ books.");
    }

    private static void Trays(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num trays = s.Pick(2, 12), each = s.Pick(4, 24), size = s.Pick(2, 12), sold = s.Pick(2, trays * each - 4);
        s.Say($"{who} bakes {trays} trays of {item} with {each} on each tray.",
            $"A bakery makes {trays} trays of {item}. Each tray has {each} {item}.");
        s.Say($"Then {sold} {item} are sold, and the rest go into boxes of {size}.",
            $"After {sold} {item} are sold, the rest go into boxes of {size}.");
        s.Ask("How many boxes are there?", "How many boxes are needed?");
        var all = s.Step(trays * each, $"In all there are @ {item}.", $"On the trays there are @ {item}.");
        var rest = s.Step(all - sold, $"After that @ {item} are left.");
        s.Step(rest / size, "That makes @ boxes.", "So @ boxes are needed.");
    }

    private static void Friends(Scene s)
    {
        var (a, b, c, item) = (s.Person(), s.Person(), s.Person(), s.Thing(Words.Small));
        Num n = s.Pick(4, 30), times = s.Pick(2, 5), fewer = s.Pick(2, n * times - 2);
        s.Say($"{a} has {n} {item}.", $"{a} finds {n} {item}.");
        s.Say($"{b} has {times} times as many {item} as {a}.");
        s.Say($"{c} has {fewer} fewer {item} than {b}.", $"{b} has {fewer} more {item} than {c}.");
        s.Ask($"They put all the {item} together and share them equally. How many {item} does each of the 3 friends get?");
        var second = s.Step(n * times, $"{b} has @ {item}.");
        var third = s.Step(second - fewer, $"{c} has @ {item}.");
        var all = s.Step(n + second + third, $"Together they have @ {item}.", $"In all there are @ {item}.");
        s.Step(all / 3, $"Each friend gets @ {item}.");
    }
}
