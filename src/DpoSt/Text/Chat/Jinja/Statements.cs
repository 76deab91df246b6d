using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>What a statement makes the ones around it do.</summary>
internal enum Flow { On, Break, Continue }

/// <summary>A part of a template that prints or sets.</summary>
/// <param name="Line">Where it begins, counted from 1.</param>
internal abstract record Statement(int Line)
{
    /// <summary>Runs statements in turn until one breaks off.</summary>
    public static Flow Run(IReadOnlyList<Statement> statements, Scope scope, StringBuilder output)
    {
        foreach (var statement in statements)
        {
            scope.Rendering.Charge(1);
            try
            {
                if (statement.Run(scope, output) is not Flow.On and var flow)
                {
                    return flow;
                }
            }
            catch (JinjaException problem) when (problem.Line == 0)
            {
                throw problem.At(statement.Line);
            }
        }

        return Flow.On;
    }

    /// <summary>What statements print, as a text.</summary>
    public static string Printed(IReadOnlyList<Statement> statements, Scope scope)
    {
        var output = new StringBuilder();
        Run(statements, scope, output);
        return output.ToString();
    }

    /// <summary>Runs it.</summary>
    protected abstract Flow Run(Scope scope, StringBuilder output);
}

/// <summary>Text as it stands.</summary>
internal sealed record Plain(int Line, string Text) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        scope.Rendering.Print(output, Text);
        return Flow.On;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed record Print(int Line, Expression Value) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        scope.Rendering.Print(output, scope.Rendering.TextOf(Value.Of(scope)));
        return Flow.On;
    }
}

/// <summary><c>if</c> with its <c>elif</c> and <c>else</c>, whose test is none.</summary>
internal sealed record Branches(int Line, IReadOnlyList<(Expression? Test, IReadOnlyList<Statement> Body)> Cases) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        foreach (var (test, body) in Cases)
        {
            if (test is null || PythonValue.IsTrue(test.Of(scope)))
            {
                return Run(body, scope, output);
            }
        }

        return Flow.On;
    }
}

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed record Leave(int Line, Flow Flow) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output) => Flow;
}

/// <summary><c>set names = value</c>, also of a namespace's member; several names take a value apart.</summary>
internal sealed record Set(int Line, Target Target, Expression Value) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        Target.Assign(scope, Value.Of(scope));
        return Flow.On;
    }
}

/// <summary><c>set name</c> up to <c>endset</c>, or <c>filter</c> up to <c>endfilter</c>: what is printed between them, filtered.</summary>
/// <param name="Target">What takes it; none prints it.</param>
/// <param name="Value">Made of what <see cref="Name"/> stands for.</param>
internal sealed record Captured(int Line, Target? Target, Expression Value, IReadOnlyList<Statement> Body) : Statement(Line)
{
    /// <summary>The name that the printed text has in <see cref="Value"/>; no template can write it.</summary>
    public const string Name = "captured text";

    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        var inner = scope.Inner();
        inner[Name] = Printed(Body, scope.Inner());
        var value = Value.Of(inner);
        if (Target is null)
        {
            scope.Rendering.Print(output, scope.Rendering.TextOf(value));
        }

        Target?.Assign(scope, value);
        return Flow.On;
    }
}

/// <summary><c>with a = 1</c>, or <c>generation</c>, which marks what the assistant says: statements in a scope of their own.</summary>
internal sealed record Within(
    int Line, IReadOnlyList<(string Name, Expression Value)> Values, bool IsOwnScope, IReadOnlyList<Statement> Body)
    : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        var inner = IsOwnScope ? scope.Inner() : scope;
        foreach (var (name, value) in Values)
        {
            inner[name] = value.Of(scope);
        }

        return Run(Body, inner, output);
    }
}

/// <summary>What takes a value: a name, a member of a namespace, or several that take it apart.</summary>
internal sealed record Target(string Name, string? Member, IReadOnlyList<Target>? Parts = null)
{
    /// <summary>Gives it a value.</summary>
    public void Assign(Scope scope, object? value)
    {
        if (Parts is not null)
        {
            var items = PythonValue.Items(value);
            if (items.Count != Parts.Count)
            {
                throw new JinjaException(0, $"{Counted.Of(Parts.Count, "name")} cannot take {Counted.Of(items.Count, "value")}");
            }

            foreach (var (part, item) in Parts.Zip(items))
            {
                part.Assign(scope, item);
            }
        }
        else if (Member is null)
        {
            scope[Name] = value;
        }
        else
        {
            var space = scope[Name] is Mapping { IsNamespace: true } known ? known
                : throw new JinjaException(0, $"only a namespace's members can be set, and '{Name}' is none");
            space[Member] = value;
        }
    }
}
