namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>One-step problems about things and people, in the sentences of the longer stories.</summary>
internal static class OneStepThings
{
    public static IEnumerable<Schema> All =>
    [
        new("one-more", 1, More), new("one-fewer", 1, Fewer), new("one-boxes", 1, Boxes), new("one-share", 1, Share),
        new("one-pack", 1, Pack), new("one-group", 1, Group), new("one-half", 1, Half), new("one-part", 1, Part),
        new("one-times", 1, Times), new("one-than", 1, Than), new("one-together", 1, Together), new("one-three", 1, Three),
        new("one-legs", 1, Legs), new("one-people", 1, People), new("one-percent-of", 1, PercentOf), new("one-rest", 1, Rest),
    ];

    private static Noun Any(Scene s) => s.Thing(s.OneOf(Words.Small, Words.Food));

    private static void More(Scene s)
    {
        var (who, item) = (s.Person(), Any(s));
        var color = s.OneOf("", "", "red ", "blue ", "green ");
        Num n = s.Pick(2, 300), m = s.Pick(2, 90);
        s.Say($"{who} has {n} {color}{item} and [finds|gets|buys] {m} more.",
            $"{who} has {n} {color}{item}. Then {who.He} [finds|buys|gets] {m} more {color}{item}.",
            $"{who} finds {n} {color}{item} on [Monday|Friday] and {m} {color}{item} on [Sunday|Saturday].");
        s.Ask($"How many {color}{item} does {who} have now?", $"How many {color}{item} does {who} have in the end?");
        s.Step(n + m, $"{who} has @ {color}{item}.", $"In all there are @ {color}{item}.", $"Now {who} has @ {color}{item}.",
            $"In the end {who} has @ {color}{item}.");
    }

    private static void Fewer(Scene s)
    {
        var (who, to, item) = (s.Person(), s.Person(), Any(s));
        var color = s.OneOf("", "", "red ", "blue ", "green ");
        Num n = s.Pick(4, 400), m = s.Pick(2, n - 2);
        s.Say($"{who} has {n} {color}{item}.", $"There are {n} {color}{item} in the {s.Thing(Words.Boxes).One} of {who}.");
        s.Say(
            $"{who.He} gives {m} {color}{item} to {to}.", $"{to} gets {m} {color}{item} from {who}.", $"{who.He} loses {m} {color}{item}.",
            $"Later {who.He} gives {m} {color}{item} away.", $"{m} of them are lost.", $"{m} of them are bad.");
        s.Ask($"How many {color}{item} does {who} have left?", $"How many {color}{item} does {who} have now?",
            $"How many {color}{item} are left?");
        s.Step(n - m, $"{who} has @ {color}{item} left.", $"Now {who} has @ {color}{item}.", $"After that @ {color}{item} are left.");
    }

    private static void Boxes(Scene s)
    {
        var (who, item, box) = (
            s.Person(), s.Thing(s.OneOf(Words.Small, Words.Food, Words.Baked)), s.Thing([.. Words.Boxes, new Noun("tray")]));
        Num n = s.Pick(2, 30), each = s.Pick(2, 40);
        s.Say($"{who} has {n} {box} with {each} {item} in each.",
            $"{who} buys {n} {box} of {item}. There are {each} {item} in each {box.One}.",
            $"{who} [makes|bakes] {n} {box} of {item} with {each} in each {box.One}.",
            $"There are {n} {box}, and each {box.One} has {each} {item}.");
        s.Ask($"How many {item} does {who} have?", $"How many {item} are there [in all|in total]?");
        s.Step(n * each, $"{who} has @ {item}.", $"In the {box} there are @ {item}.", $"In all there are @ {item}.");
    }

    private static void Share(Scene s)
    {
        var (who, item) = (s.Person(), Any(s));
        Num people = s.Pick(2, 12), each = s.Pick(2, 30), all = (people * each).Evaluated;
        s.Say($"{who} has {all} {item} and shares them equally among {people} friends.",
            $"{who} gives all of {who.His} {all} {item} to {people} friends, the same number to each.",
            $"{people} friends put their {all} {item} together and share them equally.");
        s.Ask($"How many {item} does each friend get?", $"How many {item} are there for each friend?",
            $"How many {item} does each of the friends get?");
        s.Step(all / people, $"Each friend gets @ {item}.");
    }

    private static void Pack(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(s.OneOf(Words.Baked, Words.Food)));
        var box = s.OneOf("boxes", "packs", "bags");
        Num size = s.Pick(2, 12), n = s.Pick(2, 40), all = (size * n).Evaluated;
        s.Say($"{who} [packs|puts] {all} {item} [in|into] {box} of {size}.", $"{all} {item} go into {box} of {size}.",
            $"{who} needs {all} {item}. The {item} come in {box} of {size}.");
        s.Ask($"How many {box} are there?", $"How many {box} are needed?", $"How many {box} does {who} need?",
            $"How many {box} must one buy?");
        s.Step(all / size, $"So @ {box} are needed.", $"That makes @ {box}.");
    }

    private static void Group(Scene s)
    {
        var item = s.Thing(Words.Baked);
        Num n = s.Pick(2, 60), each = s.Pick(2, 9);
        s.Say($"{n} people come to a party, and each of them [eats|wants] {each} {item}.",
            $"There are {n} people at a party. Each person wants {each} {item}.");
        s.Ask($"How many {item} do they need?", $"How many {item} are needed?");
        s.Step(n * each, $"The people need @ {item}.", $"In all there must be @ {item}.");
    }

    private static void Half(Scene s)
    {
        var (who, to, item) = (s.Person(), s.Person(), s.Thing(s.OneOf(Words.Small, Words.Food, Words.Baked)));
        var n = s.Pick(4, 400, 2);
        s.Say($"{who} has {n} {item} and gives half of them to {to}.", $"{to} gets half of the {n} {item} that {who} has.",
            $"{who} [picks|bakes|has] {n} {item}. Half of them go to {to}.", $"{who} has {n} {item}. Half of the {item} stay in the shop.");
        s.Ask($"How many {item} does {who} have left?", $"How many {item} are half of them?");
        s.Step(n / 2, $"{who} has @ {item} left.", $"Half of the {item} is @.", $"After that @ {item} are left.",
            $"After the first gift {who} has @ {item}.", $"{who} first has @ {item} left.");
    }

    private static void Part(Scene s)
    {
        var (who, other, item) = (s.Person(), s.Person(), s.Thing(Words.Food));
        var (text, part) = Fractions.Unit(s);
        var n = s.Pick(6, 300, (int)part.Value);
        if (s.OneOf(true, false))
        {
            s.Say($"There are {n} children at a [school|park|library|party]. {text} of [them|the children] are boys.",
                $"{n} children are at a [school|park|library|party]. {text} of them are boys.");
            s.Ask("How many boys are there?");
            s.Step(n / part, "There are @ boys.", "The number of boys is @.");
            return;
        }

        s.Say($"{who} has {n} {item} and gives {text} of them to {other}.", $"{other} gets {text} of the {n} {item} that {who} has.",
            $"There are {n} {item} left. {other} gets {text} of what is left.",
            $"Then {who} gives {text} of the rest to {other}. The rest is {n} {item}.");
        s.Ask($"How many {item} does {other} get?");
        s.Step(n / part, $"{other} gets @ {item}.");
    }

    private static void Times(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), Any(s));
        var (text, factor) = Comparisons.Times(s, 9);
        var n = s.Pick(2, 90);
        s.Say($"{a} [has|finds|collects|buys] {n} {item}.");
        s.Say($"{b} has {text} as many {item} as {a}.", $"{b} has {text} as many as {a}.", $"{b} has {text} as many.");
        s.Ask($"How many {item} does {b} have?");
        s.Step(n * factor, $"{b} has @ {item}.");
    }

    private static void Than(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), Any(s));
        Num n = s.Pick(5, 200), d = s.Pick(2, n - 2);
        var (more, flip) = (s.OneOf(true, false), s.OneOf(true, false, false));
        var (first, second) = (more ? "more" : "fewer", more ? "fewer" : "more");
        s.Say($"{a} [has|finds|collects|buys] {n} {item}.");
        s.Say(flip
            ? $"{a} has {d} {second} {item} than {b}."
            : s.OneOf($"{b} has {d} {first} {item} than {a}.", $"{b} has {d} {first} than {a}."));
        s.Ask($"How many {item} does {b} have?");
        s.Step(more ? n + d : n - d, $"{b} has @ {item}.");
    }

    private static void Together(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), Any(s));
        Num n = s.Pick(2, 300), m = s.Pick(2, 300);
        s.Say($"{a} has {n} {item}, and {b} has {m} {item}.", $"{a} [finds|collects] {n} {item}. {b} has {m}.");
        s.Ask($"How many {item} do they have together?", $"How many {item} do {a} and {b} have in all?");
        s.Step(n + m, $"Together they have @ {item}.", $"In all they have @ {item}.");
    }

    private static void Three(Scene s)
    {
        var (a, b, c, item) = (s.Person(), s.Person(), s.Person(), s.Thing(Words.Small));
        Num n = s.Pick(2, 90), m = s.Pick(2, 90), k = s.Pick(2, 90);
        s.Say($"{a} has {n} {item}, {b} has {m} {item} and {c} has {k} {item}.");
        s.Ask($"How many {item} do they have together?", $"How many {item} do the 3 friends have in all?");
        s.Step(n + m + k, $"Together they have @ {item}.", $"In all they have @ {item}.");
    }

    private static void Legs(Scene s)
    {
        var (animals, legs) = s.OneOf(("hens", 2), ("ducks", 2), ("birds", 2), ("cows", 4), ("dogs", 4), ("cats", 4), ("horses", (Num)4));
        Num n = s.Pick(2, 90, 2), m = s.Pick(2, 90, 2);
        if (s.OneOf(true, false))
        {
            s.Say($"There are {n} {animals} on a farm. The {animals} have {legs} legs each.",
                $"A farm has {n} {animals}, and each of these animals has {legs} legs.");
            s.Ask($"How many legs do the {animals} have?", "How many legs are there in total?");
            s.Step(n * legs, $"The {animals} have @ legs.");
            return;
        }

        s.Say($"The {animals} have {n} legs and the other animals have {m} legs.",
            $"The birds of a farm have {n} legs. The other animals have {m} legs.");
        s.Ask("How many legs do the animals have in all?");
        s.Step(n + m, "In all they have @ legs.", "That makes @ legs in total.");
    }

    private static void People(Scene s)
    {
        Num n = s.Pick(8, 90), m = s.Pick(2, n - 2);
        if (s.OneOf(true, false))
        {
            s.Say($"There are {n} people on a [bus|train]. At the [first|next] stop {m} more people get on.",
                $"A [bus|train] starts with {n} people. Then {m} people get on.");
            s.Ask("How many people are there now?", "How many people are there in the end?");
            s.Step(n + m, "There are @ people after some get on.", "First there are @ people.", "In the end there are @ people.",
                "Now there are @ people.");
            return;
        }

        s.Say($"There are {n} people on a [bus|train]. At the [first|next] stop {m} people get off.",
            $"A [bus|train] starts with {n} people. Then {m} people get off.");
        s.Ask("How many people are there now?", "How many people are there in the end?");
        s.Step(n - m, "When some get off, there are @ people.", "Then there are @ people.");
    }

    private static void PercentOf(Scene s)
    {
        var item = s.OneOf("eggs", "plates", "cups", "bowls", "lamps");
        var verb = s.OneOf("sing", "dance", "swim", "play chess", "play football");
        Num n = s.Pick(10, 500, 5), percent = s.Pick(5, 60, 5);
        if (s.OneOf(true, false))
        {
            s.Say($"There are {n} {item} in a shop. {percent} percent of [them|the {item}] are broken.");
            s.Ask($"How many {item} are broken?");
            s.Step(n * percent / 100, $"There are @ broken {item}.", $"The number of broken {item} is @.");
            return;
        }

        s.Say($"There are {n} children in a school. {percent} percent of [them|the children] {verb}.",
            $"A school has {n} children. {percent} percent of the children {verb}.");
        s.Ask($"How many children {verb}?");
        s.Step(n * percent / 100, $"There are @ children who {verb}.", $"The number of children who {verb} is @.");
    }

    private static void Rest(Scene s)
    {
        var (who, item) = (s.Person(), s.OneOf("eggs", "plates", "cups", "bowls", "lamps"));
        var (a, b) = (s.OneOf("sing", "dance"), s.OneOf("swim", "play chess", "play football"));
        Num part = s.Pick(2, 200), n = s.Pick(part + 2, 400);
        switch (s.OneOf(0, 1, 2, 3))
        {
            case 0:
                s.Say($"{n} children are at a [school|park|library|party]. {part} of them are boys.");
                s.Ask("How many girls are there?", "How many of the children are girls?");
                s.Step(n - part, "There are @ girls.", "The number of girls is @.");
                break;
            case 1:
                s.Say($"{who} [buys|gets] {n} {item}. {part} of them are broken.");
                s.Ask($"How many {item} are not broken?", $"How many {item} are still good?");
                s.Step(n - part, $"There are @ good {item}.", $"So @ {item} are not broken.");
                break;
            case 2:
                s.Say($"A school has {n} children. {part} of the children {a} or {b}.");
                s.Ask("How many children do neither?", $"How many children do not {a} or {b}?");
                s.Step(n - part, "So @ children do neither.", "The rest is @ children.");
                break;
            default:
                s.Say($"There are {n} [seats|chairs] in a [hall|museum], and people take {part} of them.",
                    $"A hall has {n} seats. {part} of the seats are taken.");
                s.Ask("How many are free?", "How many are left?");
                s.Step(n - part, "So @ are free.", "There are @ left.");
                break;
        }
    }
}
