using DpoSt.Models;
using DpoSt.Models.T5;
using DpoSt.Tests.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.T5;

/// <summary>T5 against the numbers of transformers 4.40.1 (the fixtures' READMEs say how they came about).</summary>
public sealed class T5ModelTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => ["t5-v10-relu-tied", "t5-v11-gated-gelu"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Logits_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var model = (T5Model)fixture.Model;
        var batch = fixture.Batch();
        var width = PaddedIds.Width(batch.Completions);
        var logits = model.Logits(model.Decode(batch, null)).view(batch.Completions.Count, width, -1);
        var golden = fixture.Golden.View("logits");
        for (var b = 0; b < batch.Completions.Count; b++)
        {
            var length = batch.Completions[b].Length;
            var gap = logits[b].narrow(0, 0, length).sub(golden[b].narrow(0, 0, length)).abs().max().ToSingle();
            Assert.True(gap < Tolerance, $"row {b} differs by {gap}");
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Encoder_states_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = fixture.Batch();
        var states = ((T5Model)fixture.Model).Encode(batch.Prompts, null).view(batch.Prompts.Count, PaddedIds.Width(batch.Prompts), -1);
        var golden = fixture.Golden.View("encoder_last_hidden_state");
        for (var b = 0; b < batch.Prompts.Count; b++)
        {
            var length = batch.Prompts[b].Length;
            Assert.True(states[b].narrow(0, 0, length).sub(golden[b].narrow(0, 0, length)).abs().max().ToSingle() < Tolerance);
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Every_layer_s_states_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var model = (T5Model)fixture.Model;
        var batch = fixture.Batch();
        var layers = new List<Tensor>();
        model.Encode(batch.Prompts, null, x => layers.Add(x.clone().DetachFromDisposeScope()));
        Close("encoder", batch.Prompts);
        layers.Clear();
        var states = model.Decode(batch, null, x => layers.Add(x.clone().DetachFromDisposeScope()));
        Close("decoder", batch.Completions);
        Equal(fixture.Golden.View("decoder_last_hidden_state"), states, batch.Completions, "the decoder's output");

        // Number 0 of the original's are the embeddings, the last ones come behind the final norm and are compared above.
        void Close(string stack, IReadOnlyList<int[]> rows) =>
            Assert.All(
                layers.SkipLast(1).Index(),
                layer => Equal(
                    fixture.Golden.View($"{stack}_hidden_states.{layer.Index + 1}"), layer.Item, rows, $"{stack} layer {layer.Index}"));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Logits_of_a_long_row_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var model = (T5Model)fixture.Model;
        var golden = fixture.Golden.View("long_logits_last8");
        var batch = TokenBatch.Of(
            [(ModelFixture.Rows(fixture.Inputs, "long_input_ids")[0], ModelFixture.Rows(fixture.Inputs, "long_labels")[0], 0)]);
        var logits = model.Logits(model.Decode(batch, null));
        KernelCheck.Close(golden.view(8, -1), logits.narrow(0, logits.size(0) - 8, 8), Tolerance, "logits");
    }

    private static void Equal(Tensor golden, Tensor ours, IReadOnlyList<int[]> rows, string what)
    {
        var padded = ours.view(rows.Count, PaddedIds.Width(rows), -1);
        for (var b = 0; b < rows.Count; b++)
        {
            // The stream before a norm grows to hundreds: its error is relative to its largest magnitude.
            KernelCheck.Close(
                golden[b].narrow(0, 0, rows[b].Length), padded[b].narrow(0, 0, rows[b].Length), Tolerance, $"{what} of row {b}");
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Position_buckets_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        var json = fixture.Json("relative_position_buckets.json");
        var positions = json.GetProperty("relative_position").EnumerateArray().Select(p => p.GetInt32()).ToArray();
        foreach (var key in (string[])["bidirectional", "causal"])
        {
            var expected = json.GetProperty(key).EnumerateArray().Select(p => p.GetInt32());
            Assert.Equal(expected, positions.Select(p => RelativePosition.Bucket(p, key == "bidirectional", 32, 128)));
        }
    }
}
