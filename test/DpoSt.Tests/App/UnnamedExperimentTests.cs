using DpoSt.Data.Synthetic;
using DpoSt.Tests.SelfTraining;

namespace DpoSt.Tests.App;

/// <summary>What a person has who copied a configuration, left its name out, and brings a table of questions.</summary>
public sealed class UnnamedExperimentTests : IDisposable
{
    private readonly TinyRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void Other_options_lose_nothing_where_the_experiment_has_no_name()
    {
        var problems = SyntheticProblems.Labelled(24, 1);
        string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        File.WriteAllLines(run.Path("own.csv"), ["q,label", .. problems.Select(p => $"{Cell(p.Question)},{p.Answer}")]);
        Directory.Move(run.Path("exp_config/tiny"), run.Path("exp_config/mine"));
        var file = run.Path("exp_config/mine/sft-0.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("exp_name: tiny\n", "", StringComparison.Ordinal));

        const string Note = "no exp_name is given: the experiment is called 'mine', after its folder of configurations "
            + "(exp_name=NAME calls it otherwise).\n";
        Assert.StartsWith(Note, Train(), StringComparison.Ordinal);
        var first = File.ReadAllBytes(run.Path("ft_models/mine/sft-0/model.safetensors"));
        var again = Train("sft.trainer.learning_rate=1e-3");
        Assert.Contains("trainer.learning_rate 0.002 -> 0.001", again, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetDirectories(run.Path("ft_models/mine"), "of-*"));
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(kept, "sft-0", "model.safetensors")));

        // Named, it is another experiment, and no note is due.
        Assert.DoesNotContain("exp_name", Train("exp_name=other"), StringComparison.Ordinal);
        Assert.True(File.Exists(run.Path("ft_models/other/sft-0/model.safetensors")));

        string Train(params string[] more)
        {
            var (code, _, error) = run.Run(
                [
                    "run", "--config-path", "exp_config/mine", "--only", "sft-0", .. TinyRun.Small, "sft.trainer.max_steps=2",
                    "data.train_data_path=own.csv", "data.test_data_path=own.csv",
                    "~data.dev_data_path", "~data.pool_path", "~data.ood_data_path",
                    "++data.columns.question=q", "++data.columns.answer=label", .. more,
                ]);
            Assert.True(code == 0, error);
            return error;
        }
    }
}
