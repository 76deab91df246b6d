using TorchSharp;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Families;

/// <summary>One field of a config.json changed: the loss that transformers then computes, or a refusal that names the field.</summary>
public sealed class ConfigFieldsTests : IDisposable
{
    // What dpost does not do though transformers does: fields that nobody knows, weights left out, texts whose frequencies change on the
    // way, a decoder that looks ahead, dropout of a decoder's stream.
    private static readonly (string Family, string Field)[] Undone =
    [
        ("llama-like-smollm2", "some_new_field"), ("llama-like-smollm2", "num_hidden_layers"), ("llama-like-smollm2", "rope_parameters"),
        ("t5-v11-saved-by-5", "num_decoder_layers"), ("gemma3", "use_bidirectional_attention"), ("phi3-partial", "resid_pdrop"),
    ];

    private readonly TemporaryFolder temporary = new();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, 79)];

    [Theory, MemberData(nameof(Cases))]
    public void It_changes_the_loss_as_in_the_original_or_is_refused_by_name(int index)
    {
        var cases = JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "families", "fields.json")))!["cases"]!.AsArray();
        Assert.Equal(79, cases.Count);
        var (family, change) = ((string)cases[index]!["family"]!, cases[index]!["change"]!.AsObject());
        var expected = (double?)cases[index]!["loss"];
        try
        {
            var loss = Loss(family, change);
            Assert.True(expected is not null, $"{family} {change.ToJsonString()} has the loss {loss}, but the original refuses");
            Assert.Equal(expected.Value, loss, 1e-4);
        }
        catch (UserErrorException e)
        {
            Assert.Contains(change, field => e.Message.Contains(field.Key, StringComparison.Ordinal));
            if (expected is not null)
            {
                Assert.Contains(Undone, undone => undone.Family == family && change.ContainsKey(undone.Field));
            }
        }
    }

    public void Dispose() => temporary.Dispose();

    private double Loss(string family, JsonObject change)
    {
        var origin = SharedFolder.Path("fixtures", "families", family);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(origin, "config.json")))!.AsObject();
        foreach (var (key, value) in change)
        {
            config[key] = value?.DeepClone();
        }

        temporary.File("config.json", config.ToJsonString());
        File.CreateSymbolicLink(temporary.File("model.safetensors"), Path.Combine(origin, "model.safetensors"));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.Load(temporary.Root, CPU);
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(origin, "golden.json"))).RootElement;
        return model.TokenLogProbs(FamilyFixture.GoldenBatch(golden), null).mean().neg().ToDouble();
    }
}
