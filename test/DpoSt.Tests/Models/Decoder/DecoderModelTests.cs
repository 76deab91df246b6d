using System.Text.Json;
using DpoSt.Models;
using DpoSt.Models.Decoder;
using DpoSt.Models.Families;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Decoder;

/// <summary>Llama against the numbers of transformers (the fixtures' READMEs say how they came about).</summary>
public sealed class DecoderModelTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => ["llama-mha", "llama-gqa"];

    [Theory, MemberData(nameof(Fixtures))]
    public void Logits_and_hidden_states_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var model = (DecoderModel)fixture.Model;
        var rows = Whole(fixture);
        var layers = new List<Tensor> { model.Embed(rows.Ids) };
        var states = model.States(rows, null, null, x => layers.Add(x.clone().DetachFromDisposeScope()));
        Close(fixture.Golden.View("logits_right_padded"), model.Logits(states), rows, "logits");

        // The last of the original's hidden states is the one behind the final norm.
        layers[^1] = states;
        for (var i = 0; i < layers.Count; i++)
        {
            Close(fixture.Golden.View($"hidden_states_right_padded.{i}"), layers[i], rows, $"hidden state {i}");
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Rotary_angles_equal_the_originals(string name)
    {
        using var fixture = new ModelFixture(name);
        using var scope = NewDisposeScope();
        var traits = ((DecoderModel)fixture.Model).Traits;
        var rope = traits.Layers[0].Rope!;
        KernelCheck.Close(fixture.Golden.View("rope_inv_freq"), tensor(rope.Frequencies), 1e-6, "frequencies");
        var turn = rope.At([.. Enumerable.Range(0, 64)], new int[64]);
        var size = traits.HeadSize;
        var one = cat([ones(64, size / 2), zeros(64, size / 2)], 1);
        KernelCheck.Close(
            cat([fixture.Golden.View("rope_cos_64").narrow(1, 0, size / 2), fixture.Golden.View("rope_sin_64").narrow(1, 0, size / 2)], 1),
            turn.Apply(one, 1, size), 1e-5, "turned unit");
    }

    [Fact]
    public void Llama3_scaling_equals_the_original()
    {
        using var plain = new ModelFixture("llama-gqa");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var golden = SafeTensorsFile.Open(SharedFolder.Path("fixtures", "llama-gqa-llama3-rope", "tensors.safetensors"));
        var path = SharedFolder.Path("fixtures", "llama-gqa-llama3-rope", "config.json");
        var traits = LlamaFamily.Read(new ConfigFields(JsonDocument.Parse(File.ReadAllText(path)).RootElement, path));
        KernelCheck.Close(golden.View("rope_inv_freq"), tensor(traits.Layers[0].Rope!.Frequencies), 1e-6, "frequencies");
        using var model = new DecoderModel(traits, plain.Model.Parameters);
        var rows = Whole(plain);
        Close(golden.View("logits_right_padded"), model.Logits(model.States(rows, null)), rows, "logits");

        var large = RopeScaling.Llama3(RopeScaling.Plain(128, 500_000), 8, 1, 4, 8192);
        var expected = golden.View("llama31_8b_inv_freq");
        using var gap = tensor(large).sub(expected).div(expected).abs().max();
        Assert.True(gap.item<float>() < 1e-5, $"frequencies of Llama 3.1 differ by {gap.item<float>()} of themselves");
    }

    /// <summary>The fixture's rows as prompts without completions: every token is fed.</summary>
    private static PackedRows Whole(ModelFixture fixture)
    {
        var batch = fixture.Batch();
        return PackedRows.Of(
            new TokenBatch([.. batch.Prompts.Zip(batch.Completions).Select(r => (int[])[.. r.First, .. r.Second])], [], [], []), null, CPU,
                [null]);
    }

    private static void Close(Tensor golden, Tensor ours, PackedRows rows, string what)
    {
        using var scope = NewDisposeScope();
        var parts = ours.split(rows.GroupLengths, 0);
        for (var b = 0; b < parts.Length; b++)
        {
            var gap = parts[b].sub(golden[b].narrow(0, 0, parts[b].size(0))).abs().max().item<float>();
            Assert.True(gap < Tolerance, $"{what} of row {b} differ by {gap}");
        }
    }
}
