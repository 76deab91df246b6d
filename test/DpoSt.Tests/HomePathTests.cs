using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests;

public sealed class HomePathTests
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile).TrimEnd('/');

    [Fact]
    public void ATildeIsAHomeFolderAsInPython()
    {
        Assert.Equal(Home, HomePath.Expand("~"));
        Assert.Equal(Home + "/", HomePath.Expand("~/"));
        Assert.Equal(Home + "/a/~b", HomePath.Expand("~/a/~b"));
        Assert.Equal("a/b", HomePath.Expand("a/b"));
        Assert.Equal("a~", HomePath.Expand("a~"));
        Assert.Equal("./~a", HomePath.Expand("./~a"));
        Assert.Equal("", HomePath.Expand(""));
        if (File.Exists("/etc/passwd") && File.ReadAllText("/etc/passwd").Contains(":/root:", StringComparison.Ordinal))
        {
            Assert.Equal("/root", HomePath.Expand("~root"));
            Assert.Equal("/root/a", HomePath.Expand("~root/a"));
        }
    }

    [Theory]
    [InlineData("~nobody-has-this-name/a",
        "'~nobody-has-this-name/a': there is no user 'nobody-has-this-name' on this machine; write ./ before a folder of that name.")]
    [InlineData("a/~/b", "'a/~/b': '~' is the home folder only where a path begins with it; write the path out.")]
    public void AFolderCalledTildeIsNeverMeant(string path, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => HomePath.Expand(path)).Message);

    [Fact]
    public void AConfigurationsPathsMayBeginWithATilde()
    {
        var config = ConfigComposer.ComposeText("c", """
            exp_name: x
            trainer: {run_name: r, output_dir: ~/out}
            model: {model_path: ~/model}
            data: {train_data_path: ~/train.jsonl, tokenizer_path: ~/model/, pool_path: ~/pool.jsonl}
            """);
        var options = ConfigBinder.Bind<ExperimentOptions>(config).Options;
        var paths = new RunPaths(options, "~/data", "/current");
        Assert.Equal((Home + "/out", Home + "/model", Home + "/data"), (paths.OutputFolder, paths.ModelFolder, paths.DataFolder));
        Assert.Equal((Home + "/train.jsonl", Home + "/pool.jsonl"), (paths.DataFile(options.Data.TrainDataPath), paths.PoolFile));
        Assert.Contains("~/model", NamedFiles.Missing(config, paths));
        var named = ConfigComposer.ComposeText("c", "exp_name: '~'\ntrainer: {run_name: r, output_dir: o}\nmodel: {model_path: m}\n");
        Assert.Equal(
            "c:1: exp_name is the text '~'; expected a name for a folder, without '..' or '~'.",
            Assert.Throws<UserErrorException>(() => ConfigBinder.Bind<ExperimentOptions>(named)).Message);
    }
}
