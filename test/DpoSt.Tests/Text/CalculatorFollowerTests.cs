using System.Text.Json;
using CsCheck;
using DpoSt.Text;

namespace DpoSt.Tests.Text;

public sealed class CalculatorFollowerTests
{
    [Theory]
    [InlineData("[ 48 / 2 =", "24")]
    [InlineData("There are [ 48 / 2 = 24] 24 clips. In total [ 48 + 24 =", "72")]
    [InlineData("[ 5 - 8 =", "-3")]
    [InlineData("[48/2=", "24")]
    [InlineData("[ 20% * 50 =", "10")]
    [InlineData("[ 2 + [ 3 * 4 =", "12")]
    [InlineData("[ 3 =", "3")]
    [InlineData("x = 5", null)]
    [InlineData("2 + 3 =", null)]
    [InlineData("[ 48 / 2 = ", null)]
    [InlineData("[ 48 / 2 = 2", null)]
    [InlineData("[ 48 / 2 = 24] =", null)]
    [InlineData("[ 48 / 2 ] =", null)]
    [InlineData("[ 3 = 3 * 2 =", null)]
    [InlineData("[ 5 = =", null)]
    [InlineData("[ =", null)]
    [InlineData("[ 1 / 0 =", null)]
    [InlineData("[ 1 +\n2 =", null)]
    [InlineData("<<48/2=", null)]
    public void Fires_in_T5_form(string row, string? expected) => AssertFires(CalculatorFormat.T5, row, expected);

    [Theory]
    [InlineData("<<48/2=", "24")]
    [InlineData("There are <<48/2=24>>24 clips and <<48+24=", "72")]
    [InlineData("<<5-8=", "-3")]
    [InlineData("<<<2+3=", "5")]
    [InlineData("<<2+<<3*4=", "12")]
    [InlineData("<<3*4=12>><<5+5=", "10")]
    [InlineData("<2+3=", null)]
    [InlineData("< <2+3=", null)]
    [InlineData("<<2>1=", null)]
    [InlineData("<<2<3=", null)]
    [InlineData("<<48/2=24", null)]
    [InlineData("<<2+3=5=", null)]
    [InlineData("[ 48 / 2 =", null)]
    public void Fires_in_Llama_form(string row, string? expected) => AssertFires(CalculatorFormat.Llama, row, expected);

    [Fact]
    public void Exposes_what_is_forced()
    {
        Assert.Equal(" 22]", CalculatorFormat.T5.ResultText("22") + CalculatorFormat.T5.Closer);
        Assert.Equal("22>>", CalculatorFormat.Llama.ResultText("22") + CalculatorFormat.Llama.Closer);
    }

    [Fact]
    public void Fires_only_at_the_end_of_what_was_appended()
    {
        var follower = CalculatorFormat.T5.Follow();
        Assert.Null(follower.Append("so [ 1 + 1 = 2"));
        Assert.Null(follower.Append("] and [ 2"));
        Assert.Equal("4", follower.Append(" + 2 ="));
        Assert.Null(follower.Append(""));
        Assert.Null(follower.Append(" 4"));
        Assert.Null(follower.Append("]"));
        Assert.Null(follower.Append(" ="));
    }

    [Fact]
    public void Drops_an_annotation_too_long_for_the_calculator()
    {
        var follower = CalculatorFormat.T5.Follow();
        Assert.Null(follower.Append("[" + new string(' ', Calculator.MaxLength) + "1="));
        Assert.Equal("1", follower.Append("[" + new string(' ', Calculator.MaxLength - 1) + "1="));
    }

    [Fact]
    public void Never_throws_and_never_depends_on_where_the_pieces_end() =>
        Gen.Select(Gen.Char["[]<>=123+-*/ \n"].Array[0, 80], Gen.Int[1, 7]).Sample((characters, size) =>
        {
            foreach (var format in new[] { CalculatorFormat.T5, CalculatorFormat.Llama })
            {
                var (single, pieces) = (format.Follow(), format.Follow());
                foreach (var piece in characters.Chunk(size))
                {
                    string? last = null;
                    foreach (var c in piece)
                    {
                        last = single.Append([c]);
                    }

                    Assert.Equal(last, pieces.Append(piece));
                }
            }
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_annotation_of_the_training_data_fires_once(bool t5)
    {
        var format = t5 ? PromptFormat.T5 : PromptFormat.Llama;
        var random = new Random(7);
        var (whole, halting, fired) = (0, 0, 0);
        foreach (var answer in GsmRows.Answers())
        {
            var text = format.Target(answer);
            var openers = CountOf(text, format.Calculator.Opener);
            var follower = format.Calculator.Follow();
            var results = text.Count(c => follower.Append([c]) is not null);
            whole += openers;
            fired += results;

            // In random pieces an annotation fires exactly where a piece ends at its "=".
            var (pieces, single) = (format.Calculator.Follow(), format.Calculator.Follow());
            for (var start = 0; start < text.Length;)
            {
                var piece = text.AsSpan(start, Math.Min(random.Next(1, 6), text.Length - start));
                string? expected = null;
                foreach (var c in piece)
                {
                    expected = single.Append([c]);
                }

                halting += expected is null ? 0 : 1;
                Assert.Equal(expected, pieces.Append(piece));
                start += piece.Length;
            }
        }

        // Two annotations use "//". T5 form leaves out those which only repeat a number ("<<5=5>>"), and one row has a bracket of its own.
        Assert.Equal(t5 ? 20_979 : 21_284, fired);
        Assert.Equal(fired + (t5 ? 3 : 2), whole);
        Assert.InRange(halting, fired / 5, fired / 2);
    }

    [Theory]
    [InlineData("t5_cases.json", 3, 7, 7, 3)]
    [InlineData("llama_cases.json", 11, 4, 11, 3)]
    public void Differs_from_the_reference_only_in_four_kinds_of_ways(string file, int goesOn, int theirsOnly, int oursOnly, int spelling)
    {
        var format = file.StartsWith("t5", StringComparison.Ordinal) ? CalculatorFormat.T5 : CalculatorFormat.Llama;
        var kinds = GsmRows.Fixture("calculator", file).GetProperty("cases").EnumerateArray()
            .Where(item => item.GetProperty("text").ValueKind != JsonValueKind.Null)
            .Select(item => (
                Text: item.GetProperty("text").GetString()!,
                Theirs: string.Concat(item.GetProperty("forced_chain_tokens").EnumerateArray()).Replace('▁', ' ')))
            .Select(item => (item.Text, item.Theirs, Ours: Forced(format, item.Text)))
            .Where(item => item.Ours != item.Theirs)
            .CountBy(
                item => item.Ours.Length > 0 && item.Theirs.Length > 0 ? "spelling: 29.0 is 29, -0.0 is 0"
                    : item.Ours.Length > 0 ? "ours only: negative results, percent, commas, [48/2= without blanks, anywhere in the row"
                    : item.Text.EndsWith('=') ? "theirs only: code, modulo, powers, a second equals sign"
                    : "theirs only: the row has gone on after its equals sign",
                StringComparer.Ordinal)
            .OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => kind.Value);

        Assert.Equal([oursOnly, spelling, theirsOnly, goesOn], kinds);
    }

    [Fact]
    public void Fires_where_the_reference_does_along_gold_answers()
    {
        var pieceOf = SharedTokenizers.T5().Vocabulary.DistinctBy(entry => entry.Value)
            .ToDictionary(entry => entry.Value, entry => entry.Key.Replace('▁', ' '));
        var (agreeing, oursOnly) = (0, new List<string>());
        foreach (var row in GsmRows.Fixture("calculator", "t5_along_gsm8k_answers.json").GetProperty("rows").EnumerateArray())
        {
            // The fixture lists every forced token; the first of each run is where the calculator fired.
            var pieces = row.GetProperty("answer_ids").EnumerateArray().Select(id => pieceOf[id.GetInt32()]).ToArray();
            var forced = row.GetProperty("forced_at").EnumerateArray().Select(pair => pair[0].GetInt32()).ToHashSet();
            var theirs = forced.Where(position => !forced.Contains(position - 1)).ToHashSet();
            var follower = CalculatorFormat.T5.Follow();
            for (var position = 1; position <= pieces.Length; position++)
            {
                var fired = follower.Append(pieces[position - 1]) is not null;
                Assert.True(fired || !theirs.Contains(position), string.Concat(pieces[..position]));
                agreeing += fired && theirs.Contains(position) ? 1 : 0;
                if (fired && !theirs.Contains(position))
                {
                    oursOnly.Add(string.Concat(pieces.Take(position).TakeLast(4)));
                }
            }
        }

        // The paper's code fires only on the pieces " [" and " =".
        Assert.Equal(340, agreeing);
        Assert.Equal([" + -10=", " / 4=", " 4 * 3 ="], oursOnly);
    }

    private static string Forced(CalculatorFormat format, string row) =>
        format.Follow().Append(row) is { } result ? format.ResultText(result) + format.Closer : "";

    private static int CountOf(string text, string part) =>
        (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    private static void AssertFires(CalculatorFormat format, string row, string? expected)
    {
        Assert.Equal(expected, format.Follow().Append(row));
        var follower = format.Follow();
        string? last = null;
        foreach (var c in row)
        {
            last = follower.Append([c]);
        }

        Assert.Equal(expected, last);
    }
}
