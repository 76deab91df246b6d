namespace DpoSt.Data.Synthetic.Schemas.Varied;

/// <summary>Prices, wages and profit, each with several ways to the answer.</summary>
internal static class VariedMoney
{
    public static IEnumerable<Schema> All =>
    [
        new("varied-change", 3, Change), new("varied-wage", 3, Wage), new("varied-saving", 3, Saving), new("varied-profit", 3, Profit),
        new("varied-packs", 3, Packs), new("varied-seats", 3, Seats),
    ];

    private static void Change(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Food));
        Num n = s.Pick(2, 12), p = s.Pick(2, 15), m = s.Pick(2, 12), q = s.Pick(2, 9), bill = s.Pick(n * p + m * q + 5, 400, 5);
        s.Say($"{who} goes to the [market|shop] with ${bill}.", $"{who} has ${bill}.");
        s.Say($"{who.He} buys {n} {a} for ${p} each and {m} {b} for ${q} each.",
            $"{who.He} pays ${p} each for {n} {a} and ${q} each for {m} {b}.");
        s.Ask($"How much money does {who} have left?", "How much money is left?");
        s.Ways(
            () => Rest(Sum(First(), Second())), () => Rest(Sum(Second(), First())), () => Less(Less(bill, First()), Second()),
            () => Less(Less(bill, Second()), First()), () => Rest(s.Step(n * p + m * q, "Both together cost $@.")));

        Num First() => s.Step(n * p, $"The {a} cost $@.");
        Num Second() => s.Step(m * q, $"The {b} cost $@.");
        Num Sum(Num x, Num y) => s.Step(x + y, "The total cost is $@.");
        Num Rest(Num cost) => s.Step(bill - cost, $"{who} has $@ left.");
        Num Less(Num x, Num y) => s.Step(x - y, "After that $@ is left.");
    }

    private static void Wage(Scene s)
    {
        var who = s.Person();
        Num h = s.Pick(2, 6), k = s.Pick(2, 6), days = s.Pick(2, 9), pay = s.Pick(5, 20);
        s.Say($"{who} works {h} hours in the morning and {k} hours in the evening.",
            $"Every morning {who} works {h} hours, and every evening {k} hours.");
        s.Say($"{who.He} earns ${pay} an hour.", $"The pay is ${pay} an hour.");
        s.Ask($"How much does {who} earn in {days} days?", $"How much money does {who} get for {days} days?");
        s.Ways(
            () => Pay(s.Step(Day() * days, "In all days that is @ hours.")), () => InAll(s.Step(Day() * pay, "A day brings $@.")),
            () => Pay(Both(Mornings(), Evenings())), () => Pay(Both(Evenings(), Mornings())),
            () => InAll(Sum(s.Step(h * pay, "A morning brings $@."), s.Step(k * pay, "An evening brings $@."))),
            () => Sum(s.Step(Mornings() * pay, "The mornings bring $@."), s.Step(Evenings() * pay, "The evenings bring $@.")));

        Num Day() => s.Step(h + k, "A day has @ hours of work.");
        Num Mornings() => s.Step(h * days, "The mornings have @ hours.");
        Num Evenings() => s.Step(k * days, "The evenings have @ hours.");
        Num Both(Num x, Num y) => s.Step(x + y, "Together that is @ hours.");
        Num Sum(Num x, Num y) => s.Step(x + y, "Together that is $@.");
        Num Pay(Num hours) => s.Step(hours * pay, $"{who} earns $@.");
        Num InAll(Num day) => s.Step(day * days, $"In all {who} gets $@.");
    }

    private static void Saving(Scene s)
    {
        var who = s.Person();
        Num had = s.Pick(10, 200), spent = s.Pick(2, 20), earned = s.Pick(spent + 2, spent + 30), weeks = s.Pick(2, 12);
        s.Say($"{who} has ${had}.", $"{who} had ${had} at first.");
        s.Say($"{who.He} earns ${earned} a week and spends ${spent} a week.",
            $"Each week {who.He} spends ${spent} and earns ${earned}.");
        s.Ask($"How much money does {who} have after {weeks} weeks?");
        s.Ways(
            () => Now(had, s.Step(Week() * weeks, "In all weeks this saves $@.")),
            () => Now(had, s.Step(Earned() - Spent(), "The difference is $@.")),
            () => Less(s.Step(had + Earned(), "With the money from before it is $@."), Spent()),
            () => Less(s.Step(Earned() + had, "With the first money it is $@."), Spent()),
            () => { var gone = Spent(); return Less(s.Step(had + Earned(), "With the money from before it is $@."), gone); });

        Num Week() => s.Step(earned - spent, $"{who} saves $@ a week.");
        Num Earned() => s.Step(earned * weeks, $"{who} earns $@.");
        Num Spent() => s.Step(spent * weeks, $"{who} spends $@.");
        Num Now(Num x, Num y) => s.Step(x + y, $"Now {who} has $@.");
        Num Less(Num x, Num y) => s.Step(x - y, "In the end $@ is left.");
    }

    private static void Profit(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Goods));
        Num n = s.Pick(5, 40), p = s.Pick(2, 12), q = s.Pick(p + 2, p + 15), rent = s.Pick(3, n * q - n * p - 2);
        s.Say($"{who} buys {n} {item} for ${p} each and sells them for ${q} each.",
            $"A shop pays ${p} for each of {n} {item} and sells each of them for ${q}.");
        s.Say($"The rent is ${rent}.", $"${rent} must be paid for rent.");
        s.Ask("What is the profit after the rent?", "How much money is the profit after the rent?");
        s.Ways(
            () => AfterRent(s.Step(Each() * n, "All of them together bring a profit of $@.")),
            () => AfterRent(Difference(Income(), Cost())),
            () => { var cost = Cost(); return AfterRent(Difference(Income(), cost)); },
            () => Rest(s.Step(Income() - rent, "Without the rent it is $@."), Cost()),
            () => Rest(Income(), s.Step(Cost() + rent, "With the rent the cost is $@.")));

        Num Each() => s.Step(q - p, $"Each {item.One} brings a profit of $@.");
        Num Income() => s.Step(n * q, $"The {item} sell for $@.");
        Num Cost() => s.Step(n * p, $"The {item} cost $@.");
        Num Difference(Num x, Num y) => s.Step(x - y, "The difference is $@.");
        Num AfterRent(Num x) => s.Step(x - rent, "After the rent $@ is left.");
        Num Rest(Num x, Num y) => s.Step(x - y, "This leaves a profit of $@.");
    }

    private static void Packs(Scene s)
    {
        var (who, item, box) = (s.Person(), s.Thing(Words.Food), s.Thing(Words.Boxes));
        Num n = s.Pick(2, 9), boxes = s.Pick(2, 12), price = s.Pick(2, 9), off = s.Pick(2, n * price - 2);
        s.Say($"{who} buys {boxes} {box} with {n} {item} in each {box.One}.", $"{who} needs {boxes} {box} of {n} {item} each.");
        s.Say($"Each {item.One} costs ${price}, but each {box.One} is ${off} less.",
            $"The {item} cost ${price} each, and every {box.One} is ${off} less.");
        s.Ask($"How much does {who} pay?", $"How much does {who} pay in all?");
        s.Ways(
            () => InAll(s.Step(OneBox() - off, $"Then a {box.One} costs $@.")), () => Less(s.Step(OneBox() * boxes, Full), Off()),
            () => Less(s.Step(All() * price, Full), Off()),
            () => { var less = Off(); return Less(s.Step(All() * price, Full), less); },
            () => { var less = Off(); return Less(s.Step(OneBox() * boxes, Full), less); });

        Num OneBox() => s.Step(n * price, $"The {item} in one {box.One} cost $@.");
        Num All() => s.Step(boxes * n, $"There are @ {item} in all.");
        Num Off() => s.Step(boxes * off, $"All {box} are $@ less.");
        Num InAll(Num one) => s.Step(one * boxes, $"{who} pays $@ for the {box}.");
        Num Less(Num x, Num y) => s.Step(x - y, $"So {who} must pay $@.");
    }

    private static void Seats(Scene s)
    {
        Num rows = s.Pick(3, 15), seats = s.Pick(6, 25), free = s.Pick(2, seats - 2), price = s.Pick(2, 9);
        s.Say($"A room has {rows} rows of {seats} seats, and in each row {free} seats are free.",
            $"There are {rows} rows with {seats} seats each, and {free} seats of every row are free.");
        s.Say($"Each of the people pays ${price} for a seat.", $"Every other seat is paid with ${price}.");
        s.Ask("How much money do the people pay in all?", "How much do the people pay in total?");
        s.Ways(
            () => Pay(s.Step(Taken() * rows, "In all @ people are there.")), () => InAll(s.Step(Taken() * price, "A row brings $@.")),
            () => Pay(Without(All(), Free())), () => { var empty = Free(); return Pay(Without(All(), empty)); },
            () => s.Step(s.Step(All() * price, "All seats would bring $@.") - s.Step(Free() * price, "The free seats cost $@."),
                "The difference is $@."));

        Num Taken() => s.Step(seats - free, "In each row there are @ people.");
        Num All() => s.Step(rows * seats, "There are @ seats.");
        Num Free() => s.Step(rows * free, "@ seats are free.");
        Num Without(Num x, Num y) => s.Step(x - y, "The others are @ people.");
        Num Pay(Num people) => s.Step(people * price, "The people pay $@.");
        Num InAll(Num row) => s.Step(row * rows, "In all the rows bring $@.");
    }

    private const string Full = "The full price is $@.";
}
