namespace DpoSt.Text.Chat.Jinja;

/// <summary>A part of a template that has a value.</summary>
internal abstract record Expression
{
    /// <summary>Its value where it stands; counted as a step.</summary>
    public object? Of(Scope scope)
    {
        scope.Rendering.Charge(1);
        return Value(scope);
    }

    /// <summary>Its value.</summary>
    protected abstract object? Value(Scope scope);
}

/// <summary>A value that is written down.</summary>
internal sealed record Literal(object? Written) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => Written;
}

/// <summary>A name.</summary>
internal sealed record Named(string Name) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => scope[Name];
}

/// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
internal sealed record ListOf(IReadOnlyList<Expression> Items, bool IsTuple) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => new Sequence([.. Items.Select(item => item.Of(scope))], IsTuple);
}

/// <summary><c>{a: b}</c>.</summary>
internal sealed record MapOf(IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var map = new Mapping();
        foreach (var (key, value) in Entries)
        {
            map[key.Of(scope) ?? throw new JinjaException(0, "none cannot be a key")] = value.Of(scope);
        }

        return map;
    }
}

/// <summary><c>a.b</c> or <c>a['b']</c>: a method or a key; a dot looks for the method first, brackets for the key.</summary>
internal sealed record Member(Expression Target, Expression Key, bool IsDot) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var (target, key) = (Target.Of(scope), Key.Of(scope));
        return (IsDot ? Methods.Of(target, (string)key!) : null) ?? Of(target, key);
    }

    /// <summary>What a key leads to, or <see cref="Undefined"/>.</summary>
    public static object? Of(object? target, object? key)
    {
        if (target is Undefined undefined)
        {
            throw new JinjaException(0, $"'{undefined.Name}' is undefined");
        }

        if (target is Mapping map && key is not null && map.TryGetValue(key, out var value))
        {
            return value;
        }

        if (PythonValue.Whole(key) is { } place && target is Sequence or string)
        {
            var items = target is string text && !PythonText.IsWide(text) ? null : PythonValue.Items(target);
            var count = items?.Count ?? ((string)target).Length;
            var index = place < 0 ? place + count : place;
            return index < 0 || index >= count ? new Undefined($"item {place}")
                : items is null ? ((string)target)[(int)index].ToString() : items[(int)index];
        }

        return key is string name ? Methods.Of(target, name) ?? (object)new Undefined(name) : new Undefined("an item");
    }
}

/// <summary><c>a[from:to:step]</c>.</summary>
internal sealed record Slice(Expression Target, Expression? From, Expression? To, Expression? Step) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var target = Target.Of(scope);
        var items = target is Sequence or string ? scope.Rendering.Charge(PythonValue.Items(target))
            : throw new JinjaException(0, $"{PythonValue.Kind(target)} has no parts");
        var step = Bound(Step, scope) ?? 1;
        if (step == 0)
        {
            throw new JinjaException(0, "a slice cannot have a step of 0");
        }

        var (low, high) = step > 0 ? (0, items.Count) : (-1, items.Count - 1);
        var from = Place(Bound(From, scope), step > 0 ? low : high);
        var to = Place(Bound(To, scope), step > 0 ? high : low);
        var taken = new List<object?>();
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            taken.Add(items[(int)i]);
        }

        return target is Sequence list ? new Sequence(taken, list.IsTuple) : string.Concat(taken);

        long Place(long? place, long otherwise) => place is { } p ? Math.Clamp(p < 0 ? p + items.Count : p, low, high) : otherwise;
    }

    private static long? Bound(Expression? bound, Scope scope) => bound?.Of(scope) switch
    {
        null => null,
        var value => PythonValue.Whole(value) is { } whole ? Math.Clamp(whole, -int.MaxValue, int.MaxValue)
            : throw new JinjaException(0, $"a slice goes by whole numbers, not {PythonValue.Kind(value)}"),
    };
}

/// <summary>The arguments of a call as they are written; <c>*list</c> and <c>**map</c> spread theirs.</summary>
internal sealed record Given(
    IReadOnlyList<(Expression Value, bool IsSpread)> Positional, IReadOnlyList<(string? Name, Expression Value)> Named)
{
    /// <summary>None.</summary>
    public static readonly Given Nothing = new([], []);

    /// <summary>Their values.</summary>
    public Arguments Of(Scope scope)
    {
        List<object?> places = [];
        foreach (var (value, isSpread) in Positional)
        {
            places.AddRange(isSpread ? PythonValue.Items(value.Of(scope)) : [value.Of(scope)]);
        }

        Dictionary<string, object?> names = [];
        foreach (var (name, value) in Named)
        {
            foreach (var (key, each) in name is not null ? [new(name, value.Of(scope))] : Spread(value.Of(scope)))
            {
                names[key] = each;
            }
        }

        return new Arguments(places, names);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Spread(object? value) =>
        (value as Mapping ?? throw new JinjaException(0, "** takes a map")).Select(entry => KeyValuePair.Create(
            entry.Key as string ?? throw new JinjaException(0, "** takes a map whose keys are text"), entry.Value));
}

/// <summary><c>f(...)</c>.</summary>
internal sealed record Call(Expression Target, Given Given) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var target = Target.Of(scope);
        var called = target as Callable ?? throw new JinjaException(
            0, target is Undefined undefined ? $"there is no function '{undefined.Name}'" : $"{PythonValue.Kind(target)} cannot be called");
        return called.Invoke(Given.Of(scope), scope.Rendering);
    }
}

/// <summary><c>value | name(...)</c>.</summary>
internal sealed record Filtered(Expression Target, string Name, Given Given) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => Filters.Apply(Name, Target.Of(scope), Given.Of(scope), scope.Rendering);
}

/// <summary><c>value is name(...)</c>.</summary>
internal sealed record Tested(Expression Target, string Name, Given Given) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => Tests.Apply(Name, Target.Of(scope), Given.Of(scope));
}

/// <summary><c>yes if test else no</c>.</summary>
internal sealed record Conditional(Expression Test, Expression Yes, Expression? No) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) =>
        PythonValue.IsTrue(Test.Of(scope)) ? Yes.Of(scope) : No is null ? new Undefined("an if without else") : No.Of(scope);
}
