using System.Text.Json;
using DpoSt.Models;
using DpoSt.Tensors;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void What_is_saved_loads_with_the_same_bits_beside_the_files_transformers_needs()
    {
        var origin = Origin();
        using var model = TinyModels.New(TinyModels.T5, 1);
        var target = folder.File("saved");
        ModelFolder.Save(model, origin, target);
        Assert.Equal(["config.json", "model.safetensors", "spiece.model"], Directory.EnumerateFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var loaded = ModelFolder.Load(target, CPU);
        Assert.All(model.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));

        using var file = SafeTensorsFile.Open(Path.Combine(target, "model.safetensors"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Contains("decoder.block.2.layer.1.EncDecAttention.k.weight", file.Entries.Keys);
    }

    [Fact]
    public void Saving_again_replaces_the_folder_even_where_it_is_the_origin()
    {
        var origin = Origin();
        using var first = TinyModels.New(TinyModels.T5, 1);
        using var second = TinyModels.New(TinyModels.T5, 2);
        ModelFolder.Save(first, origin, origin);
        ModelFolder.Save(second, origin, origin);
        using var loaded = ModelFolder.Load(origin, CPU);
        Assert.All(second.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
        Assert.True(File.Exists(Path.Combine(origin, "spiece.model")));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData("{\"model_type\": \"bert\"}", "'bert'")]
    [InlineData("[]", "model_type")]
    [InlineData("{", "no valid JSON")]
    [InlineData("", "no valid JSON")]
    public void A_configuration_that_cannot_be_used_is_a_sentence(string config, string part)
    {
        folder.File("config.json", config);
        Assert.Contains(part, Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_configuration_is_a_sentence() => Assert.Contains("config.json", Error(), StringComparison.Ordinal);

    public void Dispose() => folder.Dispose();

    private string Error() => Assert.Throws<UserErrorException>(() => ModelFolder.Load(folder.Root, CPU)).Message;

    private string Origin()
    {
        var origin = Directory.CreateDirectory(folder.File("origin")).FullName;
        var config = JsonSerializer.SerializeToNode(TinyModels.T5, ModelJson.Options)!;
        config["model_type"] = "t5";
        File.WriteAllText(Path.Combine(origin, "config.json"), config.ToJsonString());
        File.WriteAllText(Path.Combine(origin, "spiece.model"), "a tokenizer");
        File.WriteAllText(Path.Combine(origin, "optimizer.pt"), "not part of a model");
        return origin;
    }
}
