namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Hens, trees, seats and water: amounts that grow day by day or row by row.</summary>
internal static class Farm
{
    public static IEnumerable<Schema> All =>
    [
        new("rows", 2, Rows), new("pages", 2, Pages), new("tank", 3, Tank), new("hens", 4, Hens), new("orchard", 5, Orchard),
    ];

    private static void Rows(Scene s)
    {
        var (place, seat) = s.OneOf(("hall", "seats"), ("school", "chairs"), ("museum", "chairs"));
        Num n = s.Pick(4, 30), each = s.Pick(4, 25), taken = s.Pick(2, n * each - 2);
        s.Say($"There are {n} rows of {seat} in a {place} with {each} {seat} in each row.",
            $"A {place} has {n} rows, and each row has {each} {seat}.");
        s.Say($"{taken} of the {seat} are taken.", $"People take {taken} {seat}.");
        s.Ask($"How many {seat} are free?", $"How many {seat} are left?");
        var all = s.Step(n * each, $"In all there are @ {seat}.", $"The rows have @ {seat}.");
        s.Step(all - taken, $"So @ {seat} are free.", $"There are @ {seat} left.");
    }

    private static void Pages(Scene s)
    {
        var who = s.Person();
        Num each = s.Pick(3, 40), days = s.Pick(3, 14), all = s.Pick(each * days + 2, 600);
        s.Say($"{who} reads {each} pages of a book every day for {days} days.",
            $"For {days} days {who} reads {each} pages of a book each day.");
        s.Say($"The book has {all} pages.", $"There are {all} pages in the book.");
        s.Ask("How many pages are left?", $"How many pages does {who} still have to read?");
        var read = s.Step(each * days, $"{who} reads @ pages.", $"In {days} days {who} reads @ pages.");
        s.Step(all - read, "There are @ pages left.", $"{who} still has to read @ pages.");
    }

    private static void Tank(Scene s)
    {
        var what = s.OneOf("tank", "pool");
        Num start = s.Pick(10, 300), into = s.Pick(6, 40), loss = s.Pick(2, into - 2), time = s.Pick(3, 30);
        s.Say($"There are {start} liters of water in a {what}.", $"A {what} has {start} liters of water in it.");
        s.Say($"Every minute {into} liters run in and {loss} liters run out.",
            $"Each minute it gets {into} liters and loses {loss} liters.");
        s.Ask($"How many liters are in the {what} after {time} minutes?", $"How much water is there after {time} minutes?");
        var net = s.Step(into - loss, $"The {what} gets @ liters more every minute.");
        var more = s.Step(net * time, $"In {time} minutes it gets @ liters.");
        s.Step(start + more, $"Then there are @ liters of water.", $"In the end the {what} has @ liters.");
    }

    private static void Hens(Scene s)
    {
        var who = s.Person();
        Num hens = s.Pick(3, 20), each = s.Pick(2, 4), eaten = s.Pick(2, hens * each - 2), price = s.Pick(2, 5), days = s.Pick(2, 10);
        s.Say($"{who} has {hens} hens on a farm, and each hen gives {each} eggs a day.",
            $"Each of the {hens} hens of {who} gives {each} eggs every day.");
        s.Say($"{who} eats {eaten} eggs a day and sells the rest for ${price} each.",
            $"Every day {who} eats {eaten} of the eggs. {who} sells the rest for ${price} each.");
        s.Ask($"How much money does {who} earn in {days} days?", $"How many dollars does {who} get for the eggs in {days} days?");
        var all = s.Step(hens * each, "The hens give @ eggs a day.");
        var rest = s.Step(all - eaten, $"{who} sells @ eggs a day.", "After that @ eggs are left.");
        var pay = s.Step(rest * price, $"{who} earns $@ a day.");
        s.Step(pay * days, $"In {days} days {who} earns $@.");
    }

    private static void Orchard(Scene s)
    {
        var (who, fruit) = (s.Person(), s.OneOf("apple", "pear", "plum", "orange"));
        Num trees = s.Pick(3, 20), each = s.Pick(10, 60), gone = s.Pick(5, trees * each - 4), size = s.Pick(2, 12), price = s.Pick(2, 6),
            old = s.Pick(5, 90);
        s.Say($"{who} has {trees} {fruit} trees, and each tree gives {each} {fruit}s.",
            $"There are {trees} {fruit} trees in the garden of {who}. Each tree has {each} {fruit}s.");
        s.Say($"{gone} of them are bad, and {who} packs the rest in bags of {size}.",
            $"{who} gives {gone} {fruit}s away and packs the rest in bags of {size}.");
        s.Say($"{who} had ${old} and sells each bag for ${price}.", $"{who} sells each bag for ${price} and already has ${old}.");
        s.Ask($"How much money does {who} have in the end?", $"How many dollars does {who} have now?");
        var all = s.Step(trees * each, $"The trees give @ {fruit}s.");
        var rest = s.Step(all - gone, $"After that @ {fruit}s are left.");
        var bags = s.Step(rest / size, "That makes @ bags.");
        var pay = s.Step(bags * price, "The bags sell for $@.", $"For the bags {who} gets $@.");
        s.Step(old + pay, $"In the end {who} has $@.", $"Now {who} has $@.");
    }
}
