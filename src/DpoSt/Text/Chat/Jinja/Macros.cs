using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>What a macro takes and prints.</summary>
internal sealed record MacroBody(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body)
{
    /// <summary>A macro that sees the names around its definition.</summary>
    public Callable In(Scope scope) => new(Name, (given, rendering) => rendering.Call(() =>
    {
        var inner = scope.Inner();
        foreach (var (i, (name, otherwise)) in Parameters.Index())
        {
            var value = given.Get(i, name, this);
            inner[name] = !ReferenceEquals(value, this) ? value : otherwise is null ? new Undefined(name) : otherwise.Of(inner);
        }

        inner["varargs"] = new Sequence([.. given.Positional.Skip(Parameters.Count)], IsTuple: true);
        if (given.Named.TryGetValue("caller", out var caller))
        {
            inner["caller"] = given.Get(int.MaxValue - 1, "caller");
        }

        return Statement.Printed(Body, inner);
    }));
}

/// <summary><c>macro name(a, b=1)</c>.</summary>
internal sealed record MacroDefinition(int Line, MacroBody Macro) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        scope[Macro.Name] = Macro.In(scope);
        return Flow.On;
    }
}

/// <summary><c>call(a) macro(...)</c>: the macro gets what stands between as <c>caller</c>.</summary>
internal sealed record CallBlock(int Line, MacroBody Caller, Call Call) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        var given = new Given(Call.Given.Positional, [.. Call.Given.Named, ("caller", new Literal(Caller.In(scope)))]);
        scope.Rendering.Print(output, scope.Rendering.TextOf(new Call(Call.Target, given).Of(scope)));
        return Flow.On;
    }
}
