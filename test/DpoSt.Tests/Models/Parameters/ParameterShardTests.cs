using DpoSt.Models.Checkpoints;
using DpoSt.Models.Parameters;
using DpoSt.Models.T5;
using DpoSt.Tensors.Products;
using DpoSt.Tests.Tensors;
using DpoSt.Training;
using static TorchSharp.torch;

namespace DpoSt.Tests.Models.Parameters;

/// <summary>Parameters of which a process keeps a part.</summary>
public sealed class ParameterShardTests
{
    private static readonly IReadOnlyList<ParameterSpec> Specs = T5Weights.Specs(TinyModels.T5);

    private static readonly HubNaming Naming = new("", "", _ => name => name, _ => false, _ => "");

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Parts_one_after_the_other_are_the_whole_whatever_was_read_and_are_written_as_such(int count)
    {
        using var folder = new TemporaryFolder();
        using var whole = new ParameterSet(Specs, CPU);
        whole.Initialise(1);
        HubCheckpointWriter.Write(whole, folder.Root);
        using var checkpoint = HubCheckpoint.Open(folder.Root, Naming);
        ParameterSet[] parts =
            [.. Enumerable.Range(0, count).Select(index => new ParameterSet(Specs, CPU, shard: new ParameterShard(index, count)))];
        Array.ForEach(parts, part => checkpoint.LoadInto(part));
        foreach (var (i, buffer) in whole.Buffers.Index())
        {
            using var scope = NewDisposeScope();
            var joined = cat([.. parts.Select(part => part.Buffers[i].Values)]);
            KernelCheck.Same(buffer.Values, joined.narrow(0, 0, buffer.Count));
            Assert.Equal(0, joined.narrow(0, buffer.Count, joined.numel() - buffer.Count).count_nonzero().item<long>());
        }

        // Each buffer is asked for once: a block's lie together in a file.
        var asked = new List<int>();
        using var again = new TemporaryFolder();
        HubCheckpointWriter.Write(parts[0], again.Root, Whole);
        Assert.Equal(File.ReadAllBytes(folder.File("model.safetensors")), File.ReadAllBytes(again.File("model.safetensors")));
        Assert.Equal(Enumerable.Range(0, whole.Buffers.Count), asked.Order());
        Array.ForEach(parts, part => part.Dispose());

        Tensor Whole(int buffer)
        {
            asked.Add(buffer);
            return cat([.. parts.Select(part => part.Buffers[buffer].Values)]).narrow(0, 0, parts[0].Buffers[buffer].Count);
        }
    }

    [Fact]
    public void A_parameter_has_its_values_while_they_are_shown_and_its_gradient_is_taken()
    {
        using var scope = NewDisposeScope();
        using var part = new ParameterSet(Specs, CPU, shard: new ParameterShard(1, 4));
        part.EnableGradients();
        var buffer = part.Buffers[^1];
        var weight = buffer.Views[0];
        var shown = arange(4 * buffer.Values.numel(), ScalarType.Float32);
        Assert.True(weight.isnan().all().item<bool>(), "nobody shall compute with what is not there");
        Assert.Equal(buffer.Specs[0].Shape, weight.shape);
        buffer.Show(shown);
        var x = ones([2, weight.size(1)]);
        var y = LinearProduct.Apply(x, weight);
        KernelCheck.Same(x.matmul(shown.narrow(0, 0, weight.numel()).view(weight.shape).t()), y.detach());
        y.sum().backward();
        buffer.Show(null);
        Assert.True(weight.isnan().all().item<bool>());
        var gradient = buffer.TakeGradients();
        Assert.True(gradient.narrow(0, 0, weight.numel()).eq(2).all().item<bool>());
        Assert.Null(weight.grad);
        Assert.Equal(0, buffer.TakeGradients().count_nonzero().item<long>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public void What_a_plan_says_of_a_rank_is_what_it_holds(int count)
    {
        using var part = new ParameterSet(Specs, CPU, shard: new ParameterShard(count - 1, count));
        using var optimizer = new AdamW(part, new AdamWOptions());
        var held = optimizer.State.Sum(t => t.Values.numel()) + part.Buffers.Sum(b => b.Gradients!.numel());
        Assert.Equal(sizeof(float) * held, TrainingMemory.StateOf(Specs, part.Shard));
    }
}
