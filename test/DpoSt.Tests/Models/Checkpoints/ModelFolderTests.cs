using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Models.T5;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Tensors;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Checkpoints;

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
        Assert.Equal(
            ["config.json", "model.safetensors", "spiece.model"],
            Directory.EnumerateFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var loaded = ModelFolder.Load(target, CPU);
        Assert.All(
            model.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));

        using var file = SafeTensorsFile.Open(Path.Combine(target, "model.safetensors"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Contains("decoder.block.2.layer.1.EncDecAttention.k.weight", file.Entries.Keys);
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void A_model_that_is_only_read_scores_and_decodes_as_the_trainable_one(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 3);
        using var read = ModelFolder.LoadToRead(Saved(model), CPU);
        var batch = TinyModels.Batch(4, 5);
        KernelCheck.Close(model.TokenLogProbs(batch, null), read.TokenLogProbs(batch, null), 1e-5, "log-probabilities");
        KernelCheck.Close(Step(model), Step(read), 1e-5, "logits");
        Assert.Throws<InvalidOperationException>(() => read.Parameters);
    }

    [Theory, MemberData(nameof(TinyModels.Kinds), MemberType = typeof(TinyModels))]
    public void Products_in_bf16_come_near_those_in_fp32(string kind)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.New(kind, 3);
        using var rough = ModelFolder.LoadToRead(Saved(model), CPU, ScalarType.BFloat16);
        var exact = Step(model);
        var distance = (Step(rough) - exact).norm().item<float>() / exact.norm().item<float>();
        Assert.InRange(distance, 1e-4, 0.1);                     // a bf16 number has eight bits: a few roundings after one another
        var batch = TinyModels.Batch(4, 5);
        KernelCheck.Close(model.TokenLogProbs(batch, null), rough.TokenLogProbs(batch, null), 0.5, "log-probabilities");
    }

    [Theory]
    [InlineData("thesis.txt")]
    [InlineData("drafts/config.json")]
    public void A_folder_that_holds_other_things_is_never_replaced(string name)
    {
        using var model = TinyModels.New(TinyModels.T5, 1);
        var target = Directory.CreateDirectory(folder.File("mine")).FullName;
        var file = Path.Combine(target, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "years of work");
        var error = Assert.Throws<UserErrorException>(() => ModelFolder.Save(model, Origin(), target));
        Assert.Contains(name.Split('/')[0], error.Message, StringComparison.Ordinal);
        Assert.Equal("years of work", File.ReadAllText(file));
    }

    private static Tensor Step(ILanguageModel of)
    {
        using var decoder = of.NewDecoder(1, 16, 4);
        decoder.Start(0, decoder.AddPrompts([[5, 6, 7]])[0]);
        return decoder.Step([0], [2], [9, 10]).DetachFromDisposeScope();
    }

    private string Saved(ILanguageModel model)
    {
        var config = model is T5Model t5
            ? (JsonObject)JsonSerializer.SerializeToNode(t5.Config, ModelJson.Options)!
            : TinyModels.ConfigOf(((DecoderModel)model).Traits);
        folder.File("config.json", config.ToJsonString());
        ModelFolder.Save(model, folder.Root, folder.File("saved"));
        return folder.File("saved");
    }

    [Fact]
    public void Above_a_size_weights_are_written_in_shards_with_an_index()
    {
        using var model = TinyModels.New(TinyModels.T5, 1);
        var target = Directory.CreateDirectory(folder.File("shards")).FullName;
        HubCheckpointWriter.Write(model.Parameters, target, maxShardBytes: 20_000);
        var files = Directory.EnumerateFiles(target, "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        Assert.True(files.Length > 2);
        Assert.Equal($"model-00001-of-{files.Length:00000}.safetensors", Path.GetFileName(files[0]));
        Assert.All(files, file => Assert.True(new FileInfo(file).Length < 22_000));
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(target, "model.safetensors.index.json")));
        Assert.Equal(4 * model.Parameters.Count, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        using var loaded = TinyModels.New(TinyModels.T5, 2);
        using var checkpoint = HubCheckpoint.Open(target, T5Weights.Naming);
        checkpoint.LoadInto(loaded.Parameters);
        Assert.All(
            model.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Theory]
    [InlineData("model-q4.gguf", "", "holds model-q4.gguf, which llama.cpp reads")]
    [InlineData("adapter_config.json", "{}", "is an adapter: set trainer.lora to train it further")]
    [InlineData("pytorch_model.bin", "", "holds pytorch_model.bin, a pickle")]
    [InlineData("consolidated.00.pth", "", "holds consolidated.00.pth, a pickle")]
    [InlineData("model-00001-of-00002.safetensors", "",
        "holds shards such as model-00001-of-00002.safetensors, but no model.safetensors.index.json")]
    [InlineData("weights.safetensors", "", "holds weights.safetensors, but a checkpoint's weights are in model.safetensors")]
    [InlineData("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0", "is a Git LFS pointer")]
    [InlineData("model.safetensors", "link", "it is a link to nowhere, which was moved or removed")]
    [InlineData("config.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0", "is a Git LFS pointer")]
    [InlineData("config.json", "link", "it is a link to nowhere, which was moved or removed")]
    [InlineData("config.json", """{"model_type": "llama", "quantization_config": {"quant_method": "gptq"}}""", "quantised (gptq)")]
    [InlineData("config.json", """{"model_type": "llama", "hidden_size": 8}""", "num_attention_heads is missing")]
    [InlineData("config.json", """{"model_type": "mamba"}""", "model_type is \"mamba\"; expected one of t5, mt5, llama")]
    [InlineData("config.json", "", "is not valid JSON")]
    public void A_folder_that_is_no_model_is_told_by_what_it_holds(string name, string content, string expected)
    {
        var place = Directory.CreateDirectory(folder.File("other")).FullName;
        File.Copy(Path.Combine(Origin(), "config.json"), Path.Combine(place, "config.json"));
        File.Delete(Path.Combine(place, name));
        if (content == "link")
        {
            File.CreateSymbolicLink(Path.Combine(place, name), "nowhere");
        }
        else
        {
            File.WriteAllText(Path.Combine(place, name), content);
        }

        var error = Assert.Throws<UserErrorException>(() => ModelFolder.Load(place, CPU));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_byte_order_mark_is_no_fault()
    {
        using var model = TinyModels.New("llama", 1);
        var saved = Saved(model);
        var config = Path.Combine(saved, "config.json");
        File.WriteAllBytes(config, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(config)]);
        using var loaded = ModelFolder.Load(saved, CPU);
        Assert.Equal(model.VocabularySize, loaded.VocabularySize);
    }

    [Theory]
    [InlineData("llama", "model.")]
    [InlineData("t5", "shared.weight")]
    public void Weights_under_their_other_usual_names_are_found(string kind, string prefix)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New(kind, 1);
        var saved = Saved(model);
        var path = Path.Combine(saved, "model.safetensors");
        using (var file = SafeTensorsFile.Open(path))
        {
            var renamed = file.Entries.Keys.Select(name => new PendingTensor(
                kind == "t5" && name == prefix ? "decoder.embed_tokens.weight" : name.StartsWith(
                    prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name,
                ScalarType.Float32, file.Entries[name].Shape, () => file.View(name))).ToList();
            using var stream = File.Create(path + ".new");
            SafeTensorsWriter.Write(stream, renamed, new Dictionary<string, string>());
        }

        File.Move(path + ".new", path, overwrite: true);
        using var loaded = ModelFolder.Load(saved, CPU);
        Assert.All(
            model.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
    }

    [Fact]
    public void A_head_that_the_weights_hold_counts_although_the_configuration_ties_it()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.New("llama", 1);
        var saved = Saved(model);
        var path = Path.Combine(saved, "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(
            "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true", StringComparison.Ordinal));
        using var loaded = ModelFolder.Load(saved, CPU);
        var batch = TinyModels.Batch(1, 2);
        KernelCheck.Same(model.TokenLogProbs(batch, null), loaded.TokenLogProbs(batch, null));
    }

    [Theory]
    [InlineData("torch_dtype")]
    [InlineData("dtype")]
    public void The_configuration_names_the_type_that_is_written(string key)
    {
        var origin = Origin();
        var path = Path.Combine(origin, "config.json");
        var config = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = "bfloat16";
        File.WriteAllText(path, config.ToJsonString());
        using var model = TinyModels.New(TinyModels.T5, 1);
        ModelFolder.Save(model, origin, folder.File("saved"));
        var saved = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.File("saved"), "config.json")))!;
        Assert.Equal("float32", saved[key]!.GetValue<string>());
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
        Assert.All(
            second.Parameters.Buffers.Zip(loaded.Parameters.Buffers), pair => KernelCheck.Same(pair.First.Values, pair.Second.Values));
        Assert.True(File.Exists(Path.Combine(origin, "spiece.model")));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Root));
    }

    [Theory]
    [InlineData("{\"model_type\": \"bert\"}", "\"bert\"")]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("", "not valid JSON")]
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
