namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Percent of a price or of a group; the step is written as n * percent / 100.</summary>
internal static class Percents
{
    public static IEnumerable<Schema> All =>
    [
        new("sale", 2, Sale), new("broken", 2, Broken), new("sale-many", 3, SaleMany), new("clubs", 3, Clubs), new("tip", 4, Tip),
    ];

    private static void Sale(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num price = s.Pick(20, 400, 5), percent = s.Pick(5, 60, 5);
        s.Say($"{item.A} costs ${price}, but today it is {percent} percent off.",
            $"The price of {item.A} is ${price}. In a sale it is {percent} percent less.");
        s.Ask($"How much does {who} pay for the {item.One}?", $"How much does the {item.One} cost now?");
        var off = s.Step(price * percent / 100, $"The {item.One} is $@ less.", $"The price goes down by $@.");
        s.Step(price - off, $"The {item.One} now costs $@.", "The new price is $@.");
    }

    private static void Broken(Scene s)
    {
        var (who, item) = (s.Person(), s.OneOf("eggs", "plates", "cups", "bowls", "lamps"));
        Num n = s.Pick(10, 500, 5), percent = s.Pick(5, 60, 5);
        s.Say($"{who} [buys|gets] {n} {item}.", $"There are {n} {item} in a shop.");
        s.Say($"{percent} percent of them are broken.", $"{percent} percent of the {item} are broken.");
        s.Ask($"How many {item} are not broken?", $"How many {item} are still good?");
        var bad = s.Step(n * percent / 100, $"There are @ broken {item}.", $"The number of broken {item} is @.");
        s.Step(n - bad, $"There are @ good {item}.", $"So @ {item} are not broken.");
    }

    private static void SaleMany(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Goods));
        Num n = s.Pick(2, 12), price = s.Pick(5, 40), percent = s.Pick(5, 50, 5);
        s.Say($"{who} buys {n} {item} for ${price} each.", $"{who} wants {n} {item} that cost ${price} each.");
        s.Say($"Because there is a sale, {who.He} pays {percent} percent less.", $"Today the shop takes {percent} percent off.");
        s.Ask($"How much does {who} pay?", $"How much does {who} pay in total?");
        var full = s.Step(n * price, $"The {item} cost $@.", "The full price is $@.");
        var off = s.Step(full * percent / 100, "The price goes down by $@.", $"{who} saves $@.");
        s.Step(full - off, $"{who} pays $@.", "The new price is $@.");
    }

    private static void Clubs(Scene s)
    {
        var (a, b) = (s.OneOf("sing", "dance"), s.OneOf("swim", "play chess", "play football"));
        Num n = s.Pick(20, 400, 10), percent = s.Pick(10, 60, 10), other = s.Pick(2, 90);
        s.Say($"There are {n} children in a school.", $"A school has {n} children.");
        s.Say($"{percent} percent of the children {a} and {other} other children {b}.",
            $"{percent} percent of them {a}. Of the others, {other} {b}.");
        s.Ask("How many children do neither?", $"How many children do not {a} or {b}?");
        var first = s.Step(n * percent / 100, $"There are @ children who {a}.", $"The number of children who {a} is @.");
        var both = s.Step(first + other, $"With those who {b}, there are @ children.");
        s.Step(n - both, "So @ children do neither.", "The rest is @ children.");
    }

    private static void Tip(Scene s)
    {
        var (who, item, drink) = (s.Person(), s.Thing(Words.Baked), s.OneOf("tea", "juice", "soup"));
        Num n = s.Pick(2, 9), p = s.Pick(4, 15), q = s.Pick(3, 20), percent = s.Pick(5, 30, 5);
        s.Say($"{who} eats with friends and pays for {n} {item} at ${p} each and ${q} for {drink}.",
            $"For a meal with friends {who} orders {n} {item} for ${p} each and {drink} for ${q}.");
        s.Say($"{who.He} also gives a tip of {percent} percent.", $"Then {who.He} adds a tip of {percent} percent.");
        s.Ask($"How much does {who} pay in total?", $"How much does {who} spend in all?");
        var food = s.Step(n * p, $"The {item} cost $@.");
        var meal = s.Step(food + q, $"With the {drink}, the meal costs $@.");
        var tip = s.Step(meal * percent / 100, "The tip is $@.");
        s.Step(meal + tip, $"In total {who} pays $@.", "The total cost is $@.");
    }
}
