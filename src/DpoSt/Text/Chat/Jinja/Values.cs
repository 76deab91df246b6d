using System.Runtime.InteropServices;

namespace DpoSt.Text.Chat.Jinja;

// The values of a template: null (none), bool, long, double, string and those below.

/// <summary>
/// What a name stands for that nothing was given to: false, empty, printed as nothing; all else done with it is an error.
/// </summary>
internal sealed record Undefined(string Name);

/// <summary>A list, or a tuple, which looks otherwise when printed.</summary>
internal sealed record Sequence(IReadOnlyList<object?> Items, bool IsTuple = false)
{
    /// <summary>What it takes to go through all of it.</summary>
    public Extent Extent { get; } = Items.Aggregate(Extent.One, (sum, item) => sum.With(item));
}

/// <summary>Keys with values in the order they came in. <c>namespace(...)</c> makes one whose values a template may set.</summary>
internal sealed class Mapping(bool isNamespace = false) : IEnumerable<KeyValuePair<object, object?>>
{
    private readonly OrderedDictionary<object, object?> values = new(PythonKeys.Instance);

    /// <summary>Whether <c>set</c> may change it.</summary>
    public bool IsNamespace => isNamespace;

    /// <summary>How many keys.</summary>
    public int Count => values.Count;

    /// <summary>The keys.</summary>
    public IEnumerable<object> Keys => values.Keys;

    /// <summary>The values.</summary>
    public IEnumerable<object?> Values => values.Values;

    /// <summary>What it takes to go through all of it. A namespace is never gone through.</summary>
    public Extent Extent { get; private set; } = Extent.One;

    /// <summary>Gives a key a value.</summary>
    public object? this[object key]
    {
        set
        {
            Extent = isNamespace ? Extent : Extent.With(key).With(value);
            values[key] = value;
        }
    }

    /// <summary>The value of a key, if there is one.</summary>
    public bool TryGetValue(object key, out object? value) => values.TryGetValue(key, out value);

    /// <summary>Whether there is a key.</summary>
    public bool ContainsKey(object key) => values.ContainsKey(key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<object, object?>> GetEnumerator() => values.GetEnumerator();

    /// <inheritdoc/>
    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    // Python's: 1, 1.0 and true are one key.
    internal sealed class PythonKeys : IEqualityComparer<object>
    {
        public static readonly PythonKeys Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => PythonValue.Equal(x, y);

        int IEqualityComparer<object>.GetHashCode(object value) =>
            PythonValue.Number(value) is { } number ? number.GetHashCode()
            : value is string text ? text.GetHashCode(StringComparison.Ordinal) : 0;
    }
}

/// <summary>What it takes to go through a value to its leaves. Lists may share their items, so that a few steps could otherwise make one
/// that nobody can print or compare.</summary>
/// <param name="Size">Values and sixteenths of texts in it.</param>
/// <param name="Depth">Lists within lists.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Extent(long Size, int Depth)
{
    private const int DeepestValue = 200;

    /// <summary>An empty list's.</summary>
    public static readonly Extent One = new(1, 1);

    /// <summary>Of any value.</summary>
    public static Extent Of(object? value) => value switch
    {
        string text => new(1 + (text.Length / Rendering.CharactersPerUnit), 0),
        Sequence list => list.Extent,
        Mapping map => map.Extent,
        _ => new(1, 0),
    };

    /// <summary>That of a list with one more item.</summary>
    public Extent With(object? item)
    {
        var (size, depth) = Of(item);
        return depth >= DeepestValue ? throw new JinjaException(0, $"lists are nested more than {DeepestValue} deep")
            : new(Math.Min(Size + size, long.MaxValue / 2), Math.Max(Depth, depth + 1));
    }
}

/// <summary>A function, a method or a macro.</summary>
internal sealed record Callable(string Name, Func<Arguments, Rendering, object?> Call);

/// <summary>What a call is given. Each function asks for its arguments by place and name; one that nobody asked for is an error.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private readonly HashSet<string> read = [];
    private int asked;

    /// <summary>The arguments without names.</summary>
    public IReadOnlyList<object?> Positional => positional;

    /// <summary>The arguments by name.</summary>
    public IReadOnlyDictionary<string, object?> Named => named;

    /// <summary>An argument by its place or name, or what stands in for it.</summary>
    public object? Get(int place, string name, object? otherwise = null)
    {
        asked = Math.Max(asked, place + 1);
        read.Add(name);
        return place < positional.Count ? positional[place] : named.TryGetValue(name, out var value) ? value : otherwise;
    }

    /// <summary>An argument that must be text.</summary>
    public string Text(int place, string name, string? otherwise = null) => Get(place, name, otherwise) as string
        ?? throw new JinjaException(0, $"argument {place + 1} ({name}) must be text");

    /// <summary>An argument that must be a whole number.</summary>
    public long Whole(int place, string name, long? otherwise = null) => Get(place, name, otherwise) switch
    {
        long whole => whole,
        bool truth => truth ? 1 : 0,
        _ => throw new JinjaException(0, $"argument {place + 1} ({name}) must be a whole number"),
    };

    /// <summary>An argument that is true or false.</summary>
    public bool Flag(int place, string name, bool otherwise = false) => PythonValue.IsTrue(Get(place, name, otherwise));

    /// <summary>All but the first arguments without names.</summary>
    public Arguments After(int count) => new([.. positional.Skip(count)], named);

    /// <summary>Takes every argument as read.</summary>
    public Arguments All()
    {
        asked = positional.Count;
        read.UnionWith(named.Keys);
        return this;
    }

    /// <summary>Refuses arguments that were not asked for.</summary>
    public void CheckRead(string function)
    {
        if (positional.Count > asked)
        {
            throw new JinjaException(0, $"{function} takes {Counted.Of(asked, "argument")}, not {positional.Count}");
        }

        if (named.Keys.FirstOrDefault(name => !read.Contains(name)) is { } unknown)
        {
            throw new JinjaException(0, $"{function} has no argument named {unknown}");
        }
    }
}
