using DpoSt.Models.Checkpoints;
using DpoSt.Models.T5;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Checkpoints;

public sealed class HubCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Shards_named_by_an_index_are_one_checkpoint()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 1);
        var tensors = Tensors(model).OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        Write("model-1.safetensors", tensors[..5]);
        Write("model-2.safetensors", tensors[5..]);
        Index(tensors.Select((t, i) => (t.Key, i < 5 ? "model-1.safetensors" : "model-2.safetensors")));
        using var other = TinyModels.New(TinyModels.T5, 2);
        using var checkpoint = HubCheckpoint.Open(folder.Root, T5Weights.Naming);
        checkpoint.LoadInto(other.Parameters);
        Assert.All(model.Parameters.Buffers.Zip(other.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Fact]
    public void Everything_that_does_not_fit_is_named_in_one_sentence_and_nothing_is_copied()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 1);
        var tensors = Tensors(model);
        tensors.Remove("lm_head.weight");
        tensors["encoder.final_layer_norm.weight"] = ones(3);
        tensors["decoder.final_layer_norm.weight"] = ones(TinyModels.T5.DModel, dtype: ScalarType.Int64);
        tensors["adapter.weight"] = ones(1);
        Write("model.safetensors", tensors);
        using var other = TinyModels.New(TinyModels.T5, 2);
        using var untouched = TinyModels.New(TinyModels.T5, 2);
        using var checkpoint = HubCheckpoint.Open(folder.Root, T5Weights.Naming);
        var error = Assert.Throws<UserErrorException>(() => checkpoint.LoadInto(other.Parameters));
        Assert.All(
            [
                "'lm_head.weight' is missing", "'encoder.final_layer_norm.weight' has shape [3] where config.json asks for [24]",
                "'decoder.final_layer_norm.weight' has dtype I64", "and 1 more"
            ],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.All(
            untouched.Parameters.Buffers.Zip(other.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Theory]
    [InlineData(ScalarType.Float16, 1e-3)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    [InlineData(ScalarType.Float64, 1e-12)]
    public void Narrow_and_wide_floats_are_converted(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(TinyModels.T5, 1);
        Write("model.safetensors", Tensors(model).Select(t => KeyValuePair.Create(t.Key, t.Value.to(dtype))));
        using var other = TinyModels.New(TinyModels.T5, 2);
        using var checkpoint = HubCheckpoint.Open(folder.Root, T5Weights.Naming);
        checkpoint.LoadInto(other.Parameters);
        Assert.All(
            model.Parameters.Buffers.Zip(other.Parameters.Buffers),
            pair => KernelCheck.Close(pair.First.Values, pair.Second.Values, tolerance, "values"));
    }

    [Fact]
    public void A_pickle_is_refused_with_what_to_do_instead()
    {
        folder.File("pytorch_model.bin", "anything");
        Assert.Contains("reads only safetensors", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_weights_is_a_sentence() =>
        Assert.Contains("holds no model.safetensors", Error(), StringComparison.Ordinal);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"weight_map": 3}""")]
    [InlineData("""{"weight_map": {"a": 3}}""")]
    [InlineData("""{"weight_map": {"a": null}}""")]
    [InlineData("""{"weight_map": {"a": "../elsewhere.safetensors"}}""")]
    [InlineData("""{"weight_map": {"a": "/etc/passwd"}}""")]
    [InlineData("""{"weight_map": {"a": "absent.safetensors"}}""")]
    [InlineData("""{"weight_map": {"a": "\ud800.safetensors"}}""")]
    [InlineData("""{"weight_map": {"a": ""}}""")]
    [InlineData("""{"weight_map": {}}""")]
    [InlineData("""{"weight_map": []}""")]
    [InlineData("""{"weight_map": null}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_broken_index_is_a_sentence(string index)
    {
        folder.File("model.safetensors.index.json", index);
        Assert.Contains("model.safetensors.index.json", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        using var scope = NewDisposeScope();
        foreach (var name in (string[])["1.safetensors", "2.safetensors"])
        {
            Write(name, [KeyValuePair.Create("a", ones(1))]);
        }

        Index([("a", "1.safetensors"), ("b", "2.safetensors")]);
        Assert.Contains("'a'", Error(), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static Dictionary<string, Tensor> Tensors(T5Model model)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (var spec in model.Parameters.Specs)
        {
            var row = 0L;
            foreach (var slice in spec.Slices)
            {
                tensors.Add(slice.Name, model.Parameters[spec.Name].detach().narrow(0, row, slice.Rows));
                row += slice.Rows;
            }
        }

        return tensors;
    }

    private string Error() =>
        Assert.Throws<UserErrorException>(() => HubCheckpoint.Open(folder.Root, T5Weights.Naming).Dispose()).Message;

    private void Write(string name, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var stream = File.Create(folder.File(name));
        SafeTensorsWriter.Write(stream, tensors);
    }

    private void Index(IEnumerable<(string Tensor, string File)> map) =>
        folder.File("model.safetensors.index.json",
            $"{{\"weight_map\": {{{string.Join(", ", map.Select(m => $"\"{m.Tensor}\": \"{m.File}\""))}}}}}");
}
