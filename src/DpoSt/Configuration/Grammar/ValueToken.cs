namespace DpoSt.Configuration.Grammar;

/// <summary>What a piece of a value is.</summary>
internal enum ValueToken
{
    End,
    Unknown,

    /// <summary>A sign that a value may hold without quotes.</summary>
    Sign,
    Name,
    Null,
    Truth,
    Whole,
    Real,

    /// <summary>Marks behind backslashes.</summary>
    Escape,
    Space,
    Comma,
    Colon,
    Equal,
    ListOpen,
    ListClose,
    MapOpen,
    MapClose,
    ArgumentsOpen,
    ArgumentsClose,

    /// <summary>The <c>${</c> of an interpolation.</summary>
    Interpolation,
    Quote,
}
