using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>
/// <c>for item in items if test</c> with its <c>else</c>. Each round has a scope of its own; what it sets is gone after it.
/// </summary>
internal sealed record Loop(
    int Line, Target Item, Expression Items, Expression? Test, IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Otherwise) : Statement(Line)
{
    /// <inheritdoc/>
    protected override Flow Run(Scope scope, StringBuilder output)
    {
        var items = scope.Rendering.Charge(PythonValue.Items(Items.Of(scope)));
        if (Test is not null)
        {
            items = [.. items.Where(item => Passes(scope, item))];
        }

        if (items.Count == 0)
        {
            return Run(Otherwise, scope.Inner(), output);
        }

        var last = new List<object?>();
        for (var i = 0; i < items.Count; i++)
        {
            var inner = scope.Inner();
            scope.Rendering.Charge(4);
            inner["loop"] = Round(items, i, last);
            Item.Assign(inner, items[i]);
            if (Run(Body, inner, output) == Flow.Break)
            {
                break;
            }
        }

        return Flow.On;
    }

    private bool Passes(Scope scope, object? item)
    {
        var inner = scope.Inner();
        Item.Assign(inner, item);
        return PythonValue.IsTrue(Test!.Of(inner));
    }

    private static Mapping Round(IReadOnlyList<object?> items, int i, List<object?> last) => new()
    {
        ["index"] = i + 1L,
        ["index0"] = (long)i,
        ["revindex"] = (long)items.Count - i,
        ["revindex0"] = items.Count - i - 1L,
        ["first"] = i == 0,
        ["last"] = i == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = i > 0 ? items[i - 1] : new Undefined("loop.previtem"),
        ["nextitem"] = i < items.Count - 1 ? items[i + 1] : new Undefined("loop.nextitem"),
        ["cycle"] = new Callable("loop.cycle", (given, _) => given.All().Positional is { Count: > 0 } all ? all[i % all.Count]
            : throw new JinjaException(0, "loop.cycle needs values")),
        ["changed"] = new Callable("loop.changed", (given, _) =>
        {
            var isSame = last.Count > 0 && last.SequenceEqual(given.All().Positional, EqualityComparer<object?>.Create(PythonValue.Equal));
            last.Clear();
            last.AddRange(given.Positional);
            return !isSame;
        }),
    };
}
