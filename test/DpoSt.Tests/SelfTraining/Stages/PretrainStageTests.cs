using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using DpoSt.Text.Tokenizers;

namespace DpoSt.Tests.SelfTraining.Stages;

/// <summary>The maker of the demo's base model, at a few steps.</summary>
public sealed class PretrainStageTests
{
    private static readonly PretrainingOptions Few = new(Steps: 4, BatchSize: 4, OneStepRows: 20, ArithmeticRows: 10, DenoisingRows: 10);

    [Fact]
    public void Interrupted_and_started_again_it_makes_the_same_model()
    {
        using var folder = new TemporaryFolder();
        var (whole, resumed) = (folder.File("whole"), folder.File("resumed"));
        Pretraining.Run(whole, Few, Silent.Context(cancel: TestContext.Current.CancellationToken));

        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => Pretraining.Run(resumed, Few, Silent.Context(new Silent { Advanced = step => Cancel(cancel, step) }, cancel.Token)));
        Assert.False(Directory.Exists(resumed));
        Assert.True(Directory.Exists(Path.Combine(resumed + ".training", "checkpoint-2")));
        Pretraining.Run(resumed, Few, Silent.Context(cancel: TestContext.Current.CancellationToken));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(resumed, "model.safetensors")));
        Assert.EndsWith(
            "is done already with these options; --fresh makes it again",
            Pretraining.Run(resumed, Few, Silent.Context(cancel: TestContext.Current.CancellationToken)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void It_goes_on_from_a_model_with_problems_of_several_steps()
    {
        using var folder = new TemporaryFolder();
        var (first, second) = (folder.File("first"), folder.File("second"));
        var context = Silent.Context(cancel: TestContext.Current.CancellationToken);
        Pretraining.Run(first, Few, context);
        Pretraining.Run(second, Few with { From = first, SeveralStepRows = 30, LearningRate = 0 }, context);
        foreach (var file in (string[])["model.safetensors", "tokenizer.json", "config.json"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(second, file)));
        }

        var tokenizer = TokenizerLoader.Load(first);
        Assert.Equal(
            30, PretrainingMix.Rows(tokenizer, Few with { SeveralStepRows = 30 }).Count - PretrainingMix.Rows(tokenizer, Few).Count);
    }

    private static void Cancel(CancellationTokenSource cancel, long step)
    {
        if (step == 2)
        {
            cancel.Cancel();
        }
    }
}
