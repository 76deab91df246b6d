namespace DpoSt.Data.Synthetic.Schemas.Varied;

/// <summary>Things that are shared, picked, packed and used up, and time and ways, each with several ways to the answer.</summary>
internal static class VariedThings
{
    public static IEnumerable<Schema> All =>
    [
        new("varied-meals", 3, Meals), new("varied-sharing", 3, Sharing), new("varied-boxes", 3, Boxes), new("varied-picking", 3, Picking),
        new("varied-riding", 3, Riding), new("varied-minutes", 3, Minutes),
    ];

    private static void Meals(Scene s)
    {
        var (a, b) = (s.Thing(Words.Food), s.Thing(Words.Baked));
        Num people = s.Pick(3, 15), n = s.Pick(2, 6), m = s.Pick(2, 6), plates = s.Pick(people * n + people * m + 3, 250);
        s.Require(a.One != b.One);
        s.Say($"{people} children eat {n} {a} and {m} {b} each.", $"Each of {people} children eats {n} {a} and {m} {b}.");
        s.Say($"There were {plates} things to eat.", $"On the table are {plates} things to eat.");
        s.Ask("How many things to eat are left?");
        s.Ways(
            () => Rest(s.Step(Each() * people, "Together the children eat @.")), () => Rest(Sum(First(), Second())),
            () => Rest(Sum(Second(), First())), () => Less(Less(plates, First()), Second()), () => Less(Less(plates, Second()), First()));

        Num Each() => s.Step(n + m, "Each child eats @ things.");
        Num First() => s.Step(people * n, $"The children eat @ {a}.");
        Num Second() => s.Step(people * m, $"The children eat @ {b}.");
        Num Sum(Num x, Num y) => s.Step(x + y, "In all that is @ things.");
        Num Rest(Num eaten) => s.Step(plates - eaten, "So @ are left.");
        Num Less(Num x, Num y) => s.Step(x - y, "After that @ are there.");
    }

    private static void Sharing(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Small), s.Thing(Words.Food));
        Num friends = s.Pick(2, 9), x = s.Pick(3, 15), y = s.Pick(2, 15), gone = s.Pick(2, x - 1);
        Num n = (friends * x).Evaluated, m = (friends * y).Evaluated;
        s.Say($"{who} shares {n} {a} and {m} {b} equally among {friends} friends.",
            $"{friends} friends share {n} {a} and {m} {b} equally.");
        s.Say($"Each friend then loses {gone} of the {a}.", $"Then each of them gives {gone} {a} away.");
        s.Ask("How many things does each friend have now?");
        s.Ways(
            () => Rest(s.Step(s.Step(n + m, "In all there are @ things.") / friends, "Each gets @ things.")),
            () => Rest(Sum(First(), Second())),
            () => Rest(Sum(Second(), First())),
            () => Sum(Less(First()), Second()),
            () => { var other = Second(); return Sum(Less(First()), other); });

        Num First() => s.Step(n / friends, $"Each friend gets @ {a}.");
        Num Second() => s.Step(m / friends, $"Each friend gets @ {b}.");
        Num Sum(Num p, Num q) => s.Step(p + q, "Together that is @ things.");
        Num Rest(Num had) => s.Step(had - gone, "So each has @ left.");
        Num Less(Num had) => s.Step(had - gone, $"Of the {a} each keeps @.");
    }

    private static void Boxes(Scene s)
    {
        var (who, item, box) = (s.Person(), s.Thing(Words.Small), s.Thing(Words.Boxes));
        Num boxes = s.Pick(3, 15), n = s.Pick(5, 30), bad = s.Pick(2, n - 2), more = s.Pick(5, 90);
        s.Say($"{who} has {boxes} {box} of {n} {item} each and {more} other {item}.",
            $"There are {n} {item} in each of {boxes} {box}, and {who} has {more} more {item}.");
        s.Say($"From each {box.One} {who} gives {bad} {item} away.", $"In every {box.One} {bad} {item} are broken.");
        s.Ask($"How many good {item} are left?", $"How many {item} are left?");
        s.Ways(
            () => With(s.Step(s.Step(n - bad, $"Each {box.One} keeps @ {item}.") * boxes, $"The {box} keep @ {item}.")),
            () => With(Less(All(), Gone())), () => { var lost = Gone(); return With(Less(All(), lost)); },
            () => Less(With(All()), Gone()), () => { var lost = Gone(); return Less(With(All()), lost); });

        Num All() => s.Step(boxes * n, $"In the {box} there are @ {item}.");
        Num Gone() => s.Step(boxes * bad, $"Of these @ {item} are gone.");
        Num Less(Num x, Num y) => s.Step(x - y, $"After that @ {item} are there.");
        Num With(Num x) => s.Step(x + more, $"With the others there are @ {item}.");
    }

    private static void Picking(Scene s)
    {
        var (a, b, item) = (s.Person(), s.Person(), s.Thing(Words.Food));
        Num p = s.Pick(3, 20), q = s.Pick(3, 20), weeks = s.Pick(2, 6), week = 7;
        s.Say($"Every day {a} picks {p} {item} and {b} picks {q} {item}.", $"{a} picks {p} {item} a day, {b} picks {q} {item} a day.");
        s.Ask($"How many {item} do they pick together in {weeks} weeks?");
        s.Ways(
            () => InAll(s.Step(Day() * week, $"In a week they pick @ {item}.")), () => s.Step(Days() * Day(), $"So they pick @ {item}."),
            () => { var both = Day(); return s.Step(both * Days(), $"So they pick @ {item}."); },
            () => InAll(Sum(s.Step(p * week, $"In a week {a} picks @ {item}."), s.Step(q * week, $"In a week {b} picks @ {item}."))),
            () => { var days = Days(); return Sum(Whole(a, p, days), Whole(b, q, days)); },
            () => { var days = Days(); return Sum(Whole(b, q, days), Whole(a, p, days)); });

        Num Day() => s.Step(p + q, $"A day brings @ {item}.");
        Num Days() => s.Step(weeks * week, "That is @ days.");
        Num Whole(Person who, Num each, Num days) => s.Step(each * days, $"{who} picks @ {item} in all.");
        Num Sum(Num x, Num y) => s.Step(x + y, $"Together that is @ {item}.");
        Num InAll(Num one) => s.Step(one * weeks, $"In all weeks they pick @ {item}.");
    }

    private static void Riding(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        Num slow = s.Pick(3, 20), fast = s.Pick(slow + 2, slow + 20), hours = s.Pick(2, 9), ahead = s.Pick(2, 60);
        s.Say($"{a} rides {fast} miles an hour and {b} rides {slow} miles an hour.",
            $"{b} rides {slow} miles every hour, and {a} rides {fast} miles every hour.");
        s.Say($"Today {a} starts {ahead} miles before {b}.", $"At first {a} is {ahead} miles before {b}.");
        s.Ask($"How many miles is {a} before {b} after {hours} hours?");
        s.Ways(
            () => Start(s.Step(s.Step(fast - slow, "Each hour brings @ more miles.") * hours, "The hours bring @ more miles.")),
            () => Start(Less(First(), Second())), () => { var other = Second(); return Start(Less(First(), other)); },
            () => Less(Start(First()), Second()), () => { var other = Second(); return Less(Start(First()), other); });

        Num First() => s.Step(fast * hours, $"{a} rides @ miles.");
        Num Second() => s.Step(slow * hours, $"{b} rides @ miles.");
        Num Less(Num x, Num y) => s.Step(x - y, "The difference is @ miles.");
        Num Start(Num x) => s.Step(x + ahead, "With the miles at first it is @ miles.");
    }

    private static void Minutes(Scene s)
    {
        var who = s.Person();
        Num a = s.Pick(2, 9), b = s.Pick(2, 9), days = s.Pick(2, 9), hour = 60;
        Num first = (a * hour).Evaluated, second = (b * hour).Evaluated;
        s.Say($"{who} reads {first} minutes every morning and {second} minutes every evening.",
            $"Every day {who} reads {first} minutes in the morning and {second} minutes in the evening.");
        s.Ask($"How many hours does {who} read in {days} days?");
        s.Ways(
            () => ToHours(s.Step(Day() * days, "In all days that is @ minutes.")), () => InAll(s.Step(Day() / hour, "A day has @ hours.")),
            () => ToHours(Both(s.Step(first * days, "The mornings have @ minutes."),
                s.Step(second * days, "The evenings have @ minutes."))),
            () => InAll(Sum(Morning(), Evening())), () => InAll(Sum(Evening(), Morning())),
            () => Sum(s.Step(Morning() * days, "The mornings have @ hours."), s.Step(Evening() * days, "The evenings have @ hours.")));

        Num Day() => s.Step(first + second, "A day has @ minutes.");
        Num Morning() => s.Step(first / hour, "A morning has @ hours.");
        Num Evening() => s.Step(second / hour, "An evening has @ hours.");
        Num Both(Num x, Num y) => s.Step(x + y, "Together that is @ minutes.");
        Num Sum(Num x, Num y) => s.Step(x + y, "Together that is @ hours.");
        Num ToHours(Num minutes) => s.Step(minutes / hour, $"{who} reads @ hours.");
        Num InAll(Num each) => s.Step(each * days, "In all days that is @ hours.");
    }
}
