using DpoSt.Configuration;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Sections;
using DpoSt.Tests.Configuration;
using DpoSt.Tests.Hub;

namespace DpoSt.Tests.App.Transfer;

/// <summary><c>dpost download</c> as it is typed; no other test reads these variables at the same time.</summary>
[Collection("hub variables")]
public sealed class DownloadCommandTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private readonly TemporaryFolder folder = new();
    private readonly HubRepository repository = new();
    private readonly HubServer server;

    public DownloadCommandTests()
    {
        server = repository.Serve();
        Environment.SetEnvironmentVariable("HF_ENDPOINT", server.Address.OriginalString);
        Environment.SetEnvironmentVariable("HF_HOME", folder.Root);
    }

    [Fact]
    public void Prints_the_folder_alone_and_says_what_to_do_next()
    {
        var run = CommandRun.Of("download", HubRepository.Name);
        var snapshot = Path.Combine(folder.Root, "hub", "models--org--small", "snapshots", HubRepository.Commit);
        Assert.Equal((0, snapshot + "\n"), (run.Code, run.Out));
        Assert.Contains("3 files, 50.0 kB, 50.0 kB of it missing", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"Next: dpost run --config-path exp_config/t5 --config-name self-train model.model_path={snapshot}", run.Error,
            StringComparison.Ordinal);
        Assert.Equal(repository.Files[Weights], File.ReadAllBytes(Path.Combine(snapshot, Weights)));
    }

    [Fact]
    public void A_data_set_comes_too_and_may_be_named_wherever_a_data_file_is()
    {
        repository.Files.Clear();
        repository.Files["main/train.jsonl"] = "{\"question\": \"How many?\", \"answer\": \"#### 7\"}\n"u8.ToArray();
        repository.Instead = request => request.Target == $"/api/datasets/{HubRepository.Name}/revision/main?blobs=true"
            ? HubReply.Text(200, repository.List())
            : request.Target == $"/datasets/{HubRepository.Name}/resolve/{HubRepository.Commit}/main/train.jsonl"
                ? HubRepository.Range(request, repository.Files["main/train.jsonl"], "\"1\"")
            : null;
        Assert.Contains("1 of question/answer", CommandRun.Of("data", "hub:org/small/main/train").Out, StringComparison.Ordinal);
        var run = CommandRun.Of("download", HubRepository.Name, "--dataset");
        Assert.Equal(
            (0, Path.Combine(folder.Root, "hub", "datasets--org--small", "snapshots", HubRepository.Commit) + "\n"), (run.Code, run.Out));
        Assert.Contains("data.train_data_path=hub:org/small/...", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Puts_copies_where_it_is_told()
    {
        var place = folder.File("mine");
        Assert.Equal(
            place + "\n", CommandRun.Of("download", HubRepository.Name, "--local-dir", place, "--revision", HubRepository.Commit).Out);
        Assert.Equal(repository.Files[Weights], File.ReadAllBytes(Path.Combine(place, Weights)));
    }

    [Fact]
    public void A_name_on_the_hub_stands_wherever_a_folder_does()
    {
        // Not in the cache: said at once, and nothing is asked of a server unless a person wants that.
        string[] tokenize = ["tokenize", "--tokenizer", HubRepository.Name];
        var refused = CommandRun.With("", tokenize);
        Assert.Equal((2, ""), (refused.Code, refused.Out));
        Assert.StartsWith(
            "org/small: there is no such model folder, and the hub's cache holds no whole model of that name", refused.Error,
            StringComparison.Ordinal);
        Assert.Empty(server.Requests);

        // The repository's tokenizer is none: it is found and refused by its place in the cache.
        var snapshot = Path.Combine(folder.Root, "hub", "models--org--small", "snapshots", HubRepository.Commit);
        Assert.Contains(Path.Combine(snapshot, "tokenizer.json"), CommandRun.With("", [.. tokenize, "--download"]).Error,
            StringComparison.Ordinal);
        var asked = server.Requests.Count;
        Assert.Contains(snapshot, CommandRun.With("", tokenize).Error, StringComparison.Ordinal);
        Assert.Contains(snapshot, CommandRun.Of("solve", "--model", HubRepository.Name, "q").Error, StringComparison.Ordinal);
        Assert.Equal(asked, server.Requests.Count);

        using var configs = new ConfigFolder().With("c.yaml", $$"""
            exp_name: x
            model: {model_path: {{HubRepository.Name}}}
            data: {tokenizer_path: {{HubRepository.Name}}}
            trainer: {run_name: sft-0, output_dir: o}
            """);
        var config = configs.Compose("c");
        var paths = RunPaths.Here(ConfigBinder.Bind<ExperimentOptions>(config).Options);
        Assert.Equal(snapshot, paths.ModelFolder);
        Assert.DoesNotContain(HubRepository.Name, NamedFiles.Missing(config, paths));
    }

    [Fact]
    public void What_is_refused_is_one_sentence_and_code_2()
    {
        var run = CommandRun.Of("download", "org/misspelt");
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Matches(@"^[^\n]+has no model org/misspelt at revision 'main'[^\n]+\.\n$", run.Error);
    }

    [Fact]
    public void A_full_disk_is_one_sentence_and_code_2()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        var blobs = Directory.CreateDirectory(Path.Combine(folder.Root, "hub", "models--org--small", "blobs")).FullName;
        File.CreateSymbolicLink(Path.Combine(blobs, repository.Hash(Weights) + ".incomplete"), "/dev/full");
        var run = CommandRun.Of("download", HubRepository.Name);
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains("No space left", run.Error, StringComparison.Ordinal);
        Assert.Contains("what has come is kept", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ended_by_the_user_it_is_code_130_and_goes_on_later()
    {
        using var cancel = new CancellationTokenSource();
        repository.Instead = request => request.Target == HubRepository.Address(Weights)
            ? repository.Honest(request) with { SilentAfter = 20_000, Sent = () => cancel.CancelAfter(200) }
            : null;
        var run = CommandRun.With("", cancel.Token, "download", HubRepository.Name);
        Assert.Equal((130, ""), (run.Code, run.Out));
        Assert.EndsWith("Interrupted. What is done is saved: the same command goes on from there.\n", run.Error, StringComparison.Ordinal);
        repository.Instead = _ => null;
        Assert.Equal(0, CommandRun.Of("download", HubRepository.Name).Code);
        Assert.Equal([0, 20_000], server.Requests.Where(r => r.Target == HubRepository.Address(Weights)).Select(r => r.From));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HF_ENDPOINT", null);
        Environment.SetEnvironmentVariable("HF_HOME", null);
        server.Dispose();
        folder.Dispose();
    }
}
