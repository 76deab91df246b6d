namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Kinds of stories that no training set holds, told mostly in the same words.</summary>
internal static class OutOfDomain
{
    public static IEnumerable<Schema> All =>
    [
        new("ood-recipe", 2, Recipe), new("ood-string", 2, String), new("ood-stairs", 2, Stairs), new("ood-points", 3, Points),
        new("ood-workers", 3, Workers), new("ood-train-cars", 3, TrainCars), new("ood-swap", 3, Swap), new("ood-average", 2, Average),
        new("ood-catch-up", 2, CatchUp), new("ood-two-pools", 4, TwoPools),
    ];

    private static void Recipe(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Baked));
        Num eggs = s.Pick(2, 9), size = s.Pick(4, 24), groups = s.Pick(2, 12), want = (size * groups).Evaluated;
        s.Say($"{who} needs {eggs} eggs for {size} {item}.", $"To make {size} {item}, {who} uses {eggs} eggs.");
        s.Ask($"How many eggs does {who} need for {want} {item}?");
        var times = s.Step(want / size, $"{want} {item} are @ times as many.");
        s.Step(eggs * times, $"{who} needs @ eggs.");
    }

    private static void String(Scene s)
    {
        Num loss = s.Pick(2, 6), hours = s.Pick(2, 9), length = s.Pick(loss * hours + 2, 90);
        s.Say($"A string is {length} meters long, and a cat eats {loss} meters of it every hour.",
            $"Every hour a dog eats {loss} meters of a string that is {length} meters long.");
        s.Ask($"How long is the string after {hours} hours?");
        var gone = s.Step(loss * hours, "The animal eats @ meters.");
        s.Step(length - gone, "The string is @ meters long.");
    }

    private static void Stairs(Scene s)
    {
        var who = s.Person();
        Num steps = s.Pick(8, 25), floors = s.Pick(3, 12), back = s.Pick(2, 7);
        s.Say($"There are {steps} steps from each floor of a school to the next.");
        s.Say($"{who} goes up {floors} floors and then goes {back} steps down.");
        s.Ask($"How many steps up is {who} now?");
        var up = s.Step(steps * floors, $"{who} goes up @ steps.");
        s.Step(up - back, $"{who} is now @ steps up.");
    }

    private static void Points(Scene s)
    {
        var who = s.Person();
        Num n = s.Pick(2, 12), m = s.Pick(2, 12), a = s.Pick(2, 5), b = s.Pick(6, 9);
        s.Say($"In a game {who} throws a ball {n} times for {a} points each and {m} times for {b} points each.");
        s.Ask($"How many points does {who} get in all?");
        var first = s.Step(n * a, $"{who} first gets @ points.");
        var second = s.Step(m * b, $"Then {who} gets @ points.");
        s.Step(first + second, $"In all {who} gets @ points.");
    }

    private static void Workers(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        Num p = s.Pick(2, 9), q = s.Pick(2, 9), hours = s.Pick(2, 12), total = (hours * p + hours * q).Evaluated, pay = s.Pick(3, 12);
        s.Say($"{a} makes {p} toys an hour and {b} makes {q} toys an hour. Together they need {total} toys.");
        s.Ask($"If each of them earns ${pay} an hour, how much does {a} earn until they have all the toys?");
        var both = s.Step(p + q, "Together they make @ toys an hour.");
        var time = s.Step(total / both, "They need @ hours.");
        s.Step(time * pay, $"{a} earns $@.");
    }

    private static void TrainCars(Scene s)
    {
        Num cars = s.Pick(3, 12), seats = s.Pick(20, 60), free = s.Pick(2, 9);
        s.Say($"A train has {cars} cars with {seats} seats each. In each car {free} seats are free.");
        s.Ask("How many people are on the train, if each of them takes a seat?");
        var all = s.Step(cars * seats, "In all there are @ seats.");
        var empty = s.Step(cars * free, "So @ seats are free.");
        s.Step(all - empty, "There are @ people.");
    }

    private static void Swap(Scene s)
    {
        var (a, b, x, y) = (s.Person(), s.Person(), s.Thing(Words.Small), s.Thing(Words.Food));
        Num rate = s.Pick(2, 6), n = s.Pick(2, 12), had = s.Pick(2, 40), eaten = s.Pick(2, 9);
        s.Say($"{a} gives {b} {n} {x} and gets {rate} {y} for each of them.");
        s.Say($"Before that {a} had {had} {y}. Later {a} eats {eaten} {y}.");
        s.Ask($"How many {y} does {a} have in the end?");
        var got = s.Step(n * rate, $"{a} gets @ {y}.");
        var all = s.Step(had + got, $"{a} then has @ {y}.");
        s.Step(all - eaten, $"{a} has @ {y} left.");
    }

    private static void Average(Scene s)
    {
        var who = s.Person();
        Num a = s.Pick(2, 40), b = s.Pick(2, 40), c = s.Pick(2, 40);
        s.Say($"{who} reads {a} pages on Monday, {b} pages on Friday and {c} pages on Sunday.");
        s.Ask($"How many pages does {who} read a day, if each of the 3 days has the same number and the total stays the same?");
        var all = s.Step(a + b + c, $"In all {who} reads @ pages.");
        s.Step(all / 3, "That makes @ pages a day.");
    }

    private static void CatchUp(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        Num slow = s.Pick(2, 20), faster = s.Pick(2, 9), hours = s.Pick(2, 9), ahead = (faster * hours).Evaluated,
            fast = (slow + faster).Evaluated;
        s.Say($"{a} walks {slow} blocks an hour and {b} walks {fast} blocks an hour. {a} is {ahead} blocks away and goes the same way.");
        s.Ask($"After how many hours are {a} and {b} at the same place?");
        var gain = s.Step(fast - slow, $"Each hour {b} walks @ more blocks.");
        s.Step(ahead / gain, $"They need @ hours.");
    }

    private static void TwoPools(Scene s)
    {
        Num a = s.Pick(20, 200), b = s.Pick(20, 200), into = s.Pick(2, 20), time = s.Pick(2, 20), part = s.Pick(2, 5);
        s.Say($"A pool has {a} liters of water and a tank has {b} liters. For {time} minutes {into} liters a minute run into the pool.");
        s.Say($"Then all the water is put into {part} jars with the same number of liters in each.");
        s.Ask("How many liters are in each jar?");
        var more = s.Step(into * time, $"In {time} minutes the pool gets @ liters.");
        var pool = s.Step(a + more, "The pool then has @ liters.");
        var all = s.Step(pool + b, "In all there are @ liters of water.");
        s.Step(all / part, "In each jar there are @ liters.");
    }
}
