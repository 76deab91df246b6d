namespace DpoSt.Data.Synthetic.Schemas.Varied;

/// <summary>Kinds of stories with several ways to the answer that no training set holds.</summary>
internal static class VariedOutOfDomain
{
    public static IEnumerable<Schema> All => [new("varied-train", 3, Train), new("varied-garden", 3, Garden), new("varied-team", 3, Team)];

    private static void Train(Scene s)
    {
        Num cars = s.Pick(3, 12), seats = s.Pick(10, 40), free = s.Pick(2, seats - 2), more = s.Pick(3, 60);
        s.Say($"A train has {cars} cars with {seats} seats each. In each car {free} seats are free.");
        s.Say($"Another {more} people have no seat.");
        s.Ask("How many people are on the train?");
        s.Ways(
            () => With(s.Step(s.Step(seats - free, "Each car has @ people.") * cars, "The cars have @ people.")),
            () => With(s.Step(All() - Free(), "In the seats are @ people.")),
            () => s.Step(With(All()) - Free(), "The difference is @ people."));

        Num All() => s.Step(cars * seats, "There are @ seats.");
        Num Free() => s.Step(cars * free, "@ seats are free.");
        Num With(Num x) => s.Step(x + more, "With the others it is @ people.");
    }

    private static void Garden(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Food), s.Thing(Words.Food));
        Num rows = s.Pick(3, 12), n = s.Pick(3, 15), m = s.Pick(3, 15), price = s.Pick(2, 6);
        s.Say($"A garden has {rows} rows, and in each row are {n} {a} and {m} {b}.");
        s.Say($"{who} sells all of them for ${price} each.");
        s.Ask($"How much money does {who} get?");
        s.Ways(
            () => Sell(s.Step(Row() * rows, "In all there are @ things.")),
            () => s.Step(s.Step(Row() * price, "A row brings $@.") * rows, End),
            () => Sell(s.Step(First() + Second(), "Together there are @ things.")),
            () => s.Step(s.Step(First() * price, $"The {a} bring $@.") + s.Step(Second() * price, $"The {b} bring $@."),
                "Together it is $@."));

        Num Row() => s.Step(n + m, "Each row has @ things.");
        Num First() => s.Step(rows * n, $"There are @ {a}.");
        Num Second() => s.Step(rows * m, $"There are @ {b}.");
        Num Sell(Num all) => s.Step(all * price, End);
    }

    private static void Team(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), s.Thing(Words.Goods));
        Num p = s.Pick(2, 12), q = s.Pick(2, 12), days = s.Pick(3, 9), need = s.Pick(days * p + days * q + 3, 400);
        s.Say($"{a} makes {p} {item} a day and {b} makes {q} {item} a day. They need {need} {item}.");
        s.Ask($"How many {item} do they still need after {days} days?");
        s.Ways(
            () => Rest(need, s.Step(s.Step(p + q, $"Together they make @ {item} a day.") * days, $"In all they make @ {item}.")),
            () => Rest(need, s.Step(First() + Second(), $"In all they make @ {item}.")), () => Rest(Rest(need, First()), Second()));

        Num First() => s.Step(p * days, $"{a} makes @ {item}.");
        Num Second() => s.Step(q * days, $"{b} makes @ {item}.");
        Num Rest(Num x, Num y) => s.Step(x - y, $"They still need @ {item}.");
    }

    private const string End = "In all that is $@.";
}
