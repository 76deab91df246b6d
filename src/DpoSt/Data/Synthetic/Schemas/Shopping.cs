namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Prices, change and profit.</summary>
internal static class Shopping
{
    public static IEnumerable<Schema> All =>
    [
        new("change", 2, Change), new("cents", 2, Cents), new("and-one", 2, AndOne), new("two-kinds", 3, TwoKinds),
        new("and-one-change", 3, AndOneChange), new("profit", 3, Profit), new("two-kinds-change", 4, TwoKindsChange),
        new("three-kinds-change", 5, ThreeKindsChange),
    ];

    private static void Change(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Goods));
        Num n = s.Pick(3, 12), price = s.Pick(2, 15), bill = s.Pick(n * price + 2, 200, 5);
        s.Say($"{who} [buys|gets] {n} {item} [at the market|in a shop|for a party].", $"{who} needs {n} {item}.");
        s.Say($"Each {item.One} costs ${price}.", $"The {item} cost ${price} each.", $"The price of one {item.One} is ${price}.");
        s.Ask($"If {who.He} pays with ${bill}, how much change does {who.He} get?",
            $"{who} pays with ${bill}. How much change does {who.He} get back?");
        var cost = s.Step(n * price, $"The {item} cost $@.", $"{who} [has to pay|must pay] $@ for the {item}.");
        s.Step(bill - cost, $"{who} gets $@ back.", $"The change is $@.");
    }

    private static void Cents(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Snacks));
        Num n = s.Pick(2, 12), price = s.Price(6), bill = s.Pick(n * price + 1, 90, 5);
        s.Say($"{who} buys {n} {item} for ${price} each.", $"{who} pays ${price} for each of {n} {item}.");
        s.Say($"{who.He} has ${bill}.", $"{who.He} had ${bill} [before that|at first].");
        s.Ask($"How much money does {who} have left?", $"How many dollars are left?");
        var cost = s.Step(n * price, $"The {item} cost $@.", $"{who} spends $@.");
        s.Step(bill - cost, $"{who} has $@ left.", $"So $@ is left.");
    }

    private static void AndOne(Scene s)
    {
        var (who, item, other) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Dear));
        Num n = s.Pick(2, 12), price = s.Pick(2, 20), extra = s.Pick(15, 150);
        s.Say($"{who} buys {n} {item} for ${price} each and {other.A} for ${extra}.",
            $"{who} buys {other.A} for ${extra} and {n} {item} that cost ${price} each.");
        s.Ask($"How much does {who} [pay|spend] [in total|in all]?", $"How much money does {who} spend?");
        var cost = s.Step(n * price, $"The {item} cost $@.", $"{who} pays $@ for the {item}.");
        s.Step(cost + extra, $"[In total|In all] {who} pays $@.", $"With the {other.One}, {who} spends $@.");
    }

    private static void TwoKinds(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Food));
        Num n = s.Pick(2, 9), m = s.Pick(2, 12), p = s.Pick(3, 15), q = s.Pick(2, 6);
        s.Say($"{who} [buys|gets] {n} {a} and {m} {b} [at the market|in a shop].", $"{who} wants {n} {a} and {m} {b}.");
        s.Say($"Each {a.One} costs ${p} and each {b.One} costs ${q}.", $"The {a} cost ${p} each and the {b} cost ${q} each.");
        s.Ask($"How much does {who} pay [in total|in all]?", $"What is the total cost?");
        var first = s.Step(n * p, $"The {a} cost $@.", $"{who} pays $@ for the {a}.");
        var second = s.Step(m * q, $"The {b} cost $@.", $"{who} pays $@ for the {b}.");
        s.Step(first + second, $"[In total|In all] {who} pays $@.", $"The total cost is $@.");
    }

    private static void AndOneChange(Scene s)
    {
        var (who, item, other) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Snacks));
        Num n = s.Pick(2, 9), price = s.Pick(2, 12), extra = s.Pick(2, 15), bill = s.Pick(n * price + extra + 2, 150, 5);
        s.Say($"{who} has ${bill}.", $"{who} goes to the [market|shop] with ${bill}.");
        s.Say($"{who.He} buys {n} {item} for ${price} each and {other.A} for ${extra}.",
            $"{who.He} buys {other.A} for ${extra} and {n} {item} for ${price} each.");
        s.Ask($"How much money does {who} have left?", $"How much money is left?");
        var cost = s.Step(n * price, $"The {item} cost $@.", $"{who} pays $@ for the {item}.");
        var total = s.Step(cost + extra, $"[In total|In all] {who} pays $@.", $"With the {other.One}, {who} spends $@.");
        s.Step(bill - total, $"{who} has $@ left.", $"So $@ is left.");
    }

    private static void Profit(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Goods));
        Num n = s.Pick(5, 40), p = s.Pick(2, 12), q = s.Pick(p + 2, p + 12);
        s.Say($"{who} buys {n} {item} for ${p} each and sells them for ${q} each.",
            $"A shop pays ${p} for each of {n} {item} and sells each of them for ${q}.");
        s.Ask("[How much|How much money] is the profit?", "What is the profit in dollars?");
        var cost = s.Step(n * p, $"The {item} cost $@.");
        var income = s.Step(n * q, $"The {item} sell for $@.", "The sales bring $@.");
        s.Step(income - cost, "The profit is $@.", "This leaves a profit of $@.");
    }

    private static void TwoKindsChange(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Snacks), s.Thing(Words.Food));
        Num n = s.Pick(2, 8), m = s.Pick(2, 10), p = s.Price(5), q = s.Pick(2, 4), bill = s.Pick(n * p + m * q + 1, 100, 10);
        s.Say($"{who} buys {n} {a} for ${p} each and {m} {b} for ${q} each.",
            $"{who} pays ${p} each for {n} {a} and ${q} each for {m} {b}.");
        s.Ask($"If {who.He} pays with ${bill}, how much change does {who.He} get?", $"{who} had ${bill}. How much money is left?");
        var first = s.Step(n * p, $"The {a} cost $@.");
        var second = s.Step(m * q, $"The {b} cost $@.");
        var total = s.Step(first + second, $"[In total|In all] {who} pays $@.", "The total cost is $@.");
        s.Step(bill - total, $"{who} has $@ left.", $"{who} gets $@ back.");
    }

    private static void ThreeKindsChange(Scene s)
    {
        var (who, a, b, c) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Food), s.Thing(Words.Goods));
        Num n = s.Pick(2, 6), m = s.Pick(2, 9), k = s.Pick(2, 6), p = s.Pick(2, 12), q = s.Pick(2, 5), r = s.Pick(2, 12);
        var bill = s.Pick(n * p + m * q + k * r + 2, 250, 10);
        s.Say($"{who} goes to the [market|shop] with ${bill}.", $"{who} has ${bill}.");
        s.Say($"{who.He} buys {n} {a} for ${p} each, {m} {b} for ${q} each and {k} {c} for ${r} each.");
        s.Ask($"How much money does {who} have left?", $"How many dollars does {who} have in the end?");
        var first = s.Step(n * p, $"The {a} cost $@.");
        var second = s.Step(m * q, $"The {b} cost $@.");
        var third = s.Step(k * r, $"The {c} cost $@.");
        var total = s.Step(first + second + third, $"[In total|In all] {who} pays $@.", "The total cost is $@.");
        s.Step(bill - total, $"{who} has $@ left.", "So $@ is left.");
    }
}
