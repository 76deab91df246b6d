namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>Wages by the hour, saving and spending.</summary>
internal static class Work
{
    private const string Job = "[in a shop|on a farm|in a library|in a bakery]";

    public static IEnumerable<Schema> All =>
    [
        new("wage", 2, Wage), new("saving", 2, Saving), new("week", 3, Week), new("gift", 3, Gift), new("mornings", 4, Mornings),
        new("raise", 4, Raise), new("weekend", 5, Weekend), new("goal", 6, Goal),
    ];

    private static void Wage(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num hours = s.Pick(3, 40), rate = s.Pick(6, 20), price = s.Pick(10, hours * rate - 2);
        s.Require(price.Value < 300);
        s.Say($"{who} works {Job} and earns ${rate} an hour.", $"{who} earns ${rate} for each hour of work {Job}.");
        s.Say($"{who.He} works {hours} hours and buys {item.A} for ${price}.",
            $"After {hours} hours of work {who.He} spends ${price} on {item.A}.");
        s.Ask($"How much money does {who} have left?", $"How many dollars are left?");
        var pay = s.Step(hours * rate, $"{who} earns $@.", $"In {hours} hours {who} earns $@.");
        s.Step(pay - price, $"{who} has $@ left.", $"So $@ is left.");
    }

    private static void Saving(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num each = s.Pick(3, 25), weeks = s.Pick(3, 12), price = s.Pick(each * weeks + 2, 400);
        s.Say($"{who} wants to buy {item.A} that costs ${price}.", $"{who} wants {item.A}. It costs ${price}.");
        s.Say($"{who.He} saves ${each} [each|every] week for {weeks} weeks.", $"For {weeks} weeks {who.He} saves ${each} a week.");
        s.Ask($"How much more money does {who} need?", $"How many more dollars does {who} need for the {item.One}?");
        var saved = s.Step(each * weeks, $"{who} saves $@.", $"In {weeks} weeks {who} saves $@.");
        s.Step(price - saved, $"{who} needs $@ more.", $"So {who} still needs $@.");
    }

    private static void Week(Scene s)
    {
        var who = s.Person();
        Num hours = s.Pick(2, 9), days = s.Pick(2, 6), rate = s.Pick(6, 20), food = s.Pick(10, 90);
        s.Say($"{who} works {Job} for {hours} hours a day, {days} days a week.",
            $"{who} works {hours} hours a day on {days} days of the week {Job}.");
        s.Say($"{who.He} earns ${rate} an hour and spends ${food} [a|each] week [on|for] food.",
            $"The pay is ${rate} an hour, and each week {who.He} spends ${food} on food.");
        s.Ask($"How much money does {who} have left [each|every] week?", $"How many dollars can {who} save each week?");
        var time = s.Step(hours * days, $"{who} works @ hours [each|a] week.");
        var pay = s.Step(time * rate, $"{who} earns $@.", $"{who} earns $@ a week.");
        s.Step(pay - food, $"{who} has $@ left.", $"So $@ is left.");
    }

    private static void Gift(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num each = s.Pick(3, 20), weeks = s.Pick(3, 10), gift = s.Pick(10, 60), price = s.Pick(each * weeks + gift + 2, 400);
        s.Say($"{who} wants to buy {item.A} that costs ${price}.", $"{who} wants {item.A}. It costs ${price}.");
        s.Say($"{who.He} saves ${each} a week for {weeks} weeks and gets ${gift} from {who.His} [mother|father|aunt].",
            $"{who.His} [mother|father|aunt] gives {who.Him} ${gift}, and {who.He} saves ${each} every week for {weeks} weeks.");
        s.Ask($"How much more money does {who} need?", $"How many more dollars does {who} need for the {item.One}?");
        var saved = s.Step(each * weeks, $"{who} saves $@.", $"In {weeks} weeks {who} saves $@.");
        var has = s.Step(saved + gift, $"With the gift {who} has $@.", $"{who} then has $@.");
        s.Step(price - has, $"{who} needs $@ more.", $"So {who} still needs $@.");
    }

    private static void Mornings(Scene s)
    {
        var who = s.Person();
        Num am = s.Pick(2, 5), pm = s.Pick(2, 5), days = s.Pick(2, 6), rate = s.Pick(6, 18), rent = s.Pick(10, 90);
        s.Say($"Each day {who} works {am} hours in the morning and {pm} hours in the evening {Job}.",
            $"{who} works {Job}, {am} hours every morning and {pm} hours every evening.");
        s.Say($"{who.He} earns ${rate} an hour.", $"The pay is ${rate} an hour.");
        s.Say($"{who.He} works for {days} days and spends ${rent}.", $"After {days} days {who.He} spends ${rent} on rent.");
        s.Ask($"How much money does {who} have left?", "How many dollars are left?");
        var day = s.Step(am + pm, $"{who} works @ hours a day.");
        var time = s.Step(day * days, $"In {days} days {who} works @ hours.", "That is @ hours in all.");
        var pay = s.Step(time * rate, $"{who} earns $@.");
        s.Step(pay - rent, $"{who} has $@ left.", "So $@ is left.");
    }

    private static void Raise(Scene s)
    {
        var who = s.Person();
        Num old = s.Pick(100, 600, 20), percent = s.Pick(5, 50, 5), weeks = s.Pick(2, 8), rent = s.Pick(50, 500, 10);
        s.Say($"{who} earns ${old} a week {Job}.", $"{who} works {Job} for ${old} a week.");
        s.Say($"Then {who.He} gets {percent} percent more.", $"Now {who.His} pay goes up by {percent} percent.");
        s.Say($"{who.He} works for {weeks} more weeks and spends ${rent}.", $"In the next {weeks} weeks {who.He} spends ${rent}.");
        s.Ask($"How much of the new pay does {who} have left after these weeks?",
            $"How much of the new pay can {who} save in these weeks?");
        var more = s.Step(old * percent / 100, $"{who} gets $@ more each week.", "The pay goes up by $@.");
        var pay = s.Step(old + more, $"{who} now earns $@ a week.", "The new pay is $@.");
        var sum = s.Step(pay * weeks, $"In {weeks} weeks {who} earns $@.");
        s.Step(sum - rent, $"{who} has $@ left.", "So $@ is left.");
    }

    private static void Weekend(Scene s)
    {
        var who = s.Person();
        Num week = s.Pick(2, 8), end = s.Pick(2, 6), rate = s.Pick(5, 15), spent = s.Pick(20, 150);
        s.Say($"{who} works {week} hours a day on 5 days of the week and {end} hours a day on the 2 other days.",
            $"On each of 5 days {who} works {week} hours, and on each of the 2 other days {who.He} works {end} hours.");
        s.Say($"{who.He} earns ${rate} an hour and spends ${spent} [each|every] week.",
            $"The pay is ${rate} an hour, and each week {who.He} spends ${spent}.");
        s.Ask($"How much money does {who} have left each week?", $"How many dollars can {who} save each week?");
        var first = s.Step(week * 5, $"On 5 days {who} works @ hours.");
        var second = s.Step(end * 2, $"On the 2 other days {who} works @ hours.");
        var time = s.Step(first + second, $"{who} works @ hours a week.", "That is @ hours in all.");
        var pay = s.Step(time * rate, $"{who} earns $@.");
        s.Step(pay - spent, $"{who} has $@ left.", "So $@ is left.");
    }

    private static void Goal(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num hours = s.Pick(2, 8), days = s.Pick(2, 6), rate = s.Pick(5, 15), rent = s.Pick(20, 200), weeks = s.Pick(2, 6),
            gift = s.Pick(10, 90);
        var saved = (hours * days * rate).Value - rent.Value;
        s.Require(saved > 1);
        var price = s.Pick((int)((saved * weeks.Value) + gift.Value) + 2, (int)(saved * weeks.Value) + 300);
        s.Say($"{who} works {hours} hours a day on {days} days of the week and earns ${rate} an hour.");
        s.Say($"Each week {who.He} spends ${rent} and saves the rest.", $"{who.He} spends ${rent} a week and saves the rest.");
        s.Say($"{who.His} [mother|father|aunt] gives {who.Him} ${gift}.",
            $"{who.He} also gets ${gift} from {who.His} [mother|father|aunt].");
        s.Say($"{who} wants to buy {item.A} that costs ${price}.");
        s.Ask($"How much more money does {who} need after {weeks} weeks?");
        var time = s.Step(hours * days, $"{who} works @ hours each week.");
        var pay = s.Step(time * rate, $"{who} earns $@ a week.");
        var rest = s.Step(pay - rent, $"{who} saves $@ each week.");
        var sum = s.Step(rest * weeks, $"In {weeks} weeks {who} saves $@.");
        var has = s.Step(sum + gift, $"With the gift {who} has $@.");
        s.Step(price - has, $"{who} needs $@ more.", $"So {who} still needs $@.");
    }
}
