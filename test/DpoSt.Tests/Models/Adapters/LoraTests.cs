using System.Text.Json;
using System.Text.Json.Nodes;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Models.Adapters;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Models.Families;
using DpoSt.Tests.Tensors;
using DpoSt.Tests.Training;
using DpoSt.Text.Tokenizers;
using DpoSt.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Adapters;

/// <summary>Adapters against the numbers of PEFT 0.21 (the fixtures' README says how they came about).</summary>
public sealed class LoraTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private readonly TemporaryFolder temporary = new();

    public static TheoryData<string> Fixtures => ["llama-all-linear", "qwen3-qv", "t5-qv"];

    public void Dispose() => temporary.Dispose();

    [Theory, MemberData(nameof(Fixtures))]
    public void Loss_and_every_gradient_equal_the_original_s(string name)
    {
        using var scope = NewDisposeScope();
        var (folder, golden, batch) = Fixture(name);
        foreach (var again in (bool[])[false, true])
        {
            using var model = ModelFolder.Load(folder, CPU, Compute(folder) with { RecomputesBlocks = again });
            Assert.Equal(golden.GetProperty("trainable").GetInt64(), model.Parameters.Count);
            model.Parameters.EnableGradients();
            var logProbs = model.TokenLogProbs(batch, null);
            EqualRows(golden.GetProperty("log_probs"), logProbs, batch);
            var loss = logProbs.mean().neg();
            Assert.Equal(golden.GetProperty("loss").GetDouble(), loss.ToDouble(), Tolerance);
            BackwardGuard.Backward(loss);
            using var tensors = SafeTensorsFile.Open(Path.Combine(folder, "tensors.safetensors"));
            var slices = model.Parameters.Specs.SelectMany(spec => spec.Slices.Select((slice, i) => (spec, slice, i))).ToList();
            Assert.Equal(tensors.Entries.Keys.Count(key => key.StartsWith("grad.", StringComparison.Ordinal)), slices.Count);
            Assert.All(slices, part =>
            {
                var first = part.spec.Slices.Take(part.i).Sum(s => s.Rows);
                var ours = model.Parameters[part.spec.Name].grad!.narrow(0, first, part.slice.Rows);
                var theirs = tensors.View($"grad.{part.slice.Name.Replace(".weight", ".default.weight", StringComparison.Ordinal)}");
                Assert.InRange(ours.sub(theirs).abs().max().ToSingle() / theirs.abs().max().ToSingle(), 0, Tolerance);
            });
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Five_steps_of_AdamW_equal_the_original_s(string name)
    {
        using var scope = NewDisposeScope();
        var (folder, golden, batch) = Fixture(name);
        using var model = ModelFolder.Load(folder, CPU, Compute(folder));
        var before = model.Weights["norm" is var norm && name == "t5-qv" ? "encoder.norm" : norm].clone();
        var options = TrainingRuns.Options(5, 1e-2) with { MaxGradNorm = 1 };
        var losses = TrainingRuns.Run(model, new SftObjective(model), options, batch).Select(line => line.Loss).ToArray();
        Assert.All(golden.GetProperty("adamw_losses_lr1e-2_wd0.01_clip1").Deserialize<double[]>()!.Zip(losses), loss =>
            Assert.Equal(loss.First, loss.Second, Tolerance * Math.Max(1, loss.First)));
        KernelCheck.Same(before, model.Weights[name == "t5-qv" ? "encoder.norm" : "norm"]);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void A_new_adapter_changes_nothing_and_DPO_s_reference_is_the_model_without_it(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (folder, golden, batch) = Fixture(name);
        using var off = ModelFolder.Load(AdapterFolder.ModelOf(folder), CPU, Compute(folder));
        var without = off.TokenLogProbs(batch, null);
        EqualRows(golden.GetProperty("log_probs_adapter_off"), without, batch);
        Assert.Equal(golden.GetProperty("loss_adapter_off").GetDouble(), without.mean().neg().ToDouble(), Tolerance);
        using var on = ModelFolder.Load(folder, CPU, Compute(folder));
        var (policy, reference) = (Sums(on.TokenLogProbs(batch, null), batch), Sums(without, batch));
        var margin = 0.1 * ((policy[0] - reference[0]) - (policy[1] - reference[1]));
        Assert.Equal(
            golden.GetProperty("dpo_beta0.1_row0_chosen_row1_rejected").GetDouble(), Math.Log(1 + Math.Exp(-margin)), Tolerance);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Merged_it_says_what_it_says_beside_its_model(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (folder, golden, batch) = Fixture(name);
        using var tensors = SafeTensorsFile.Open(Path.Combine(folder, "tensors.safetensors"));
        DpoSt.Answering.AdapterMerge.Run(folder, temporary.File("merged"));
        foreach (var model in (ILanguageModel[])[
            ModelFolder.LoadToRead(folder, CPU), AdapterModels.Merged(folder, CPU), ModelFolder.Load(temporary.File("merged"), CPU)])
        {
            using var loaded = model;
            EqualRows(golden.GetProperty("log_probs"), model.TokenLogProbs(batch, null), batch);
            if (model is DecoderModel decoder)
            {
                var states = decoder.States(
                    PackedRows.Of(new TokenBatch([[.. batch.Prompts[0], .. batch.Completions[0]]], [], [], []), null, CPU,
                    decoder.Traits.Windows), null);
                var theirs = tensors.View("logits")[0].narrow(0, 0, states.size(0));
                Assert.InRange(model.Logits(states).sub(theirs).abs().max().ToSingle() / theirs.abs().max().ToSingle(), 0, Tolerance);
            }
        }
    }

    // Unmerged is a pass over everything for each token, merged what every command does.
    [Theory, MemberData(nameof(Fixtures))]
    public void Merged_and_unmerged_say_the_same_on_a_hundred_prompts(string name)
    {
        const int prompts = 100, tokens = 6;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (folder, _, _) = Fixture(name);
        using var beside = ModelFolder.Load(folder, CPU, Compute(folder));
        using var merged = ModelFolder.LoadToRead(folder, CPU);
        var random = new SplitMix64(5);
        int[][] asked = [.. Enumerable.Range(0, prompts).Select(_ =>
            Enumerable.Range(0, 3 + random.Next(12)).Select(_ => 3 + random.Next(300)).ToArray())];
        var rows = new Generated[prompts];
        var options = new GenerationOptions(tokens, 16, null);
        var generator = new DpoSt.Generation.Generator(merged, IdTokenizer.New(folder, merged.VocabularySize, 1), options)
        {
            Ends = new HashSet<int>(),
        };
        GenerationRequest[] requests = [.. asked.Select((prompt, i) => new GenerationRequest($"{i}", 0, prompt))];
        generator.Run(requests, row => rows[row.Index] = row, TestContext.Current.CancellationToken);
        var answers = asked.Select(_ => new List<int>()).ToList();
        for (var token = 0; token < tokens; token++)
        {
            // The completion's last token is not read: only what is before it counts.
            var states = beside.CompletionStates(TokenBatch.Of([.. asked.Zip(answers).Select((row, i) =>
                (row.First, (int[])[.. row.Second, 0], (long)i))]), null);
            var best = beside.Logits(states.view(prompts, token + 1, -1).select(1, token)).argmax(-1).data<long>().ToArray();
            answers.Zip(best).ToList().ForEach(row => row.First.Add((int)row.Second));
        }

        Assert.All(answers.Zip(rows), row => Assert.Equal(row.First, row.Second.Ids));
    }

    [Fact]
    public void Weights_gradients_and_moments_are_a_small_part_of_full_training_s()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), """
            {"model_type": "llama", "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 22, "num_attention_heads": 32,
             "num_key_value_heads": 4, "vocab_size": 32000, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": false,
             "max_position_embeddings": 2048}
            """);
        var full = ModelFolder.CostsOf(folder.Root);
        var lora = new LoraOptions { R = 16, TargetModules = [LoraOptions.AllLinear] };
        // Of each layer's seven matrices r times the sum of both sides.
        const long layer = 16 * ((2 * (2048 + 2048)) + (2 * (2048 + 256)) + (3 * (2048 + 5632)));
        var adapted = ModelFolder.CostsOf(folder.Root, new TrainingCompute(Lora: lora));
        Assert.Equal(22 * layer, adapted.Specs.Sum(spec => spec.Count));
        var weights = full.Specs.Sum(spec => spec.Count);
        Assert.Equal(4 * weights, adapted.FrozenBytes);             // in fp32: there is no file that has them in bfloat16
        Assert.InRange((adapted.FrozenBytes + (16.0 * 22 * layer)) / (16.0 * weights), 0, 0.3);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void A_saved_adapter_has_the_original_s_tensors_to_the_byte(string name)
    {
        var (folder, _, _) = Fixture(name);
        using var model = ModelFolder.Load(folder, CPU, Compute(folder));
        ModelFolder.Save(model, folder, temporary.File("saved"));
        using var theirs = SafeTensorsFile.Open(Path.Combine(folder, AdapterFolder.Weights));
        using var ours = SafeTensorsFile.Open(Path.Combine(temporary.File("saved"), AdapterFolder.Weights));
        Assert.Equal(theirs.Entries.Keys.Order(StringComparer.Ordinal), ours.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(theirs.Entries.Values, entry =>
        {
            Assert.Equal((entry.DType, string.Join(',', entry.Shape)),
                (ours.Entries[entry.Name].DType, string.Join(',', ours.Entries[entry.Name].Shape)));
            KernelCheck.Same(theirs.View(entry.Name), ours.View(entry.Name));
        });
        var (one, other) = (AdapterConfig.Read(folder).Options, AdapterConfig.Read(temporary.File("saved")).Options);
        Assert.Equal((one.R, one.LoraAlpha, one.UseRslora), (other.R, other.LoraAlpha, other.UseRslora));
        Assert.Equal(one.TargetModules!.Order(StringComparer.Ordinal), other.TargetModules);
        Assert.False(File.Exists(Path.Combine(temporary.File("saved"), "config.json")));
    }

    // What PEFT writes for kinds of adapters that are not there, and what breaks a file.
    [Theory]
    [InlineData("use_dora", "true", "use_dora is true")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save is [")]
    [InlineData("rank_pattern", "{\"q_proj\": 4}", "rank_pattern is {")]
    [InlineData("alpha_pattern", "{\"q_proj\": 4}", "alpha_pattern is {")]
    [InlineData("layers_to_transform", "[1]", "layers_to_transform is [")]
    [InlineData("init_lora_weights", "\"pissa\"", "init_lora_weights is \"pissa\"")]
    [InlineData("bias", "\"all\"", "bias is \"all\"")]
    [InlineData("peft_type", "\"IA3\"", "peft_type is \"IA3\"")]
    [InlineData("target_modules", "\".*q_proj\"", "target_modules is \".*q_proj\"")]
    [InlineData("target_modules", "[\"c_attn\"]", "no matrix called \"c_attn\"")]
    [InlineData("target_modules", "[\"q_proj\"]", "changes nothing that the model has")]
    [InlineData("r", "0", "r is 0")]
    [InlineData("r", "5", "should be [5, 48] and is [4, 48]")]
    [InlineData("something_new", "3", "something_new is 3")]
    [InlineData("revision", "\"abc\"", "revision is \"abc\"")]
    [InlineData("base_model_name_or_path", "\"no/such\"", "the adapter's model \"no/such\" is not there")]
    [InlineData("base_model_name_or_path", "null", "does not say which model it belongs to")]
    [InlineData("base_model_name_or_path", "\"../../families/t5-v11-saved-by-5\"", "no matrix called")]
    [InlineData("base_model_name_or_path", "\"../../families/smollm3\"", "It was trained on another model")]
    public void What_cannot_be_used_is_refused_by_name(string field, string value, string says)
    {
        var folder = Changed("qwen3-qv", field, value);
        Assert.Contains(says, Assert.Throws<UserErrorException>(() => ModelFolder.LoadToRead(folder, CPU)).Message);
    }

    [Theory]
    [InlineData("some/model", "some/model")]
    [InlineData("no-such-folder", null)]
    [InlineData(".", null)]
    public void A_model_that_is_not_here_is_named_where_a_hub_may_have_it(string named, string? missing) =>
        Assert.Equal(missing, AdapterFolder.MissingModel(Changed("qwen3-qv", "base_model_name_or_path", $"\"{named}\"")));

    // PEFT wraps the module that is there: one A and one B of all its rows.
    [Fact]
    public void Fused_matrices_change_as_one()
    {
        var traits = TinyModels.Phi;
        var options = new LoraOptions { R = 4, TargetModules = ["qkv_proj", "gate_up_proj"] };
        var lora = LoraWeights.Of(DecoderWeights.Specs(traits), options, "phi3");
        var slices = lora.Specs.SelectMany(spec => spec.Slices.Select(slice => (slice.Name, slice.Rows, Columns: spec.Shape[1]))).ToList();
        Assert.Equal(4 * traits.Layers.Count, slices.Count);
        const string layer = "base_model.model.model.layers.0.";
        Assert.Equal(
            [
                (layer + "self_attn.qkv_proj.lora_A.weight", 4, traits.HiddenSize),
                (layer + "self_attn.qkv_proj.lora_B.weight", traits.Inner + (2 * traits.KeyValueInner), 4),
                (layer + "mlp.gate_up_proj.lora_A.weight", 4, traits.HiddenSize),
                (layer + "mlp.gate_up_proj.lora_B.weight", 2 * traits.IntermediateSize, 4L),
            ],
            slices.Take(4));
    }

    [Fact]
    public void An_adapter_is_trained_further_only_in_its_form()
    {
        var folder = Fixture("qwen3-qv").Folder;
        Assert.Contains("set trainer.lora", Assert.Throws<UserErrorException>(() => ModelFolder.Load(folder, CPU)).Message);
        var other = new TrainingCompute(Lora: new LoraOptions { R = 2, LoraAlpha = 8 });
        Assert.Contains("has r 4, a scale of 2", Assert.Throws<UserErrorException>(() => ModelFolder.Load(folder, CPU, other)).Message);
        var none = new TrainingCompute(Lora: new LoraOptions { TargetModules = ["embed_tokens"] });
        Assert.Contains(
            "expected some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
            Assert.Throws<UserErrorException>(() => ModelFolder.Load(AdapterFolder.ModelOf(folder), CPU, none)).Message);
    }

    [Fact]
    public void A_new_adapter_begins_as_the_original_s_do()
    {
        var folder = AdapterFolder.ModelOf(Fixture("llama-all-linear").Folder);
        foreach (var (gaussian, deviation) in ((bool, double)[])[(false, 1 / Math.Sqrt(3 * 48)), (true, 1.0 / 64)])
        {
            var lora = new LoraOptions { R = 64, TargetModules = [LoraOptions.AllLinear], IsGaussian = gaussian };
            using var scope = NewDisposeScope();
            using var model = ModelFolder.Load(folder, CPU, new TrainingCompute(Lora: lora));
            var a = model.Parameters["layer.0.attention.qkv.lora.A"];
            Assert.Equal(deviation, a.std().ToDouble(), deviation / 20);
            // Three rows of 64 by 48 of normal numbers reach four deviations and more; uniform ones fill their bound.
            var (least, most) = gaussian ? (3 * deviation, 6 * deviation) : (0.99 / Math.Sqrt(48), 1 / Math.Sqrt(48));
            Assert.InRange(a.abs().max().ToDouble(), least, most + 1e-6);
            Assert.Equal(0, model.Parameters["layer.0.attention.qkv.lora.B0"].abs().max().ToDouble());
            Assert.DoesNotContain(model.Parameters.Specs, spec => spec.Name.StartsWith("head", StringComparison.Ordinal));
        }
    }

    private string Changed(string name, string field, string value)
    {
        var (folder, _, _) = Fixture(name);
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();
        json["base_model_name_or_path"] = AdapterFolder.ModelOf(folder);
        json[field] = value.Contains("../../", StringComparison.Ordinal)
            ? Path.GetFullPath(JsonNode.Parse(value)!.GetValue<string>(), folder) : JsonNode.Parse(value);
        AtomicFile.WriteAllText(temporary.File("changed/adapter_config.json"), json.ToJsonString());
        File.Copy(Path.Combine(folder, AdapterFolder.Weights), temporary.File("changed/" + AdapterFolder.Weights));
        return temporary.File("changed");
    }

    private static (string Folder, JsonElement Golden, TokenBatch Batch) Fixture(string name)
    {
        var folder = SharedFolder.Path("fixtures", "lora", name);
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json"))).RootElement;
        return (folder, golden, FamilyFixture.GoldenBatch(golden));
    }

    private static TrainingCompute Compute(string folder) => new(Lora: AdapterConfig.Read(folder).Options);

    private static double[] Sums(Tensor logProbs, TokenBatch batch)
    {
        var values = logProbs.to(ScalarType.Float64).data<double>().ToArray();
        var starts = batch.Completions.Select((_, b) => batch.Completions.Take(b).Sum(c => c.Length));
        return [.. starts.Zip(batch.Completions, (start, c) => values.Skip(start).Take(c.Length).Sum())];
    }

    private static void EqualRows(JsonElement golden, Tensor logProbs, TokenBatch batch) =>
        Assert.All(golden.Deserialize<double[]>()!.Zip(Sums(logProbs, batch), batch.Completions), row =>
            Assert.Equal(row.First / row.Third.Length, row.Second / row.Third.Length, Tolerance));
}
