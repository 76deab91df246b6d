using System.Globalization;
using System.Text;

namespace DpoSt.Text.Tokenizers;

/// <summary>Unicode's normalisation forms (UAX #15), as of the Unicode that Hugging Face's tokenizers know. .NET's own
/// <c>string.Normalize</c> leaves text as it is under `InvariantGlobalization`; docs/adr/0004 says why this is here.</summary>
internal static class NormalForm
{
    // Hangul syllables (The Unicode Standard, 3.12): a leading consonant, a vowel and perhaps a trailing consonant.
    private const int Syllable = 0xAC00;
    private const int Leading = 0x1100;
    private const int Vowel = 0x1161;
    private const int BeforeTrailing = 0x11A7;
    private const int Leadings = 19;
    private const int Vowels = 21;
    private const int Trailings = 28;
    private const int Syllables = Leadings * Vowels * Trailings;
    private static readonly Dictionary<int, int[]> Parts = [];
    private static readonly Dictionary<int, int[]> CompatibleParts = [];
    private static readonly Dictionary<(int First, int Second), int> Composites = [];
    private static readonly Dictionary<int, byte> Classes = [];

    // Characters that text in form C may lack or hold only in some places; text without them is in form C.
    private static readonly HashSet<int> Suspects = [];

    static NormalForm()
    {
        using var reader = new StreamReader(typeof(NormalForm).Assembly.GetManifestResourceStream("unicode-decompositions.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                Read(line);
            }
        }

        Suspects.UnionWith(Enumerable.Range(Vowel, Vowels).Concat(Enumerable.Range(BeforeTrailing + 1, Trailings - 1)));
    }

    /// <summary>Form C: characters and their marks as one character where there is one.</summary>
    public static string Composed(ReadOnlySpan<char> text) =>
        IsComposed(text) ? text.ToString() : Of(text, isCompatible: false, composes: true);

    /// <summary>Form D, C, KD or KC.</summary>
    /// <param name="isCompatible">Whether characters give way to those that they are compatible with (K).</param>
    /// <param name="composes">Whether characters and marks are joined afterwards (C).</param>
    public static string Of(ReadOnlySpan<char> text, bool isCompatible, bool composes)
    {
        // Below U+00A0 nothing changes in any form.
        if (text.IndexOfAnyExceptInRange('\0', '\u009F') < 0)
        {
            return text.ToString();
        }

        var characters = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, isCompatible, characters);
        }

        Sort(characters);
        if (composes)
        {
            Compose(characters);
        }

        var result = new StringBuilder(text.Length);
        foreach (var character in characters)
        {
            result.Append(new Rune(character));
        }

        return result.ToString();
    }

    private static bool IsComposed(ReadOnlySpan<char> text)
    {
        // Below U+0300 nothing combines.
        if (text.IndexOfAnyExceptInRange('\0', '\u02FF') < 0)
        {
            return true;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value >= 0x300 && Suspects.Contains(rune.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static void Decompose(int character, bool isCompatible, List<int> into)
    {
        if (character - Syllable is >= 0 and < Syllables and var index)
        {
            into.Add(Leading + (index / (Vowels * Trailings)));
            into.Add(Vowel + (index / Trailings % Vowels));
            if (index % Trailings != 0)
            {
                into.Add(BeforeTrailing + (index % Trailings));
            }
        }
        else if (Parts.TryGetValue(character, out var parts) || (isCompatible && CompatibleParts.TryGetValue(character, out parts)))
        {
            foreach (var part in parts)
            {
                Decompose(part, isCompatible, into);
            }
        }
        else
        {
            into.Add(character);
        }
    }

    /// <summary>Puts the marks of each character in the order of their classes; marks of one class keep theirs.</summary>
    private static void Sort(List<int> characters)
    {
        for (var i = 1; i < characters.Count; i++)
        {
            var (character, at) = (characters[i], i);
            for (; at > 0 && Class(character) != 0 && Class(characters[at - 1]) > Class(character); at--)
            {
                characters[at] = characters[at - 1];
            }

            characters[at] = character;
        }
    }

    /// <summary>Joins each character with the marks behind it that no mark of an equal or higher class keeps away from it.</summary>
    private static void Compose(List<int> characters)
    {
        var (starter, count, last) = (-1, 0, 0);
        for (var i = 0; i < characters.Count; i++)
        {
            var character = characters[i];
            var own = Class(character);
            var isNext = starter == count - 1;
            if (starter >= 0 && (isNext || (last != 0 && last < own)) && Join(characters[starter], character) is { } joined)
            {
                characters[starter] = joined;
                continue;
            }

            if (own == 0)
            {
                starter = count;
            }

            last = own;
            characters[count++] = character;
        }

        characters.RemoveRange(count, characters.Count - count);
    }

    private static int? Join(int first, int second) =>
        first - Leading is >= 0 and < Leadings and var leading
            && second - Vowel is >= 0 and < Vowels and var vowel ? Syllable + (((leading * Vowels) + vowel) * Trailings)
        : first - Syllable is >= 0 and < Syllables and var index && index % Trailings == 0
        && second - BeforeTrailing is > 0 and < Trailings and var trailing
        ? first + trailing
        : Composites.TryGetValue((first, second), out var composite) ? composite
        : null;

    private static int Class(int character) => Classes.GetValueOrDefault(character);

    private static void Read(string line)
    {
        var sign = line.AsSpan().IndexOfAny("=>~:");
        if (line[sign] == ':')
        {
            var dash = line.IndexOf('-', StringComparison.Ordinal);
            for (var character = Hexadecimal(line.AsSpan(0, dash)); character <= Hexadecimal(
                line.AsSpan(dash + 1, sign - dash - 1)); character++)
            {
                Classes[character] = byte.Parse(line.AsSpan(sign + 1), CultureInfo.InvariantCulture);
                Suspects.Add(character);
            }

            return;
        }

        var (whole, parts) = (Hexadecimal(line.AsSpan(0, sign)), line[(sign + 1)..].Split(' ').Select(p => Hexadecimal(p)).ToArray());
        (line[sign] == '~' ? CompatibleParts : Parts)[whole] = parts;
        if (line[sign] == '=')
        {
            Composites[(parts[0], parts[1])] = whole;
            Suspects.Add(parts[1]);
        }
        else if (line[sign] == '>')
        {
            Suspects.Add(whole);
        }
    }

    private static int Hexadecimal(ReadOnlySpan<char> digits) =>
        int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
