namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Long stories: a bakery's day, a party, a class trip.</summary>
internal static class Business
{
    public static IEnumerable<Schema> All =>
    [
        new("bakery-half", 4, BakeryHalf), new("bakery-day", 5, BakeryDay), new("party", 6, Party), new("market-day", 6, MarketDay),
        new("class-trip", 6, ClassTrip),
    ];

    private static void BakeryHalf(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num trays = s.Pick(2, 12), each = s.Pick(4, 24), size = s.Pick(2, 8), price = s.Pick(3, 12);
        s.Say($"{who} bakes {trays} trays of {item} with {each} on each tray.",
            $"A bakery makes {trays} trays of {item}. Each tray has {each} {item}.");
        s.Say($"Half of the {item} stay in the shop, and the rest go into boxes of {size}.",
            $"Half of the {item} are eaten. The rest go into boxes of {size}.");
        s.Say($"Each box costs ${price}.", $"A box sells for ${price}.");
        s.Ask("How much money do the boxes bring?", "How many dollars do all the boxes cost?");
        var all = s.Step(trays * each, $"In all there are @ {item}.", $"On the trays there are @ {item}.");
        var half = s.Step(all / 2, $"Half of the {item} is @.", $"After that @ {item} are left.");
        var boxes = s.Step(half / size, "That makes @ boxes.");
        s.Step(boxes * price, "The boxes sell for $@.", "The boxes cost $@.");
    }

    private static void BakeryDay(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num trays = s.Pick(2, 12), each = s.Pick(4, 24), eaten = s.Pick(2, 30), size = s.Pick(2, 8), price = s.Pick(4, 15),
            cost = s.Pick(5, 90);
        s.Say($"{who} bakes {trays} trays of {item} with {each} on each tray.",
            $"{who} makes {trays} trays of {item}. Each tray has {each} {item}.");
        s.Say($"{eaten} of them are eaten, and the rest go into boxes of {size}.",
            $"After {eaten} {item} are eaten, the rest go into boxes of {size}.");
        s.Say($"{who} sells each box for ${price} and has to pay ${cost} for the oven.",
            $"The oven costs {who} ${cost}, and each box sells for ${price}.");
        s.Ask("How much is the profit?", "What is the profit in dollars?");
        var all = s.Step(trays * each, $"In all there are @ {item}.", $"On the trays there are @ {item}.");
        var rest = s.Step(all - eaten, $"After that @ {item} are left.");
        var boxes = s.Step(rest / size, "That makes @ boxes.");
        var income = s.Step(boxes * price, "The boxes sell for $@.");
        s.Step(income - cost, "The profit is $@.", "This leaves a profit of $@.");
    }

    private static void Party(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num tables = s.Pick(2, 10), seats = s.Pick(2, 8), each = s.Pick(2, 4), have = s.Pick(2, 40), size = s.Pick(2, 10),
            price = s.Pick(2, 9), cash = s.Pick(50, 500, 10);
        s.Say($"{who} has a party with {tables} tables and {seats} people at each table.",
            $"At the party of {who} there are {tables} tables with {seats} people at each.");
        s.Say($"Each person eats {each} {item}.", $"Each person wants {each} {item}.");
        s.Say($"{who} already has {have} {item} and buys the rest in packs of {size} for ${price} a pack.",
            $"There are already {have} {item}. {who} buys the rest in packs of {size}, and a pack costs ${price}.");
        s.Ask($"If {who} had ${cash}, how much money is left?", $"{who} pays with ${cash}. How much change does {who} get?");
        var people = s.Step(tables * seats, "There are @ people.");
        var food = s.Step(people * each, $"The people need @ {item}.");
        var need = s.Step(food - have, $"{who} needs @ more {item}.");
        var packs = s.Step(need / size, "That makes @ packs.");
        var cost = s.Step(packs * price, "The packs cost $@.");
        s.Step(cash - cost, "So $@ is left.", $"{who} has $@ left.");
    }

    private static void MarketDay(Scene s)
    {
        var (a, b, item, other) = (s.Person(), s.Person(), s.Thing(Words.Goods), s.Thing(Words.Food));
        Num n = s.Pick(3, 30), p = s.Pick(3, 15), m = s.Pick(3, 60), q = s.Pick(2, 6), rent = s.Pick(5, 60), help = s.Pick(5, 60);
        s.Say($"{a} and {b} sell {n} {item} for ${p} each and {m} {other} for ${q} each at the market.");
        s.Say($"They pay ${rent} for the table and ${help} for help.", $"The table costs them ${rent}, and they pay ${help} for help.");
        s.Say("They share the rest equally.", "Then they share the profit equally.");
        s.Ask($"How much money does {a} get?", "How many dollars does each of them get?");
        var first = s.Step(n * p, $"The {item} sell for $@.");
        var second = s.Step(m * q, $"The {other} sell for $@.");
        var income = s.Step(first + second, "The sales bring $@.");
        var cost = s.Step(rent + help, "They pay $@.");
        var profit = s.Step(income - cost, "The profit is $@.");
        s.Step(profit / 2, "Each of them gets $@.");
    }

    private static void ClassTrip(Scene s)
    {
        var place = s.OneOf("zoo", "museum", "lake");
        Num buses = s.Pick(2, 6), each = s.Pick(10, 40), adults = s.Pick(2, 20), p = s.Pick(2, 9), q = s.Pick(5, 15),
            fuel = s.Pick(20, 300);
        s.Say($"A school goes to the {place} with {buses} buses and {each} children in each bus.",
            $"{buses} buses take children to the {place}. There are {each} children in each bus.");
        s.Say($"{adults} teachers come with them.");
        s.Say($"A ticket costs ${p} for a child and ${q} for a teacher.", $"Each child pays ${p} and each teacher pays ${q}.");
        s.Say($"The buses cost ${fuel} each.", $"Each bus costs ${fuel}.");
        s.Ask("How much does the trip cost in total?", "What is the total cost of the trip?");
        var children = s.Step(buses * each, "There are @ children.");
        var first = s.Step(children * p, "The children cost $@.", "The tickets for the children cost $@.");
        var second = s.Step(adults * q, "The teachers cost $@.", "The tickets for the teachers cost $@.");
        var tickets = s.Step(first + second, "In total the tickets cost $@.");
        var ride = s.Step(buses * fuel, "The buses cost $@.");
        s.Step(tickets + ride, "The trip costs $@.", "The total cost is $@.");
    }
}
