using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration.Binding;

/// <summary>A hint that names a key is worth something: whoever follows it gets further.</summary>
public sealed class KnownKeysTests : IDisposable
{
    private const string Base = "exp_name: x\nmodel: {model_path: m}\ntrainer: {run_name: r, output_dir: o}\n";
    private readonly ConfigFolder folder = new ConfigFolder().With("c.yaml", Base);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("evaluation_strategy", "eval_strategy", "epoch")]
    [InlineData("evaluate_during_training", "eval_strategy", "steps")]
    [InlineData("per_gpu_train_batch_size", "per_device_train_batch_size", "4")]
    [InlineData("per_gpu_eval_batch_size", "per_device_eval_batch_size", "4")]
    [InlineData("fp16", "bf16", "true")]
    [InlineData("max_completion_length", "max_target_length", "4")]
    [InlineData("train_sampling_strategy", "group_by_length_window", "1")]
    public void Keys_of_other_versions_have_their_counterpart(string theirs, string ours, string value)
    {
        string[] said =
        [
            folder.ComposeError("c", $"trainer.{theirs}=1"),
            folder.Error(() => ConfigBinder.Bind<ExperimentOptions>(folder.Compose("c", $"+trainer.{theirs}=1"))),
        ];
        Assert.All(said, sentence => Assert.Contains($"it is trainer.{ours} here", sentence, StringComparison.Ordinal));
        ConfigBinder.Bind<ExperimentOptions>(folder.Compose("c", $"+trainer.{ours}={value}"));
    }

    [Theory]
    [InlineData("trainer.learning_rat=0.1")]
    [InlineData("trainer.max_steps=3")]
    [InlineData("data.templat=none")]
    [InlineData("loop.iteration=3")]
    [InlineData("data.template_args.enable_thinking=false")]
    public void Following_what_is_said_ends_in_an_option(string change)
    {
        for (var turns = 0; ; turns++)
        {
            try
            {
                ConfigBinder.Bind<ExperimentOptions>(folder.Compose("c", change));
                break;
            }
            catch (UserErrorException e)
            {
                Assert.True(turns < 3, e.Message);
                var words = e.Message.Split(' ', '?', ';');
                var key = Array.IndexOf(words, "mean") is var at and >= 0
                    ? words[at + 1] : words.First(word => word.StartsWith('+')).Split('=')[0];
                change = $"{key}={change[(change.IndexOf('=') + 1)..]}";
            }
        }
    }

    [Fact]
    public void A_key_that_is_no_option_is_not_offered_to_be_added() =>
        Assert.DoesNotContain("to add it", folder.ComposeError("c", "trainer.nothing_like_it=1"), StringComparison.Ordinal);

    [Fact]
    public void A_share_of_warm_up_is_told_where_it_goes() => Assert.EndsWith(
        "expected a whole number of at least 0 (a share of the steps is trainer.warmup_ratio).",
        folder.Error(() => ConfigBinder.Bind<ExperimentOptions>(folder.Compose("c", "+trainer.warmup_steps=0.1"))),
        StringComparison.Ordinal);
}
