namespace DpoSt.Data.Synthetic;

/// <summary>A thing that is counted. It prints as its plural.</summary>
internal sealed record Noun(string One, string Many)
{
    public Noun(string one) : this(one, one + "s") { }

    /// <summary>The singular with its article: "an apple".</summary>
    public string A => (One[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an " : "a ") + One;

    public override string ToString() => Many;
}

/// <summary>A person of a story, with the pronouns that agree. It prints as the name.</summary>
internal sealed record Person(string Name, string He, string Him, string His)
{
    public override string ToString() => Name;
}

/// <summary>The people and things that stories are about: few words, since the model that reads them is tiny.</summary>
internal static class Words
{
    public static readonly Person[] People =
    [
        .. Men("Tom", "Sam", "Ben", "Max", "Leo", "Jack", "Paul", "Adam", "Mark", "Omar", "Luis", "Carl", "Hugo", "Ivan", "Noah", "Peter"),
        .. Women(
            "Ann", "Mia", "Eva", "Lucy", "Sara", "Rosa", "Kate", "Nina", "Emma", "Jane", "Lily", "Amy", "Nora", "Ruth", "Zoe", "Maria"),
    ];

    /// <summary>Small things that one collects, finds, gives away and counts.</summary>
    public static readonly Noun[] Small =
    [
        new("marble"), new("sticker"), new("card"), new("stamp"), new("shell"), new("coin"), new("button"), new("bead"),
        new("pencil"), new("stone"), new("badge"), new("ring"), new("rock"), new("leaf", "leaves"), new("magnet"), new("photo"),
        new("crayon"), new("puzzle"),
    ];

    /// <summary>Things that one picks, eats and shares.</summary>
    public static readonly Noun[] Food =
    [
        new("apple"), new("orange"), new("banana"), new("pear"), new("plum"), new("cookie"), new("candy", "candies"),
        new("peach", "peaches"), new("nut"), new("grape"), new("lemon"), new("carrot"), new("tomato", "tomatoes"),
        new("potato", "potatoes"), new("berry", "berries"), new("mango", "mangoes"),
    ];

    /// <summary>Things that come out of an oven or a kitchen.</summary>
    public static readonly Noun[] Baked =
    [
        new("muffin"), new("roll"), new("cake"), new("pie"), new("sandwich", "sandwiches"), new("cookie"), new("pizza"),
        new("waffle"), new("pancake"), new("bun"), new("pretzel"),
    ];

    /// <summary>Things that a shop sells one by one.</summary>
    public static readonly Noun[] Goods =
    [
        new("book"), new("toy"), new("shirt"), new("hat"), new("cup"), new("plate"), new("lamp"), new("brush", "brushes"),
        new("ball"), new("plant"), new("pen"), new("bowl"), new("chair"), new("pillow"), new("basket"), new("clock"),
        new("scarf", "scarves"), new("towel"), new("mirror"), new("kite"), new("doll"),
    ];

    /// <summary>Cheap things with prices such as 2.50.</summary>
    public static readonly Noun[] Snacks =
    [
        new("drink"), new("sandwich", "sandwiches"), new("ice cream"), new("muffin"), new("notebook"), new("pen"),
        new("bottle of juice", "bottles of juice"),
    ];

    /// <summary>Dear things that one saves for.</summary>
    public static readonly Noun[] Dear =
    [
        new("bike"), new("phone"), new("camera"), new("guitar"), new("tent"), new("coat"), new("watch"), new("desk"), new("radio"),
        new("jacket"),
    ];

    public static readonly Noun[] Boxes =
    [
        new("box", "boxes"), new("bag"), new("bucket"), new("jar"), new("tin"),
    ];

    private static IEnumerable<Person> Men(params string[] names) => names.Select(n => new Person(n, "he", "him", "his"));
    private static IEnumerable<Person> Women(params string[] names) => names.Select(n => new Person(n, "she", "her", "her"));
}
