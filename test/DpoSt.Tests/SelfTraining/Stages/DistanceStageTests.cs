using DpoSt.Answering;
using DpoSt.Generation;
using DpoSt.Models.Checkpoints;
using DpoSt.Runs;
using DpoSt.SelfTraining;
using DpoSt.SelfTraining.Stages;
using DpoSt.Verification;
using static TorchSharp.torch;

namespace DpoSt.Tests.SelfTraining.Stages;

/// <summary>The estimated distance of a policy from its reference.</summary>
public sealed class DistanceStageTests
{
    [Fact]
    public void The_estimate_is_a_mean_with_its_standard_error()
    {
        var distance = PolicyDistance.Of("dpo-1", [1, 2, 3, 6]);
        Assert.Equal(("dpo-1", 3, 4), (distance.Run, distance.Kl, distance.Answers));
        Assert.Equal(Math.Sqrt(14.0 / 3 / 4), distance.StandardError, 1e-12);
    }

    [Fact]
    public void A_model_is_nowhere_from_itself_and_some_way_from_another()
    {
        using var run = new TinyRun();
        var moved = run.Path("moved");
        using (var bundle = ModelBundle.Load(run.Path("base"), new(), Context, compute: new()))
        {
            foreach (var buffer in bundle.Model.Parameters.Buffers)
            {
                using var _ = no_grad();
                buffer.Values.mul_(1.05);
            }

            ModelFolder.Save(bundle.Model, run.Path("base"), moved, null, [], _ => { });
        }

        var still = Estimate(run, run.Path("base"));
        Assert.Equal((0, 0), (still.Kl, still.StandardError));
        Assert.True(Estimate(run, moved).Kl > 0.05);
        Assert.Contains("\"kl_to_reference\": ", File.ReadAllText(run.Path("results.json")), StringComparison.Ordinal);
    }

    private static RunContext Context => Silent.Context(cancel: TestContext.Current.CancellationToken);

    private static PolicyDistance Estimate(TinyRun run, string reference)
    {
        var folder = new ExperimentFolder("x", run.Path("ft_models"), run.Path("model_outputs"), run.Path("results.json"));
        IStage stage = new DistanceStage(
            "distance dpo-1", RunName.Dpo(1), run.Path("base"), reference,
            new QuestionSet("train", run.Path("data/train.jsonl"), new VerifierOptions()),
            new AnswerOptions(160, true, new GenerationOptions(32, 16, null, 0.7)), folder, new());
        stage.Run(Context, null);
        return PolicyDistanceFile.Read(folder.Distance(RunName.Dpo(1)))!;
    }
}
