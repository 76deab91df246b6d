namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Halves, thirds and quarters.</summary>
internal static class Fractions
{
    public static IEnumerable<Schema> All =>
    [
        new("half-more", 2, HalfMore), new("girls", 2, Girls), new("half-third", 3, HalfThird), new("rope", 3, Rope),
        new("tickets", 4, Tickets),
    ];

    /// <summary>A unit fraction in words with its divisor.</summary>
    public static (string Text, Num Part) Unit(Scene s) => s.OneOf(("half", 2), ("a third", 3), ("a quarter", (Num)4), ("a fifth", 5));

    private static void HalfMore(Scene s)
    {
        var (who, to, item) = (s.Person(), s.Person(), s.Thing(Words.Small));
        Num n = s.Pick(4, 98, 2), more = s.Pick(2, 60);
        s.Say($"{who} has {n} {item} and gives half of them to {to}.", $"{to} gets half of the {n} {item} that {who} has.");
        s.Say($"Then {who} [finds|buys|gets] {more} more.", $"Later {who} [finds|buys|gets] {more} more {item}.");
        s.Ask($"How many {item} does {who} have now?", $"How many {item} does {who} have in the end?");
        var half = s.Step(n / 2, $"{who} has @ {item} left.", $"Half of the {item} is @.");
        s.Step(half + more, $"Now {who} has @ {item}.", $"In the end {who} has @ {item}.");
    }

    private static void Girls(Scene s)
    {
        var (text, part) = Unit(s);
        var place = s.OneOf("school", "park", "library", "party");
        Num n = s.Pick(8, 300, (int)part.Value);
        s.Pick(part, part);
        s.Say($"There are {n} children at a {place}.", $"{n} children are at a {place}.");
        s.Say($"{text} of them are boys.", $"{text} of the children are boys.");
        s.Ask("How many girls are there?", "How many of the children are girls?");
        var boys = s.Step(n / part, "There are @ boys.", "The number of boys is @.");
        s.Step(n - boys, "There are @ girls.", "The number of girls is @.");
    }

    private static void HalfThird(Scene s)
    {
        var (who, to, other, item) = (s.Person(), s.Person(), s.Person(), s.Thing(Words.Food));
        var (text, part) = Unit(s);
        s.Pick(part, part);
        Num n = s.Pick(12, 400, 2 * (int)part.Value);
        s.Say($"{who} picks {n} {item} and gives half of them to {to}.", $"{who} has {n} {item}. Half of them go to {to}.");
        s.Say($"Then {who} gives {text} of the rest to {other}.", $"{other} gets {text} of what is left.");
        s.Ask($"How many {item} does {who} have left?", $"How many {item} does {who} have in the end?");
        var half = s.Step(n / 2, $"After the first gift {who} has @ {item}.", $"{who} first has @ {item} left.");
        var gift = s.Step(half / part, $"{other} gets @ {item}.");
        s.Step(half - gift, $"{who} has @ {item} left.", $"In the end {who} has @ {item}.");
    }

    private static void Rope(Scene s)
    {
        var (who, what) = (s.Person(), s.OneOf("rope", "ribbon", "string"));
        Num n = s.Pick(2, 9), long1 = s.Pick(3, 12), m = s.Pick(2, 9), rest = s.Pick(2, 12), all = (n * long1 + m * rest).Evaluated;
        s.Say($"{who} has {all} meters of {what}.", $"A {what} is {all} meters long.");
        s.Say($"{who} cuts off {n} pieces of {long1} meters each.", $"First {who} cuts {n} pieces, each {long1} meters long.");
        s.Say($"Then {who} cuts the rest into {m} equal pieces.", $"The rest is cut into {m} equal pieces.");
        s.Ask("How long is each of these last pieces in meters?", "How many meters long is each of the equal pieces?");
        var used = s.Step(n * long1, "The first pieces take @ meters.");
        var left = s.Step(all - used, "After that @ meters are left.");
        s.Step(left / m, "Each piece is @ meters long.");
    }

    private static void Tickets(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("zoo", "museum", "film", "game"));
        Num price = s.Pick(4, 30, 2), n = s.Pick(2, 9), m = s.Pick(2, 9);
        s.Say($"A ticket for the {place} costs ${price}, and children pay half of that.",
            $"Tickets for the {place} cost ${price}, but children pay half.");
        s.Say($"{who} buys tickets for {n} adults and {m} children.",
            $"{n} adults and {m} children come with {who}, who pays for their tickets.");
        s.Ask($"How much does {who} pay in total?", "What is the total cost of the tickets?");
        var child = s.Step(price / 2, "A ticket for a child costs $@.");
        var first = s.Step(n * price, "The adults cost $@.", "The tickets for the adults cost $@.");
        var second = s.Step(m * child, "The children cost $@.", "The tickets for the children cost $@.");
        s.Step(first + second, "In total the tickets cost $@.", "The total cost is $@.");
    }
}
