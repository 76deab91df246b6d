namespace DpoSt.Data.Synthetic.Schemas;

/// <summary>One-step problems about money and work, in the sentences of the longer stories.</summary>
internal static class OneStepMoney
{
    public static IEnumerable<Schema> All =>
    [
        new("one-price", 1, Price), new("one-cents", 1, Cents), new("one-change", 1, Change), new("one-total", 1, Total),
        new("one-sum", 1, Sum), new("one-profit", 1, Profit), new("one-wage", 1, Wage), new("one-spend", 1, Spend),
        new("one-hours", 1, Hours), new("one-day", 1, Day), new("one-saving", 1, Saving), new("one-need", 1, Need),
        new("one-gift", 1, Gift), new("one-percent", 1, Percent), new("one-off", 1, Off), new("one-more-pay", 1, MorePay),
        new("one-half-price", 1, HalfPrice), new("one-share-money", 1, ShareMoney), new("one-costs", 1, Costs),
    ];

    private static void Price(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(s.OneOf(Words.Goods, Words.Food, Words.Snacks)));
        Num n = s.Pick(2, 40), price = s.Pick(2, 20);
        s.Say($"{who} [buys|wants|needs|gets] {n} {item} [at the market|in a shop|for a party].", $"{who} sells {n} {item}.",
            $"A shop sells {n} {item}.");
        s.Say($"Each {item.One} costs ${price}.", $"The {item} cost ${price} each.", $"The price of one {item.One} is ${price}.",
            $"It is ${price} for each {item.One}.");
        s.Ask($"How much does {who} pay for the {item}?", $"What is the total cost?", $"How many dollars do all the {item} cost?",
            "How much money do they bring?");
        s.Step(n * price, $"The {item} cost $@.", $"{who} pays $@ for the {item}.", $"{who} [has to pay|must pay|spends] $@.",
            $"The {item} sell for $@.", "The full price is $@.");
    }

    private static void Cents(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Snacks));
        Num n = s.Pick(2, 12), price = s.Price(6);
        s.Say($"{who} buys {n} {item} for ${price} each.", $"{who} pays ${price} for each of {n} {item}.");
        s.Ask($"How much does {who} [pay|spend]?", $"How much do the {item} cost?");
        s.Step(n * price, $"The {item} cost $@.", $"{who} spends $@.");
    }

    private static void Change(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Goods));
        var (cost, bill) = s.OneOf(true, false) ? (s.Pick(2, 180), s.Pick(5, 200, 5)) : (s.Price(40), s.Pick(10, 100, 5));
        s.Require(bill.Value > cost.Value);
        s.Say($"{who} pays with ${bill} for {item} that cost ${cost}.",
            $"{who} goes to the [market|shop] with ${bill}. {who.He} spends ${cost}.",
            $"The total cost is ${cost} and {who} pays with ${bill}.", $"{who} has ${bill} and buys {item} for ${cost}.");
        s.Ask($"How much change does {who} get?", $"How much money does {who} have left?", "How much money is left?",
            "How many dollars are left?", $"How many dollars does {who} have in the end?");
        s.Step(bill - cost, $"{who} gets $@ back.", "The change is $@.", $"{who} has $@ left.", "So $@ is left.");
    }

    private static void Total(Scene s)
    {
        var (who, a, b) = (s.Person(), s.Thing(Words.Goods), s.Thing(s.OneOf(Words.Dear, Words.Snacks)));
        Num cost = s.Pick(5, 200), extra = Words.Dear.Contains(b) ? s.Pick(15, 200) : s.Pick(2, 15);
        s.Say($"{who} buys {b.A} for ${extra} and {a} for ${cost}.", $"{who} pays ${cost} for {a} and ${extra} for {b.A}.",
            $"The {a} cost ${cost}. With them {who} buys {b.A} for ${extra}.");
        s.Ask($"How much does {who} [pay|spend] [in total|in all]?", "What is the total cost?");
        s.Step(cost + extra, $"[In total|In all] {who} pays $@.", $"With the {b.One}, {who} spends $@.", "The total cost is $@.");
    }

    private static void Sum(Scene s)
    {
        var (who, a, b, c) = (s.Person(), s.Thing(Words.Goods), s.Thing(Words.Goods), s.Thing(Words.Food));
        Num x = s.Pick(5, 90), y = s.Pick(5, 90), z = s.Pick(2, 60);
        s.Say($"The {a} cost ${x}, the {b} cost ${y} and the {c} cost ${z}.", $"{who} pays ${x} for {a}, ${y} for {b} and ${z} for {c}.");
        s.Ask($"How much does {who} pay in total?", "What is the total cost?");
        s.Step(x + y + z, $"[In total|In all] {who} pays $@.", "The total cost is $@.");
    }

    private static void Profit(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(s.OneOf(Words.Goods, Words.Baked)));
        Num cost = s.Pick(5, 300), income = s.Pick(cost + 2, 600);
        s.Say($"{who} pays ${cost} for {item} and sells them for ${income}.", $"The {item} cost a shop ${cost}. The sales bring ${income}.",
            $"The oven costs ${cost}, and the {item} sell for ${income}.");
        s.Ask("[How much|How much money] is the profit?", "What is the profit in dollars?");
        s.Step(income - cost, "The profit is $@.", "This leaves a profit of $@.");
    }

    private static void Wage(Scene s)
    {
        var who = s.Person();
        Num hours = s.Pick(2, 40), rate = s.Pick(5, 20);
        var place = s.OneOf("in a shop", "on a farm", "in a library", "in a bakery");
        var (its, pays) = (place.Replace(" a ", " the ", StringComparison.Ordinal), place[(place.LastIndexOf(' ') + 1)..]);
        s.Say($"{who} works {place} and earns ${rate} an hour.", $"{who} earns ${rate} for each hour of work {place}.",
            $"{who} works {place}. The pay is ${rate} an hour.", $"{who} has a job {place}. The {pays} pays ${rate} an hour.");
        s.Say($"{who.He} works {hours} hours.", $"This week {who.He} works {hours} hours.");
        s.Ask($"How much does {who} earn?", $"How many dollars does {who} earn?", $"How much money does {who} get?");
        s.Step(hours * rate, $"{who} earns $@.", $"In {hours} hours {who} earns $@.", $"The {pays} pays $@.", $"{its} {who} earns $@.");
    }

    private static void Spend(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num pay = s.Pick(20, 900), price = s.Pick(5, pay - 2);
        s.Say($"{who} earns ${pay} a week and spends ${price} on [food|rent].",
            $"The pay of {who} is ${pay}. Then {who.He} buys {item.A} for ${price}.",
            $"After work {who} has ${pay} and spends ${price} [on food|on rent|for food].");
        s.Ask($"How much money does {who} have left?", "How many dollars are left?", $"How much can {who} save?",
            $"How many dollars can {who} save each week?");
        s.Step(pay - price, $"{who} has $@ left.", "So $@ is left.", $"{who} saves $@ each week.");
    }

    private static void Hours(Scene s)
    {
        var who = s.Person();
        Num hours = s.Pick(2, 12), days = s.Pick(2, 20);
        s.Say($"{who} works {hours} hours a day, {days} days in all.", $"On each of {days} days {who} works {hours} hours.",
            $"Each day {who} works {hours} hours. {who.He} works for {days} days.");
        s.Ask($"How many hours does {who} work in all?");
        s.Step(hours * days, $"{who} works @ hours [each|a] week.", $"In {days} days {who} works @ hours.", "That is @ hours in all.",
            $"On {days} days {who} works @ hours.");
    }

    private static void Day(Scene s)
    {
        var who = s.Person();
        Num am = s.Pick(2, 8), pm = s.Pick(2, 8);
        s.Say($"{who} works {am} hours every morning and {pm} hours every evening.",
            $"Each day {who} works {am} hours in the morning and {pm} hours in the evening.");
        s.Ask($"How many hours does {who} work a day?");
        s.Step(am + pm, $"{who} works @ hours a day.", "That is @ hours in all.");
    }

    private static void Saving(Scene s)
    {
        var who = s.Person();
        Num each = s.Pick(3, 90), weeks = s.Pick(2, 20);
        s.Say($"{who} saves ${each} [each|every] week for {weeks} weeks.", $"For {weeks} weeks {who} saves ${each} a week.",
            $"{who} saves the rest of {who.His} pay, ${each} a week, for the next {weeks} weeks.");
        s.Ask($"How much money does {who} save?", $"How many dollars does {who} have after these weeks?");
        s.Step(each * weeks, $"{who} saves $@.", $"In {weeks} weeks {who} saves $@.", $"In {weeks} weeks {who} earns $@.");
    }

    private static void Need(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num has = s.Pick(5, 300), price = s.Pick(has + 2, 450);
        s.Say($"{who} wants to buy {item.A} that costs ${price}.", $"{who} wants {item.A}. It costs ${price}.");
        s.Say($"{who.He} [has|saves] ${has}.", $"{who.He} already has ${has}.", $"Now {who.He} has ${has}.");
        s.Ask($"How much more money does {who} need?", $"How many more dollars does {who} need for the {item.One}?");
        s.Step(price - has, $"{who} needs $@ more.", $"So {who} still needs $@.");
    }

    private static void Gift(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Boxes));
        Num has = s.Pick(5, 300), gift = s.Pick(5, 100);
        s.Say($"{who} has ${has} and gets ${gift} from {who.His} [mother|father|aunt].",
            $"The [mother|father|aunt] of {who} gives {who.Him} ${gift}. Before that {who} had ${has}.",
            $"{who} had ${has} at first and sells {item} for ${gift}.", $"{who} already has ${has} and also gets ${gift} for the {item}.");
        s.Ask($"How much money does {who} have now?", $"How many dollars does {who} have in the end?");
        s.Step(has + gift, $"With the gift {who} has $@.", $"{who} then has $@.", $"In the end {who} has $@.", $"Now {who} has $@.");
    }

    private static void Percent(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num price = s.Pick(10, 400, 5), percent = s.Pick(5, 60, 5);
        s.Say($"{item.A} costs ${price}, but today it is {percent} percent off.",
            $"The price of {item.A} is ${price}. In a sale it is {percent} percent less.",
            $"Because there is a sale, {who} pays {percent} percent less for {item.A}. The full price is ${price}.",
            $"The {item.One} costs ${price}. Today the shop takes {percent} percent off.");
        s.Ask($"How much does {who} save?", "How much does the price go down?");
        s.Step(price * percent / 100, $"The {item.One} is $@ less.", "The price goes down by $@.", $"{who} saves $@.");
    }

    private static void Off(Scene s)
    {
        var (who, item) = (s.Person(), s.Thing(Words.Dear));
        Num price = s.Pick(10, 400, 5), off = s.Pick(2, price - 2);
        s.Say($"{item.A} costs ${price}, but today it is ${off} off.",
            $"The price of {item.A} is ${price}. In a sale it goes down by ${off}.");
        s.Ask($"How much does {who} pay for the {item.One}?", $"How much does the {item.One} cost now?");
        s.Step(price - off, $"The {item.One} now costs $@.", "The new price is $@.", $"{who} pays $@.");
    }

    private static void MorePay(Scene s)
    {
        var (who, drink) = (s.Person(), s.OneOf("tea", "juice", "soup"));
        Num pay = s.Pick(20, 600, 5), percent = s.Pick(5, 60, 5);
        if (s.OneOf(true, false))
        {
            s.Say($"{who} earns ${pay} a week. Now {who.His} pay goes up by {percent} percent.",
                $"{who} works for ${pay} a week. Then {who.He} gets {percent} percent more.");
            s.Ask($"How much more does {who} get?", "How much more is the new pay?");
            s.Step(pay * percent / 100, $"{who} gets $@ more each week.", "The pay goes up by $@.");
            return;
        }

        s.Say($"For a meal with friends {who} orders {drink} and pays ${pay}. Then {who.He} adds a tip of {percent} percent.",
            $"{who} eats with friends. The {drink} costs ${pay}. {who.He} also gives a tip of {percent} percent.");
        s.Ask("How much is the tip?");
        s.Step(pay * percent / 100, "The tip is $@.");
    }

    private static void HalfPrice(Scene s)
    {
        var place = s.OneOf("zoo", "museum", "film", "game");
        var price = s.Pick(4, 90, 2);
        s.Say($"A ticket for the {place} costs ${price}, and children pay half of that.",
            $"Tickets for the {place} cost ${price}, but children pay half.");
        s.Ask("How much does a ticket for a child cost?", "How much does each child pay?");
        s.Step(price / 2, "A ticket for a child costs $@.");
    }

    private static void ShareMoney(Scene s)
    {
        var (a, b) = (s.Person(), s.Person());
        Num each = s.Pick(3, 300), people = s.Pick(2, 5), all = (each * people).Evaluated;
        s.Say($"{a} and {b} sell their things at the market. The profit is ${all}, and they share it equally among {people} people.",
            $"{people} friends sell things for ${all}. They share the money equally.");
        s.Ask("How many dollars does each of them get?", "How much money does each friend get?");
        s.Step(all / people, "Each of them gets $@.");
    }

    private static void Costs(Scene s)
    {
        var (who, place) = (s.Person(), s.OneOf("zoo", "museum", "lake"));
        Num a = s.Pick(10, 600), b = s.Pick(10, 600);
        var (x, y) = s.OneOf(
            ("the adults", "the children"), ("the teachers", "the children"),
            ("the tickets for the adults", "the tickets for the children"), ("the buses", "the tickets"), ("the table", "help"),
            ("the meal", "fuel"));
        s.Say($"For a trip to the {place} a school pays ${a} for {x} and ${b} for {y}.",
            $"{who} and a group of friends pay ${a} for {x} and ${b} for {y}.");
        s.Ask("How much do they pay in total?", "What is the total cost of the trip?", "How much does the trip cost in total?");
        s.Step(a + b, "The trip costs $@.", "The total cost is $@.", "They pay $@.", "In total they cost $@.");
    }
}
