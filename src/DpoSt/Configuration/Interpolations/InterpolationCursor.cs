using DpoSt.Configuration.Grammar;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Configuration.Interpolations;

/// <summary>Where the reading of a text with interpolations is.</summary>
internal sealed class InterpolationCursor(string text, ConfigSource source)
{
    private const int DeepestNesting = 64;

    public string Text => text;

    public ConfigSource Source => source;

    public int At { get; set; }

    /// <summary>How many interpolations, lists and maps stand around this one.</summary>
    public int Depth { get; set; }

    public bool IsAtEnd => At >= text.Length;

    public ReadOnlySpan<char> Rest => text.AsSpan(At);

    /// <summary>Whether an interpolation is next.</summary>
    public bool IsInterpolation => Rest.StartsWith("${", StringComparison.Ordinal);

    /// <summary>The next token of a value and the index behind it.</summary>
    public (ValueToken Kind, int End) Next() => ValueLexer.Next(text, At);

    /// <summary>The next character; a space at the end.</summary>
    public char Peek() => At < text.Length ? text[At] : ' ';

    /// <summary>The next characters as a part of a key.</summary>
    public ConstantSyntax Taken(int length) => new(text[At..(At += length)]);

    /// <summary>Goes over a token where it is the next one.</summary>
    public bool Accept(ValueToken kind)
    {
        var (found, end) = Next();
        At = found == kind ? end : At;
        return found == kind;
    }

    /// <summary>Goes into an interpolation, a list or a map.</summary>
    /// <exception cref="UserErrorException">That is too deep.</exception>
    public void Deeper()
    {
        if (++Depth > DeepestNesting)
        {
            throw Error($"interpolations are nested more than {DeepestNesting} deep");
        }
    }

    /// <summary>A character for a message.</summary>
    public string Mark(int where) => text.Substring(where, char.IsHighSurrogate(text[where]) && where + 1 < text.Length ? 2 : 1);

    /// <summary>The text from an index on, for a message.</summary>
    public string Cut(int from) => Shown.Text(text[from..]);

    public UserErrorException Error(string what) => new($"{source}: '{Shown.Text(text)}' is not an interpolation: {what}.");
}
