using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Binding;

/// <summary>Keys of a section that other programs read and that mean nothing here: accepted, and reported once as ignored.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class IgnoresKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>A key that other versions of transformers and trl have, and what says the same here.</summary>
/// <param name="key">Their key.</param>
/// <param name="here">The key of this section; null where <paramref name="advice"/> says it all.</param>
/// <param name="advice">What to do, as the end of a sentence.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class OtherNameAttribute(string key, string? here, string? advice = null) : Attribute
{
    public string Key { get; } = key;
    public string? Here { get; } = here;
    public string? Advice { get; } = advice;
}

/// <summary>What else a key's value might have meant, for the sentence that refuses it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class HintAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>The texts that a key takes; letter case does not matter.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOfAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;

    /// <summary>The value in its own spelling, null where it is none of them.</summary>
    public string? Find(string text) => Values.FirstOrDefault(v => v.Equals(text, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A text that names a folder or a file below one of ours: not empty, and never out of it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FolderNameAttribute : Attribute
{
    public const string Expected = "a name for a folder, without '..' or '~'";

    public static bool Holds(string text) =>
        text.Length <= Shown.Longest && !text.Any(char.IsControl) && !Path.IsPathRooted(text)
        && text.Split('/', '\\').All(part => part.Trim() is not ("" or "." or ".." or ['~', ..]));
}

/// <summary>A flag that is set by a name, alone or in a list; every other value is accepted, and reported as ignored.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NamedAttribute(string name) : Attribute
{
    public bool Is(ConfigNode node) => node switch
    {
        ConfigScalar scalar => name.Equals(scalar.Value as string, StringComparison.OrdinalIgnoreCase),
        ConfigList list => list.Items.Any(Is),
        _ => false,
    };
}

/// <summary>The numbers that a key takes, both ends included unless <see cref="AboveMinimum"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WithinAttribute(double minimum, double maximum = double.MaxValue) : Attribute
{
    public double Minimum { get; } = minimum;
    public double Maximum { get; } = maximum;

    /// <summary>Whether the minimum itself is refused.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>Whether the maximum itself is refused.</summary>
    public bool BelowMaximum { get; init; }

    public bool Holds(double value) =>
        (AboveMinimum ? value > Minimum : value >= Minimum) && (BelowMaximum ? value < Maximum : value <= Maximum);

    public override string ToString()
    {
        var low = $"{(AboveMinimum ? "above" : "of at least")} {Minimum}";
        return Maximum == double.MaxValue ? low : $"{low} and {(BelowMaximum ? "below" : "at most")} {Maximum}";
    }
}
