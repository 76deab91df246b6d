namespace DpoSt.Text.Chat.Jinja;

/// <summary>What <c>is</c> asks of a value.</summary>
internal static class Tests
{
    /// <summary>Whether a value passes a test.</summary>
    /// <exception cref="JinjaException">There is no such test.</exception>
    public static bool Apply(string name, object? value, Arguments given)
    {
        var result = name switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "integer" => value is long,
            "float" => value is double,
            "number" => value is bool or long or double,
            "string" => value is string,
            "mapping" => value is Mapping { IsNamespace: false },
            "iterable" => value is string or Sequence or Mapping { IsNamespace: false } or Undefined,
            "sequence" => value is string or Sequence or Mapping { IsNamespace: false } or Undefined,
            "callable" => value is Callable,
            "odd" => Whole(value) % 2 != 0,
            "even" => Whole(value) % 2 == 0,
            "divisibleby" => given.Whole(0, "num") is not 0 and var by
                ? Whole(value) % by == 0
                : throw new JinjaException(0, "nothing is divided by zero"),
            "upper" => value is string text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
            "lower" => value is string text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
            "in" => PythonValue.Contains(given.Get(0, "seq"), value),
            "eq" or "equalto" => Compared.Holds("==", value, given.Get(0, "other")),
            "ne" => Compared.Holds("!=", value, given.Get(0, "other")),
            "lt" or "lessthan" => Compared.Holds("<", value, given.Get(0, "other")),
            "le" => Compared.Holds("<=", value, given.Get(0, "other")),
            "gt" or "greaterthan" => Compared.Holds(">", value, given.Get(0, "other")),
            "ge" => Compared.Holds(">=", value, given.Get(0, "other")),
            "sameas" => given.Get(0, "other") is var other && value?.GetType() == other?.GetType()
                && (value is Sequence or Mapping or Callable ? ReferenceEquals(value, other) : PythonValue.Equal(value, other)),
            _ => throw new JinjaException(0, $"the test '{name}' is not known"),
        };
        given.CheckRead($"the test '{name}'");
        return result;
    }

    private static long Whole(object? value) => PythonValue.Whole(value)
        ?? throw new JinjaException(0, $"{PythonValue.Kind(value)} is not a whole number");
}
