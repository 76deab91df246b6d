using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DpoSt.Text.Tokenizers.ByteLevel;

/// <summary>Cuts text into the stretches that merges may not cross. .NET's expressions see UTF-16 units, the peers' see characters: so a
/// character beyond U+FFFF is shown to the expression as one unit of the same Unicode class, and the places are mapped back.</summary>
internal sealed class WordSplitter(string pattern)
{
    /// <summary>Llama-3 (tiktoken's cl100k shape: digits by three).</summary>
    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen2: the same with single digits.</summary>
    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>GPT-2, which the ByteLevel pre-tokenizer applies where it is left to itself.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly Regex regex = new(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, TimeSpan.FromSeconds(10));

    /// <summary>Calls <paramref name="take"/> with every stretch in order, what the expression leaves out included.</summary>
    public void Split<TState>(ReadOnlySpan<char> text, TState state, Action<ReadOnlySpan<char>, TState> take)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            SplitShadow(text, state, take);
            return;
        }

        var end = 0;
        foreach (var match in regex.EnumerateMatches(text))
        {
            Emit(text[end..match.Index], state, take);
            Emit(text.Slice(match.Index, match.Length), state, take);
            end = match.Index + match.Length;
        }

        Emit(text[end..], state, take);
    }

    private void SplitShadow<TState>(ReadOnlySpan<char> text, TState state, Action<ReadOnlySpan<char>, TState> take)
    {
        var (shadow, places) = (new StringBuilder(text.Length), new List<int>(text.Length + 1));
        for (var i = 0; i < text.Length;)
        {
            places.Add(i);
            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            shadow.Append(rune.IsBmp ? text[i] : StandIn(rune));
            i += used;
        }

        places.Add(text.Length);
        var end = 0;
        foreach (var match in regex.EnumerateMatches(shadow.ToString()))
        {
            Emit(text[places[end]..places[match.Index]], state, take);
            end = match.Index + match.Length;
            Emit(text[places[match.Index]..places[end]], state, take);
        }

        Emit(text[places[end]..], state, take);
    }

    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.OtherLetter => '\u01BB',
        <= UnicodeCategory.EnclosingMark => '\u0300',
        <= UnicodeCategory.OtherNumber => '\u00B2',
        _ => '\uE000',
    };

    private static void Emit<TState>(ReadOnlySpan<char> word, TState state, Action<ReadOnlySpan<char>, TState> take)
    {
        if (!word.IsEmpty)
        {
            take(word, state);
        }
    }
}
