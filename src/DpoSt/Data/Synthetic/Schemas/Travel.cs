namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Speed, distance, buses and fuel.</summary>
internal static class Travel
{
    public static IEnumerable<Schema> All =>
    [
        new("drive-more", 2, DriveMore), new("way-left", 2, WayLeft), new("two-legs", 3, TwoLegs), new("school-way", 3, SchoolWay),
        new("bus", 3, Bus), new("two-legs-left", 4, TwoLegsLeft), new("fuel", 5, Fuel),
    ];

    private static void DriveMore(Scene s)
    {
        var who = s.Person();
        Num speed = s.Pick(20, 90), hours = s.Pick(2, 9), more = s.Pick(5, 99);
        s.Say($"{who} drives at {speed} miles an hour for {hours} hours.",
            $"{who} drives for {hours} hours at a speed of {speed} miles an hour.");
        s.Say($"Then {who.He} drives {more} more miles.", $"After a rest {who.He} drives another {more} miles.");
        s.Ask($"How far does {who} drive [in total|in all]?", $"How many miles does {who} drive in all?");
        var first = s.Step(speed * hours, $"In {hours} hours {who} drives @ miles.", $"{who} first drives @ miles.");
        s.Step(first + more, $"In all {who} drives @ miles.", $"That makes @ miles in total.");
    }

    private static void WayLeft(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("the sea", "the city", "a farm", "a lake"));
        Num speed = s.Pick(8, 80), hours = s.Pick(2, 8), way = s.Pick(speed * hours + 2, 800);
        s.Say($"It is {way} miles to {place}.", $"{who} wants to go to {place}, which is {way} miles away.");
        s.Say($"{who} goes at {speed} miles an hour for {hours} hours.",
            $"For {hours} hours {who} goes at a speed of {speed} miles an hour.");
        s.Ask($"How many miles are left?", $"How far does {who} still have to go?");
        var done = s.Step(speed * hours, $"In {hours} hours {who} goes @ miles.");
        s.Step(way - done, $"There are @ miles left.", $"{who} still has to go @ miles.");
    }

    private static void TwoLegs(Scene s)
    {
        var who = s.Person();
        Num v = s.Pick(20, 80), h = s.Pick(2, 6), w = s.Pick(5, 30), k = s.Pick(2, 6);
        s.Say($"{who} drives for {h} hours at {v} miles an hour and then rides a bike for {k} hours at {w} miles an hour.",
            $"First {who} drives at {v} miles an hour for {h} hours. Then {who.He} rides a bike at {w} miles an hour for {k} hours.");
        s.Ask($"How far does {who} go in all?", $"How many miles does {who} go in total?");
        var first = s.Step(v * h, $"{who} first drives @ miles.", $"In {h} hours {who} drives @ miles.");
        var second = s.Step(w * k, $"With the bike {who} goes @ miles.", $"Then {who} rides @ miles.");
        s.Step(first + second, $"In all {who} goes @ miles.", "That makes @ miles in total.");
    }

    private static void SchoolWay(Scene s)
    {
        var who = s.Person();
        Num way = s.Pick(2, 25), days = s.Pick(3, 20), goal = s.Pick(way * 2 * days + 2, 999);
        s.Say($"{who} walks {way} blocks to [school|work] and {way} blocks back each day.",
            $"It is {way} blocks to [school|work], and each day {who} walks there and back.");
        s.Say($"{who.He} wants to walk {goal} blocks and walks for {days} days.",
            $"{who.His} goal is {goal} blocks, and {who.He} walks for {days} days.");
        s.Ask("How many blocks are left?", $"How many more blocks does {who} have to walk?");
        var day = s.Step(way * 2, $"{who} walks @ blocks a day.");
        var sum = s.Step(day * days, $"In {days} days {who} walks @ blocks.");
        s.Step(goal - sum, "There are @ blocks left.", $"{who} still has to walk @ blocks.");
    }

    private static void Bus(Scene s)
    {
        Num start = s.Pick(8, 60), on = s.Pick(2, 20), off = s.Pick(2, start - 2), more = s.Pick(2, 20);
        s.Say($"A [bus|train] starts with {start} people.", $"There are {start} people on a [bus|train].");
        s.Say($"At the first stop {on} people get on and {off} people get off.", $"First {on} people get on and {off} people get off.");
        s.Say($"At the next stop {more} more people get on.", $"Then {more} more people get on.");
        s.Ask("How many people are there now?", "How many people are there in the end?");
        var a = s.Step(start + on, "There are @ people after some get on.", "First there are @ people.");
        var b = s.Step(a - off, "When some get off, there are @ people.", "Then there are @ people.");
        s.Step(b + more, "In the end there are @ people.", "Now there are @ people.");
    }

    private static void TwoLegsLeft(Scene s)
    {
        var who = s.Person();
        Num v = s.Pick(10, 60), h = s.Pick(2, 6), w = s.Pick(10, 60), k = s.Pick(2, 6), way = s.Pick(v * h + w * k + 2, 950);
        s.Say($"{who} has to drive {way} miles.", $"{who} wants to go to a city, which is {way} miles away.");
        s.Say($"{who.He} drives for {h} hours at {v} miles an hour and then for {k} hours at {w} miles an hour.",
            $"First {who.He} drives at {v} miles an hour for {h} hours. Then {who.He} drives at {w} miles an hour for {k} hours.");
        s.Ask("How many miles are left?", $"How far does {who} still have to drive?");
        var first = s.Step(v * h, $"{who} first drives @ miles.");
        var second = s.Step(w * k, $"Then {who} drives @ miles.");
        var sum = s.Step(first + second, "That makes @ miles in total.", $"In all {who} drives @ miles.");
        s.Step(way - sum, "There are @ miles left.", $"{who} still has to drive @ miles.");
    }

    private static void Fuel(Scene s)
    {
        var who = s.Person();
        Num per = s.Pick(8, 20), speed = s.Pick(20, 80), hours = s.Pick(2, 8), price = s.Pick(2, 5), cash = s.Pick(50, 400, 10);
        s.Say($"{who} drives for {hours} hours at {speed} miles an hour and then goes the same way back.",
            $"{who} drives at {speed} miles an hour for {hours} hours and later goes the same way back.");
        s.Say($"The car needs one liter of fuel for {per} miles, and a liter costs ${price}.",
            $"With one liter of fuel the car goes {per} miles. A liter costs ${price}.");
        s.Say($"{who} has ${cash} for fuel.", $"{who} takes ${cash} for the fuel.");
        s.Ask($"How much of this money is left?", $"How much money does {who} have left?");
        var way = s.Step(speed * hours, $"In {hours} hours {who} drives @ miles.");
        var both = s.Step(way * 2, "There and back it is @ miles.");
        var liters = s.Step(both / per, "The car needs @ liters.");
        var cost = s.Step(liters * price, "The fuel costs $@.");
        s.Step(cash - cost, $"{who} has $@ left.", "So $@ is left.");
    }
}
