using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Decoder;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Decoder;

public sealed class PackedRowsTests
{
    [Fact]
    public void Rows_feed_and_score_what_trl_s_collator_does_without_its_padding()
    {
        var cases = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("peer-cases", "dpo.json"))).RootElement.GetProperty("collator");
        foreach (var one in cases.EnumerateArray())
        {
            var examples = one.GetProperty("examples").EnumerateArray().ToArray();
            foreach (var (half, key) in ((int, string)[])[(0, "chosen_ids"), (1, "rejected_ids")])
            {
                var batch = TokenBatch.Of([.. examples.Select((e, b) => (Ids(e, "prompt_ids"), Ids(e, key), (long)b))]);
                var rows = PackedRows.Of(batch, null, CPU, [null]);
                var at = 0;
                for (var b = 0; b < examples.Length; b++)
                {
                    var theirs = one.GetProperty("input_ids")[half * examples.Length + b].Deserialize<int[]>()!;
                    var length = Ids(examples[b], "prompt_ids").Length + Ids(examples[b], key).Length;
                    Assert.Equal(length - 1, rows.GroupLengths[b]);
                    Assert.Equal(theirs.Take(length - 1), rows.Ids.Skip(at).Take(length - 1));    // the last token is scored, never fed
                    at += length - 1;
                }

                if (one.TryGetProperty("completion_mask", out var mask))
                {
                    var counted = Enumerable.Range(0, examples.Length)
                        .Sum(b => mask[half * examples.Length + b].Deserialize<int[]>()!.Sum());
                    Assert.Equal(counted, rows.Scored.Length);
                }
            }
        }
    }

    [Fact]
    public void Completions_of_one_prompt_share_it_and_do_not_see_each_other()
    {
        var rows = PackedRows.Of(new TokenBatch([[5, 6]], [[7, 8, 9], [10, 11]], [0, 0], [0, 1]), null, CPU, [null]);
        Assert.Equal([5, 6, 7, 8, 10], rows.Ids);
        Assert.Equal([0, 1, 2, 3, 2], rows.Positions);
        Assert.Equal([1, 2, 3, 1, 4], rows.Scored);
        bool[][] sees =
        [
            [true, false, false, false, false],
            [true, true, false, false, false],
            [true, true, true, false, false],
            [true, true, true, true, false],
            [true, true, false, false, true],
        ];
        Assert.Equal(sees.SelectMany(row => row), rows.Masks.Single().data<float>().ToArray().Select(m => m == 0));
    }

    private static int[] Ids(JsonElement example, string key) => example.GetProperty(key).Deserialize<int[]>()!;
}
