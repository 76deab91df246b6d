namespace DpoSt.Text;

/// <summary>How an annotation looks in a rationale, and so where the calculator fires and what it writes: T5 <c>[ 15 + 7 = 22]</c> (its
/// vocabulary has no angle brackets), Llama <c>&lt;&lt;15+7=22&gt;&gt;</c> (GSM8K's own spelling).</summary>
internal sealed class CalculatorFormat
{
    private CalculatorFormat(string opener, string resultPrefix, string closer) =>
        (Opener, ResultPrefix, Closer) = (opener, resultPrefix, closer);

    /// <summary><c>[ 15 + 7 = 22]</c>.</summary>
    public static CalculatorFormat T5 { get; } = new("[", " ", "]");

    /// <summary><c>&lt;&lt;15+7=22&gt;&gt;</c>.</summary>
    public static CalculatorFormat Llama { get; } = new("<<", "", ">>");

    /// <summary>What begins an annotation: one character, or one character repeated.</summary>
    public string Opener { get; }

    /// <summary>What ends an annotation; forced after the result.</summary>
    public string Closer { get; }

    /// <summary>What stands between the equals sign and the result.</summary>
    public string ResultPrefix { get; }

    /// <summary>The text to force for a result, before <see cref="Closer"/>: <c>" 22"</c> for T5, <c>"22"</c> for Llama.</summary>
    public string ResultText(string result) => ResultPrefix + result;

    /// <summary>A follower for one new row.</summary>
    public CalculatorFollower Follow() => new(this);
}
