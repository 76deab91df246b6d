using System.Globalization;
using System.Text;
using DpoSt.Text.Tokenizers.Expressions;
using DpoSt.Text.Tokenizers.SentencePiece;

namespace DpoSt.Text.Tokenizers.Pipeline.Normalizers;

/// <summary>SentencePiece's character map as Hugging Face applies it: to what a reader takes for one character where that is short, of
/// whose beginnings the shortest known decides, and else to character by character.</summary>
internal sealed class Precompiled(CharacterMap map) : INormalizer
{
    // In bytes of UTF-8.
    private const int LongestCluster = 5;

    public Stretch Normalize(Stretch stretch, bool continues)
    {
        var text = stretch.Span;
        if (map.Keeps(text))
        {
            return stretch;
        }

        var (result, places) = (new StringBuilder(text.Length), new StartTracker(stretch.AtStart));
        for (var at = 0; at < text.Length;)
        {
            var cluster = text.Slice(at, StringInfo.GetNextTextElementLength(text[at..]));
            if (Encoding.UTF8.GetByteCount(cluster) <= LongestCluster && map.ByShortest(cluster) is { } whole)
            {
                places.Replaces(cluster, whole);
                result.Append(whole);
            }
            else
            {
                for (var i = 0; i < cluster.Length;)
                {
                    var character = cluster.Slice(i, Characters.At(cluster, i).Units);
                    var replacement = map.ByShortest(character) ?? character.ToString();
                    places.Replaces(character, replacement);
                    result.Append(replacement);
                    i += character.Length;
                }
            }

            at += cluster.Length;
        }

        return new(result.ToString().AsMemory(), places.AtStart);
    }

    /// <summary>Which of the new characters stand for the first one of the whole text. What goes without a replacement belongs to the
    /// character before it; where there is none, the next character takes its place.</summary>
    private struct StartTracker(int before)
    {
        private int read;
        private bool isPast;

        public int AtStart { get; private set; }

        public void Replaces(ReadOnlySpan<char> old, ReadOnlySpan<char> by)
        {
            if (isPast)
            {
                return;
            }

            var left = old.EnumerateRunes();
            foreach (var rune in by.EnumerateRunes())
            {
                var isNew = !left.MoveNext();
                isPast |= (isNew ? Math.Max(0, read - 1) : read) >= before;
                read += isNew ? 0 : left.Current.Utf16SequenceLength;
                AtStart += isPast ? 0 : rune.Utf16SequenceLength;
            }

            while (read > 0 && left.MoveNext())
            {
                read += left.Current.Utf16SequenceLength;
            }
        }
    }
}
