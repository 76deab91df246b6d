using DpoSt.Configuration;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration;

public sealed class RunPathsTests
{
    private static readonly ExperimentOptions Options = new()
    {
        ExpName = "t5",
        Trainer = new TrainerSection { RunName = "dpo-1", OutputDir = "ft_models/t5/dpo-1" },
        Model = new ModelSection { ModelPath = "ft_models/t5/sft-0" },
    };

    [Fact]
    public void ModelsAreBelowTheDataFolderAndTheRestBelowTheCurrentOne()
    {
        var paths = new RunPaths(Options, "/data", "/here");
        Assert.Equal("/data/ft_models/t5/sft-0", paths.ModelFolder);
        Assert.Equal("/data/ft_models/t5/dpo-1", paths.OutputFolder);
        Assert.Equal("/here/model_outputs/t5/dpo-1/train", paths.SamplesFolder("train"));
        Assert.Equal("/here/model_outputs/t5/sft-0/dev", paths.SamplesFolder("sft-0", "dev"));
        Assert.Equal("/here/results/t5.json", paths.ResultsFile);
        Assert.Equal("/here/gsm8k/train.jsonl", paths.DataFile("gsm8k/train.jsonl"));
        Assert.Equal("/elsewhere/x.jsonl", paths.DataFile("/elsewhere/x.jsonl"));
        Assert.Equal("/here/big/ft_models/t5/dpo-1", new RunPaths(Options, "big", "/here").OutputFolder);
    }

    [Fact]
    public void ATokenizerIsItsModels()
    {
        var own = Options with { Data = new DataSection { TokenizerPath = "./ft_models/t5/sft-0/" } };
        Assert.Equal("/data/ft_models/t5/sft-0", new RunPaths(own, "/data", "/here").ModelFolder);
        var other = Options with { Data = new DataSection { TokenizerPath = "hf_models/flan-t5-base" } };
        Assert.StartsWith(
            "data.tokenizer_path is 'hf_models/flan-t5-base' but model.model_path is 'ft_models/t5/sft-0'",
            Assert.Throws<UserErrorException>(() => new RunPaths(other, "/data", "/here")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheDataFolderIsTheEnvironmentsElseThatOfTheFileElseTheCurrentOne()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(folder.Root, RunPaths.FindDataFolder(folder.Root, _ => null));
        folder.File(".env", "# places\nOTHER=1\nexport DATA_DIR=\"/from file\" # here\n");
        Assert.Equal("/from file", RunPaths.FindDataFolder(folder.Root, _ => null));
        Assert.Equal("/from/environment", RunPaths.FindDataFolder(folder.Root, _ => "/from/environment"));
        Assert.Equal(folder.Root, RunPaths.FindDataFolder(folder.Root, _ => ""));
    }

    [Theory]
    [InlineData("A=1\nA=2\r\n", "2")]
    [InlineData("A = 'x y' # z", "x y")]
    [InlineData("A=x # z", "x")]
    [InlineData("A=x#z", "x#z")]
    [InlineData("#A=1\nAB=2", null)]
    public void DotEnvReadsOneVariable(string text, string? expected) => Assert.Equal(expected, DotEnv.Find(text, "A"));
}
