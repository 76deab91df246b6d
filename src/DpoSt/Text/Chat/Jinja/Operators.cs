using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary><c>a and b</c>, <c>a or b</c>: the value that decides.</summary>
internal sealed record Either(Expression First, Expression Second, bool IsOr) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var first = First.Of(scope);
        return PythonValue.IsTrue(first) == IsOr ? first : Second.Of(scope);
    }
}

/// <summary><c>not a</c>.</summary>
internal sealed record Not(Expression Operand) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => !PythonValue.IsTrue(Operand.Of(scope));
}

/// <summary><c>a &lt; b &lt;= c</c>, <c>a in b</c>: true where every neighbouring two compare so.</summary>
internal sealed record Compared(Expression First, IReadOnlyList<(string Operator, Expression Value)> Rest) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var left = First.Of(scope);
        foreach (var (name, value) in Rest)
        {
            var right = value.Of(scope);
            if (!Holds(name, scope.Rendering.ChargeAll(left), scope.Rendering.ChargeAll(right)))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    /// <summary>Whether a comparison holds.</summary>
    public static bool Holds(string name, object? left, object? right) => name switch
    {
        "==" => PythonValue.Equal(left, right),
        "!=" => !PythonValue.Equal(left, right),
        "in" => PythonValue.Contains(right, left),
        "not in" => !PythonValue.Contains(right, left),
        "<" => PythonValue.Compare(left, right) < 0,
        "<=" => PythonValue.Compare(left, right) <= 0,
        ">" => PythonValue.Compare(left, right) > 0,
        _ => PythonValue.Compare(left, right) >= 0,
    };
}

/// <summary><c>-a</c> or <c>+a</c>.</summary>
internal sealed record Signed(Expression Operand, bool IsMinus) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope) => Operand.Of(scope) switch
    {
        double real => (object)(IsMinus ? -real : real),
        var value when PythonValue.Whole(value) is { } whole => IsMinus ? -whole : whole,
        var value => throw new JinjaException(0, $"{PythonValue.Kind(value)} has no sign"),
    };
}

/// <summary>Texts put together: <c>a ~ b</c>.</summary>
internal sealed record Concatenated(IReadOnlyList<Expression> Parts) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var text = new StringBuilder();
        foreach (var part in Parts)
        {
            scope.Rendering.Print(text, scope.Rendering.TextOf(part.Of(scope)));
        }

        return text.ToString();
    }
}

/// <summary>Arithmetic, and <c>+</c>, <c>*</c> and <c>%</c> on texts and lists.</summary>
internal sealed record Arithmetic(Expression Left, string Operator, Expression Right) : Expression
{
    /// <inheritdoc/>
    protected override object? Value(Scope scope)
    {
        var (left, right) = (Left.Of(scope), Right.Of(scope));
        var rendering = scope.Rendering;
        return (Operator, left, right) switch
        {
            ("+", string a, string b) => rendering.Charge(a + b),
            ("+", Sequence a, Sequence b) when a.IsTuple == b.IsTuple =>
                new Sequence(rendering.Charge([.. a.Items, .. b.Items]), a.IsTuple),
            ("*", string or Sequence, _) when PythonValue.Whole(right) is { } times => Repeat(left, times, rendering),
            ("*", _, string or Sequence) when PythonValue.Whole(left) is { } times => Repeat(right, times, rendering),
            ("%", string pattern, _) =>
                PythonFormat.Percent(pattern, right is Sequence { IsTuple: true } all ? all.Items : [right], rendering),
            _ when PythonValue.Whole(left) is { } a && PythonValue.Whole(right) is { } b => Whole(a, b),
            _ when PythonValue.Number(left) is { } a && PythonValue.Number(right) is { } b => Real(a, b),
            _ => throw new JinjaException(0, $"{Operator} does not work on {PythonValue.Kind(left)} and {PythonValue.Kind(right)}"),
        };
    }

    private static object Repeat(object what, long times, Rendering rendering)
    {
        var length = what is string text ? text.Length : ((Sequence)what).Items.Count;
        times = length == 0 ? 0 : Math.Max(times, 0);
        rendering.Charge(Math.Min(times, int.MaxValue) * length);
        var copies = Enumerable.Repeat(what, (int)times);
        return what is string ? string.Concat(copies.Cast<string>())
            : new Sequence([.. copies.SelectMany(copy => ((Sequence)copy).Items)], ((Sequence)what).IsTuple);
    }

    private object Whole(long a, long b)
    {
        try
        {
            return Operator switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "//" or "%" or "/" when b == 0 => throw new JinjaException(0, "nothing is divided by zero"),
                "//" => checked(a / b) - (a % b != 0 && a < 0 != b < 0 ? 1 : 0),
                "%" => b == -1 ? 0L : ((a % b) + b) % b,
                "**" when b >= 0 => Power(a, b),
                _ => Real(a, b),
            };
        }
        catch (OverflowException)
        {
            throw new JinjaException(0, "a whole number grows beyond 64 bits");
        }
    }

    private static long Power(long a, long b)
    {
        var factors = a is >= -1 and <= 1 && b > 2 ? 2 + (b % 2) : Math.Min(b, 64); // beyond 63 factors of 2 there is an overflow
        return Enumerable.Repeat(a, (int)factors).Aggregate(1L, (product, factor) => checked(product * factor));
    }

    private object Real(double a, double b) => Operator switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw new JinjaException(0, "nothing is divided by zero"),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        _ => a - (Math.Floor(a / b) * b),
    };
}
