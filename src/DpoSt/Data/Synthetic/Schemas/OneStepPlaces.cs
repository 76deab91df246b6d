namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>One-step problems about the places and turns of phrase that the longer stories use and the other patterns lack.</summary>
internal static class OneStepPlaces
{
    public static IEnumerable<Schema> All =>
    [
        new("one-shelves", 1, Shelves), new("one-rows", 1, Rows), new("one-trees", 1, Trees), new("one-hens", 1, Hens),
        new("one-tables", 1, Tables), new("one-sold", 1, Sold), new("one-uses", 1, Uses), new("one-difference", 1, Difference),
        new("one-tickets", 1, Tickets), new("one-back", 1, Back), new("one-others", 1, Others), new("one-if-pays", 1, IfPays),
        new("one-count", 1, Count),
    ];

    private static void Shelves(Scene s)
    {
        Num n = s.Pick(2, 30), each = s.Pick(3, 40);
        s.Say($"A library has {n} shelves with {each} books on each.",
            $"There are {n} shelves in a library, and each shelf has {each} books.");
        s.Ask("How many books does the library have?", "How many books are on the shelves?");
        s.Step(n * each, "The library has @ books.", "On the shelves there are @ books.");
    }

    private static void Rows(Scene s)
    {
        var (place, seat) = s.OneOf(("hall", "seats"), ("school", "chairs"), ("museum", "chairs"));
        Num n = s.Pick(2, 40), each = s.Pick(2, 40);
        s.Say($"There are {n} rows of {seat} in a {place} with {each} {seat} in each row.",
            $"A {place} has {n} rows, and each row has {each} {seat}.");
        s.Ask($"How many {seat} are there in all?", $"How many {seat} does the {place} have?");
        s.Step(n * each, $"In all there are @ {seat}.", $"The rows have @ {seat}.");
    }

    private static void Trees(Scene s)
    {
        var (who, fruit) = (s.Person(), s.OneOf("apple", "pear", "plum", "orange"));
        Num trees = s.Pick(2, 30), each = s.Pick(5, 60);
        s.Say($"{who} has {trees} {fruit} trees, and each tree gives {each} {fruit}s.",
            $"There are {trees} {fruit} trees in the garden of {who}. Each tree has {each} {fruit}s.");
        s.Ask($"How many {fruit}s do the trees give?", $"How many {fruit}s does {who} have?");
        s.Step(trees * each, $"The trees give @ {fruit}s.");
    }

    private static void Hens(Scene s)
    {
        var who = s.Person();
        Num hens = s.Pick(2, 40), each = s.Pick(2, 9);
        s.Say($"{who} has {hens} hens on a farm, and each hen gives {each} eggs a day.",
            $"Each of the {hens} hens of {who} gives {each} eggs every day.");
        s.Ask("How many eggs do the hens give a day?", $"How many eggs does {who} get every day?");
        s.Step(hens * each, "The hens give @ eggs a day.");
    }

    private static void Tables(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("zoo", "museum", "lake"));
        Num n = s.Pick(2, 20), each = s.Pick(2, 40);
        if (s.OneOf(true, false))
        {
            s.Say($"{who} has a party with {n} tables and {each} people at each table.",
                $"At the party of {who} there are {n} tables with {each} people at each.");
            s.Ask("How many people are there?");
            s.Step(n * each, "There are @ people.");
            return;
        }

        s.Say($"A school goes to the {place} with {n} buses and {each} children in each bus.",
            $"{n} buses take children to the {place}. There are {each} children in each bus.");
        s.Ask("How many children are there?");
        s.Step(n * each, "There are @ children.");
    }

    private static void Sold(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num all = s.Pick(6, 300), gone = s.Pick(2, all - 2);
        s.Say($"{who} [bakes|makes] {all} {item}. Then {gone} {item} are sold.",
            $"A bakery makes {all} {item}. After that {gone} of them are eaten.",
            $"There are {all} {item} in a shop, and {who} sells {gone} of them.");
        s.Ask($"How many {item} are left?", $"How many {item} still stay?");
        s.Step(all - gone, $"After that @ {item} are left.");
    }

    private static void Uses(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Small));
        Num days = s.Pick(2, 9), each = s.Pick(2, 40), all = (days * each).Evaluated;
        s.Say($"{who} has {all} {item} and uses the same number of them on each of {days} days, until none is left.",
            $"{who} uses up {all} {item} in {days} days, the same number every day.");
        s.Ask($"How many {item} does {who} use a day?", $"How many {item} does {who} use every day?");
        s.Step(all / days, $"{who} uses @ {item} a day.");
    }

    private static void Difference(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        var (verb, things) = s.OneOf(("reads", "pages"), ("walks", "blocks"), ("runs", "laps"));
        Num m = s.Pick(2, 200), n = s.Pick(m + 2, 400);
        s.Say($"{a} {verb} {n} {things} and {b} {verb} {m}.", $"{a} {verb} {n} {things}. {b} {verb} {m} {things}.");
        s.Ask($"{a} and {b} count their {things}. How many more does {a} have?");
        s.Step(n - m, $"{a} has @ more {things}.", $"The difference is @ {things}.");
    }

    private static void Tickets(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("zoo", "museum", "film", "game"));
        var (one, many) = s.OneOf(("child", "children"), ("teacher", "teachers"), ("adult", "adults"));
        Num n = s.Pick(2, 40), price = s.Pick(2, 30);
        s.Say($"A ticket for the {place} costs ${price}. {who} buys tickets for {n} {many}.",
            $"{n} {many} go to the {place}, and each {one} pays ${price}.",
            $"{n} {many} come with {who}, who pays for their tickets. A ticket costs ${price} for each {one}.");
        s.Ask("What is the total cost of the tickets?", $"How much do the {many} cost?");
        s.Step(n * price, $"The {many} cost $@.", $"The tickets for the {many} cost $@.");
    }

    private static void Back(Scene s)
    {
        Num left = s.Pick(2, 400), more = s.Pick(2, 90), gone = s.Pick(2, 90);
        if (s.OneOf(true, false))
        {
            s.Say($"A library has {left} books on its shelves. People bring {more} books back.",
                $"There are {left} books in a library. On [Monday|Friday] {more} more books come back.");
            s.Ask("How many books does the library have now?", "How many books are on the shelves in the end?");
            s.Step(left + more, "In the end there are @ books.", "Now there are @ books.");
            return;
        }

        s.Say($"A library has {left} books. People take {gone} books.",
            $"There are {left} books in a library, and on [Monday|Friday] people take {gone} of them.");
        s.Ask("How many books are left?");
        s.Step(left - gone, "After that @ books are left.");
    }

    private static void Others(Scene s)
    {
        var (a, b) = (s.OneOf("sing", "dance"), s.OneOf("swim", "play chess", "play football"));
        Num first = s.Pick(2, 200), other = s.Pick(2, 90);
        s.Say($"{first} of the children in a school {a}. Of the others, {other} {b}.",
            $"{first} children {a} and {other} other children {b}.");
        s.Ask($"How many children {a} or {b}?");
        s.Step(first + other, $"With those who {b}, there are @ children.");
    }

    private static void IfPays(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(s.OneOf(Words.Goods, Words.Dear)));
        Num cost = s.Pick(2, 190), bill = s.Pick(cost + 2, 250, 5);
        s.Say($"{item.A} costs ${cost}.", $"The price of {item.A} is ${cost}.");
        s.Ask($"If {who} pays with ${bill}, how much change does {who.He} get?", $"If {who} had ${bill} before, how much money is left?");
        s.Step(bill - cost, $"{who} gets $@ back.", "The change is $@.", $"{who} has $@ left.", "So $@ is left.");
    }

    private static void Count(Scene s)
    {
        var (who, friend, item) = (s.Person(), s.Person(), s.Thing(Words.Food));
        Num all = s.Pick(5, 200), eaten = s.Pick(2, all - 2);
        s.Say($"{who} and {friend} pick {item}. {who} has {all} {item} and eats {eaten} of {who.His} own {item}.",
            $"They pick {all} {item} in a garden, and then {who} eats {eaten} {item}.");
        s.Ask($"How many {item} are left?", $"How many {item} are there in the end?");
        s.Step(all - eaten, $"After that @ {item} are left.");
    }
}
