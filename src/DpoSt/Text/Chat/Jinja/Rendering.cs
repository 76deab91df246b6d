using System.Runtime.CompilerServices;
using System.Text;

namespace DpoSt.Text.Chat.Jinja;

/// <summary>One rendering: its budget of work and what holds in all of it. A template comes from a stranger, so its work is bounded by
/// counting: a step a node, and more for what a step makes or reads through.</summary>
/// <param name="now">The time that <c>strftime_now</c> tells.</param>
internal sealed class Rendering(DateTime now)
{
    /// <summary>So many characters count as one step.</summary>
    public const int CharactersPerUnit = 16;

    private const int MostWork = 2_000_000; // well under a second and 64 MB
    private const int MostCalls = 40;
    private int work;
    private int calls;

    /// <inheritdoc cref="Rendering" path="/param[@name='now']"/>
    public DateTime Now => now;

    /// <summary>Counts work.</summary>
    /// <exception cref="JinjaException">The budget is spent.</exception>
    public void Charge(long units)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (units > MostWork - work)
        {
            throw new JinjaException(0, "it asks for more work than any chat needs");
        }

        work += (int)units;
    }

    /// <summary>Counts a text that is made or read through.</summary>
    public string Charge(string text)
    {
        Charge(text.Length / CharactersPerUnit);
        return text;
    }

    /// <summary>Counts a list that is made or read through.</summary>
    public IReadOnlyList<object?> Charge(IReadOnlyList<object?> items)
    {
        Charge(2L * items.Count);
        return items;
    }

    /// <summary>Counts going through a value to its leaves, as comparing and printing do.</summary>
    public object? ChargeAll(object? value)
    {
        Charge(Extent.Of(value).Size);
        return value;
    }

    /// <summary>The text of a value.</summary>
    public string TextOf(object? value) => PythonValue.Text(ChargeAll(value));

    /// <summary>Appends to what is printed.</summary>
    public void Print(StringBuilder output, string text) => output.Append(Charge(text));

    /// <summary>Runs a macro, within the depth that calls may reach.</summary>
    public object? Call(Func<object?> macro)
    {
        if (++calls > MostCalls)
        {
            throw new JinjaException(0, $"macros call each other more than {MostCalls} deep");
        }

        var result = macro();
        calls--;
        return result;
    }
}

/// <summary>The names that a place in a template can see: its own, then those around it.</summary>
internal sealed class Scope(Rendering rendering, Scope? around = null)
{
    private const int UnitsPerScope = 20;
    private readonly Dictionary<string, object?> values = [];

    /// <summary>The rendering it belongs to.</summary>
    public Rendering Rendering => rendering;

    /// <summary>Gives a name a value here; those around keep theirs.</summary>
    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Around)
            {
                if (scope.values.TryGetValue(name, out var value))
                {
                    return value;
                }
            }

            return Functions.Named(name) ?? (object)new Undefined(name);
        }

        set => values[name] = value;
    }

    private Scope? Around => around;

    /// <summary>A scope within. Its names take memory that a step does not.</summary>
    public Scope Inner()
    {
        rendering.Charge(UnitsPerScope);
        return new(rendering, this);
    }
}
