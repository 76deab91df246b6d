using TorchSharp;
using System.Text.Json;
using DpoSt.Generation;
using DpoSt.Models;
using DpoSt.Models.Checkpoints;
using DpoSt.Models.Decoder;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Tensors.Autograd;
using DpoSt.Tensors.Files;
using DpoSt.Tests.Tensors;
using DpoSt.Tests.Training;
using DpoSt.Text.Tokenizers;
using DpoSt.Training.Objectives;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Families;

/// <summary>Every family against the numbers of transformers 5.23 (the fixtures' README says how they came about).</summary>
public sealed class GoldenFamilyTests : IDisposable
{
    private const double Tolerance = 1e-4;

    // Its losses amplify the rounding of weights: a test below says by how much.
    private const string Unstable = "t5-v11-saved-by-5";
    private static readonly double[] UnstableTolerances = [Tolerance, Tolerance, 5e-4, 5e-3, 2e-2];

    private readonly TemporaryFolder temporary = new();

    public static TheoryData<string> Fixtures => FamilyFixture.All;

    [Theory, MemberData(nameof(Fixtures))]
    public void Loss_logits_and_every_gradient_equal_the_originals(string name)
    {
        using var fixture = new FamilyFixture(name);
        using var scope = NewDisposeScope();
        fixture.Model.Parameters.EnableGradients();
        var loss = fixture.Model.TokenLogProbs(fixture.Batch, null).mean().neg();
        Assert.Equal(fixture.Loss, loss.ToDouble(), Tolerance);
        if (fixture.Tensors is not { } golden)
        {
            return;                                               // the same model as another, with other ends
        }

        BackwardGuard.Backward(loss);
        var slices = fixture.Model.Parameters.Specs.SelectMany(spec => spec.Slices.Select((slice, i) => (spec, slice, i))).ToList();
        foreach (var (spec, slice, i) in slices)
        {
            var first = spec.Slices.Take(i).Sum(s => s.Rows);
            var ours = fixture.Model.Parameters[spec.Name].grad!.narrow(0, first, slice.Rows);
            var theirs = golden.View($"grad.{slice.Name}");
            var gap = ours.sub(theirs).abs().max().ToSingle() / Math.Max(theirs.abs().max().ToSingle(), 1e-12f);
            Assert.True(gap < Tolerance, $"{slice.Name} differs by {gap} of its largest magnitude");
        }

        Assert.Equal(golden.Entries.Keys.Count(key => key.StartsWith("grad.", StringComparison.Ordinal)), slices.Count);
        EqualLogits(fixture, golden.View("logits"));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Greedy_ids_equal_the_originals(string name)
    {
        using var fixture = new FamilyFixture(name);
        var ends = ModelFolder.EndsOf(fixture.Folder);
        var tokenizer = IdTokenizer.New(fixture.Folder, fixture.Model.VocabularySize, ends[0]);
        foreach (var slots in (int[])[3, 1])
        {
            var rows = new Generated[3];
            new DpoSt.Generation.Generator(fixture.Model, tokenizer, new GenerationOptions(24, slots, null)) { Ends = ends.ToHashSet() }
                .Run(
                [.. fixture.Batch.Prompts.Select((prompt, i) => new GenerationRequest($"{i}", 0, prompt))],
                row => rows[row.Index] = row, TestContext.Current.CancellationToken);
            Assert.All(fixture.Greedy.Zip(rows), row => Assert.Equal(row.First, row.Second.Ids));
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void Five_steps_of_AdamW_equal_the_originals(string name)
    {
        using var fixture = new FamilyFixture(name);
        using var scope = NewDisposeScope();
        if (fixture.Tensors is null)
        {
            return;
        }

        var options = TrainingRuns.Options(5) with { MaxGradNorm = 1 };
        var losses = TrainingRuns.Run(fixture.Model, new SftObjective(fixture.Model), options, fixture.Batch).Select(l => l.Loss);
        var tolerances = name == Unstable ? UnstableTolerances : [.. Enumerable.Repeat(Tolerance, 5)];
        // Of the loss's size: steps amplify a processor's own rounding, and those losses are between two and six.
        Assert.All(fixture.AdamWLosses.Zip(losses, tolerances), loss =>
            Assert.Equal(loss.First, loss.Second, loss.Third * Math.Max(1, loss.First)));
    }

    [Fact]
    public void One_model_s_later_losses_move_further_than_the_tolerance_where_weights_move_by_their_rounding()
    {
        using var scope = NewDisposeScope();
        using var fixture = new FamilyFixture(Unstable);
        var truth = Losses(0);
        var runs = Enumerable.Range(1, 6).Select(Losses).ToList();
        double[] moved = [.. truth.Select((loss, step) => runs.Max(run => Math.Abs(run[step] - loss)))];
        Assert.All(moved[..2], move => Assert.InRange(move, 0, Tolerance));
        Assert.All(moved[3..], move => Assert.True(move > Tolerance));
        // The original, in fp32, is as far from the losses in fp64 as these are from each other, within a factor of three.
        Assert.All(fixture.AdamWLosses.Zip(truth, moved), loss =>
            Assert.Equal(loss.First, loss.Second, Math.Max(Tolerance, 3 * loss.Third)));

        double[] Losses(int run)
        {
            var config = ((T5Model)fixture.Model).Config;
            using var wide = new T5Model(config, new ParameterSet(T5Weights.Specs(config), CPU, ScalarType.Float64));
            using var checkpoint = HubCheckpoint.Open(fixture.Folder, T5Weights.Naming);
            checkpoint.LoadInto(wide.Parameters);
            using var generator = new TorchSharp.torch.Generator((ulong)run);
            using (no_grad())
            {
                // Every weight within half a unit in the last place of fp32.
                wide.Parameters.Buffers.ToList().ForEach(b => b.Values.mul_(rand(b.Values.shape, generator: generator,
                    dtype: ScalarType.Float64).sub(0.5).mul(run == 0 ? 0 : Math.Pow(2, -23)).add(1)));
            }

            var options = TrainingRuns.Options(5) with { MaxGradNorm = 1 };
            return [.. TrainingRuns.Run(wide, new SftObjective(wide), options, fixture.Batch).Select(line => line.Loss)];
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void A_model_that_is_saved_has_the_files_of_the_original_and_its_bits(string name)
    {
        using var fixture = new FamilyFixture(name);
        using var scope = NewDisposeScope();
        var target = temporary.File("saved");
        ModelFolder.Save(fixture.Model, fixture.Folder, target);
        using var theirs = SafeTensorsFile.Open(Path.Combine(fixture.Folder, "model.safetensors"));
        using var ours = SafeTensorsFile.Open(Path.Combine(target, "model.safetensors"));
        Assert.Equal(theirs.Entries.Keys.Order(StringComparer.Ordinal), ours.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(theirs.Entries.Values, entry =>
        {
            Assert.Equal(entry.DType, ours.Entries[entry.Name].DType);
            Assert.Equal(entry.Shape, ours.Entries[entry.Name].Shape);
            KernelCheck.Same(theirs.View(entry.Name), ours.View(entry.Name));
        });
        Assert.All((string[])["config.json", "generation_config.json"], file => Assert.True(JsonElement.DeepEquals(
            JsonDocument.Parse(File.ReadAllText(Path.Combine(fixture.Folder, file))).RootElement,
            JsonDocument.Parse(File.ReadAllText(Path.Combine(target, file))).RootElement), file));
        using var again = ModelFolder.Load(target, CPU);
        KernelCheck.Same(fixture.Model.TokenLogProbs(fixture.Batch, null), again.TokenLogProbs(fixture.Batch, null));
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void A_model_that_is_only_read_computes_the_same(string name)
    {
        using var fixture = new FamilyFixture(name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var read = ModelFolder.LoadToRead(fixture.Folder, CPU);
        Assert.Equal(fixture.Loss, read.TokenLogProbs(fixture.Batch, null).mean().neg().ToDouble(), Tolerance);
    }

    public void Dispose() => temporary.Dispose();

    // Logits of prompt and completion one after the other, or of the completion alone.
    private static void EqualLogits(FamilyFixture fixture, Tensor golden)
    {
        using var _ = no_grad();
        foreach (
            var (prompt, completion, b) in fixture.Batch.Prompts.Zip(fixture.Batch.Completions).Select((r, b) => (r.First, r.Second, b)))
        {
            var model = fixture.Model;
            var states = model is DecoderModel decoder
                ? decoder.States(
                    PackedRows.Of(new TokenBatch([[.. prompt, .. completion]], [], [], []), null, CPU, decoder.Traits.Windows), null)
                : ((T5Model)model).Decode(TokenBatch.Of([(prompt, completion, 0)]), null);
            var logits = model.Logits(states);
            var theirs = golden[b].narrow(0, 0, logits.size(0));
            var gap = logits.sub(theirs).abs().max().ToSingle() / theirs.abs().max().ToSingle();
            Assert.True(gap < Tolerance, $"logits of row {b} differ by {gap} of the largest");
        }
    }
}
