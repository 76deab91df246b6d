namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>One-step problems about distances, ages, lengths and water, in the sentences of the longer stories.</summary>
internal static class OneStepMeasures
{
    public static IEnumerable<Schema> All =>
    [
        new("one-age", 1, Age), new("one-years", 1, Years), new("one-drive", 1, Drive), new("one-miles", 1, Miles),
        new("one-way-left", 1, WayLeft), new("one-daily", 1, Daily), new("one-left-over", 1, LeftOver), new("one-pieces", 1, Pieces),
        new("one-fence", 1, Fence), new("one-water", 1, Water), new("one-there-back", 1, ThereBack),
    ];

    private static void Age(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        var (text, factor) = Comparisons.Times(s, 5);
        Num age = s.Pick(2, 20), d = s.Pick(2, 20), bigger = (age * factor).Evaluated;
        var kind = s.OneOf(0, 1, 2);
        s.Say(kind switch
        {
            0 => s.OneOf($"{a} is {age} years old, and {b} is {text} as old.", $"{a} is {age} years old. {b} is {text} as old as {a}."),
            1 => s.OneOf($"{a} is {age} years old. {b} is {d} years older than {a}.",
                $"The age of {a} is {age}. {a} is {d} years younger than {b}."),
            _ => $"{a} is {bigger} years old. {a} is {text} as old as {b}.",
        });
        s.Ask($"How old is {b}?", $"What is the age of {b}?");
        s.Step(kind switch { 0 => age * factor, 1 => age + d, _ => bigger / factor }, $"{b} is @ years old.", $"Now {b} is @ years old.");
    }

    private static void Years(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        Num age = s.Pick(3, 60), years = s.Pick(2, 20), other = s.Pick(3, 60);
        if (s.OneOf(true, false, false))
        {
            s.Say($"{a} is {age} years old and {b} is {other} years old.");
            s.Ask("How old are they together?", "What is the sum of their ages?");
            s.Step(age + other, "Together they are @ years old.", "The sum of their ages is @.");
            return;
        }

        s.Say($"{b} is {age} years old.", $"The age of {b} is {age}.");
        s.Ask($"How old will {b} be in {years} years?", $"What will be the age of {b} in {years} years?");
        s.Step(age + years, $"In {years} years {b} will be @ years old.", $"Then {b} will be @ years old.");
    }

    private static void Drive(Scene s)
    {
        var who = s.Person();
        Num speed = s.Pick(5, 90), hours = s.Pick(2, 9);
        s.Say($"{who} [drives|goes] at {speed} miles an hour for {hours} hours.",
            $"{who} [drives|goes] for {hours} hours at a speed of {speed} miles an hour.",
            $"First {who} drives at {speed} miles an hour for {hours} hours.",
            $"{who} rides a bike for {hours} hours at {speed} miles an hour.");
        s.Ask($"How far does {who} go?", $"How many miles does {who} [go|drive] in all?", $"How far does {who} drive?");
        s.Step(speed * hours, $"In {hours} hours {who} drives @ miles.", $"{who} first drives @ miles.",
            $"In {hours} hours {who} goes @ miles.", $"With the bike {who} goes @ miles.", $"Then {who} [rides|drives] @ miles.");
    }

    private static void Miles(Scene s)
    {
        var who = s.Person();
        Num a = s.Pick(5, 400), b = s.Pick(5, 300);
        s.Say($"{who} drives {a} miles. Then {who.He} drives {b} more miles.",
            $"{who} drives {a} miles. After a rest {who.He} drives another {b} miles.", $"{who} goes {a} miles and then {b} miles.");
        s.Ask($"How far does {who} [drive|go] [in total|in all]?", $"How many miles does {who} [drive|go] in [all|total]?");
        s.Step(a + b, $"In all {who} [drives|goes] @ miles.", "That makes @ miles in total.");
    }

    private static void WayLeft(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("the sea", "the city", "a farm", "a lake", "a city"));
        Num done = s.Pick(5, 500), way = s.Pick(done + 2, 950);
        s.Say($"It is {way} miles to {place}. {who} goes {done} miles.",
            $"{who} wants to go to {place}, which is {way} miles away. {who.He} drives {done} miles.",
            $"{who} has to drive {way} miles and drives {done} miles.");
        s.Ask("How many miles are left?", $"How far does {who} still have to [go|drive]?");
        s.Step(way - done, "There are @ miles left.", $"{who} still has to [go|drive] @ miles.");
    }

    private static void Daily(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Food));
        Num n = s.Pick(2, 60), days = s.Pick(2, 20);
        var (verb, things) = s.OneOf(("reads", "pages"), ("walks", "blocks"), ("runs", "laps"), ("picks", item.Many));
        s.Say($"{who} {verb} {n} {things} a day for {days} days.", $"For {days} days {who} {verb} {n} {things} every day.",
            $"Each day {who} {verb} {n} {things}. It goes on for {days} days.");
        s.Ask($"How many {things} is that in all?", $"{who} counts the {things}. How many are there?");
        s.Step(n * days, $"{who} {verb} @ {things}.", $"In {days} days {who} {verb} @ {things}.");
    }

    private static void LeftOver(Scene s)
    {
        var who = s.Person();
        Num done = s.Pick(2, 400), all = s.Pick(done + 2, 600);
        if (s.OneOf(true, false))
        {
            s.Say($"{who} reads {done} pages of a book. The book has {all} pages.",
                $"There are {all} pages in the book of {who}, and {who} reads {done} pages.");
            s.Ask("How many pages are left?", $"How many pages does {who} still have to read?");
            s.Step(all - done, "There are @ pages left.", $"{who} still has to read @ pages.");
            return;
        }

        s.Say($"{who} wants to walk {all} blocks and walks {done}.", $"The goal of {who} is {all} blocks, and {who} walks {done} blocks.");
        s.Ask("How many blocks are left?", $"How many more blocks does {who} have to walk?");
        s.Step(all - done, "There are @ blocks left.", $"{who} still has to walk @ blocks.");
    }

    private static void Pieces(Scene s)
    {
        var (who, what) = (s.Person(), s.OneOf("rope", "ribbon", "string"));
        Num n = s.Pick(2, 12), length = s.Pick(2, 20), all = (n * length).Evaluated, more = s.Pick(2, 60), total = (all + more).Evaluated;
        switch (s.OneOf(0, 1, 2))
        {
            case 0:
                s.Say($"{who} cuts off {n} pieces of {what}, {length} meters each.",
                    $"First {who} cuts {n} pieces of {what}, each {length} meters long.");
                s.Ask("How many meters do these pieces take?");
                s.Step(n * length, "The first pieces take @ meters.");
                break;
            case 1:
                s.Say($"{who} has {all} meters of {what} and cuts it into {n} equal pieces.",
                    $"A {what} is {all} meters long. It is cut into {n} equal pieces.");
                s.Ask("How long is each of these pieces in meters?", "How many meters long is each of the equal pieces?");
                s.Step(all / n, "Each piece is @ meters long.");
                break;
            default:
                s.Say($"{who} has {total} meters of {what} and cuts off {all} meters.",
                    $"A {what} is {total} meters long, and the first pieces take {all} meters.");
                s.Ask("How long is the last piece in meters?", "How many meters are left?");
                s.Step(total - all, "After that @ meters are left.");
                break;
        }
    }

    private static void Fence(Scene s)
    {
        var (who, what) = (s.Person(), s.OneOf("garden", "field", "park"));
        Num length = s.Pick(8, 99), less = s.Pick(2, length - 3);
        switch (s.OneOf(0, 1, 2))
        {
            case 0:
                s.Say($"A {what} is {length} meters long, and it is {less} meters less wide than long.",
                    $"The {what} of {who} is {length} meters long. Its other side is {less} meters less.");
                s.Ask($"How wide is the {what} in meters?", "How many meters is the other side?");
                s.Step(length - less, $"The {what} is @ meters wide.", "The other side is @ meters.");
                break;
            case 1:
                s.Say($"A {what} is {length} meters long and {less} meters wide.");
                s.Ask("How many meters are the two sides together?");
                s.Step(length + less, "Two sides together are @ meters.");
                break;
            default:
                s.Say($"Two sides of a {what} together are {length} meters. The fence goes around the {what} and is twice as long.");
                s.Ask($"How many meters of fence does {who} need to go around the {what}?",
                    $"How long is a fence around the {what} in meters?");
                s.Step(length * 2, "The fence is @ meters long.", "So @ meters of fence are needed.");
                break;
        }
    }

    private static void Water(Scene s)
    {
        var what = s.OneOf("tank", "pool");
        Num a = s.Pick(4, 60), b = s.Pick(2, a - 2), time = s.Pick(2, 30), start = s.Pick(10, 300);
        switch (s.OneOf(0, 1, 2))
        {
            case 0:
                s.Say($"Every minute {a} liters of water run into a {what} and {b} liters run out.",
                    $"Each minute a {what} gets {a} liters and loses {b} liters.");
                s.Ask($"How many liters more does the {what} get every minute?");
                s.Step(a - b, $"The {what} gets @ liters more every minute.");
                break;
            case 1:
                s.Say($"Every minute {a} liters of water run into a {what}.", $"A {what} gets {a} liters of water each minute.");
                s.Ask($"How many liters does the {what} get in {time} minutes?", $"How much water does it get in {time} minutes?");
                s.Step(a * time, $"In {time} minutes it gets @ liters.");
                break;
            default:
                s.Say($"There are {start} liters of water in a {what}. Then {a} liters run in.",
                    $"A {what} has {start} liters of water in it and gets {a} liters more.");
                s.Ask($"How many liters are in the {what} after that?", "How much water is there now?");
                s.Step(start + a, "Then there are @ liters of water.", $"In the end the {what} has @ liters.");
                break;
        }
    }

    private static void ThereBack(Scene s)
    {
        var who = s.Person();
        Num way = s.Pick(2, 300), per = s.Pick(2, 20), all = (way * per).Evaluated;
        if (s.OneOf(true, false))
        {
            s.Say($"It is {way} miles to the city, and {who} drives there and later goes the same way back.");
            s.Ask("How many miles are there and back?", $"How far does {who} drive in all?");
            s.Step(way * 2, "There and back it is @ miles.");
            return;
        }

        s.Say($"With one liter of fuel the car of {who} goes {per} miles. {who} drives {all} miles.",
            $"The car needs one liter of fuel for {per} miles, and {who} has to drive {all} miles.");
        s.Ask("How many liters of fuel does the car need?");
        s.Step(all / per, "The car needs @ liters.");
    }
}
