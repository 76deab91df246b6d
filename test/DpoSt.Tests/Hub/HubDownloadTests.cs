using System.Text;
using DpoSt.Hub;

namespace DpoSt.Tests.Hub;

/// <summary>What a download brings, and where it puts it.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private readonly HubRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Brings_what_dpost_reads_into_the_shared_cache()
    {
        Assert.Equal(run.Snapshot, await run.Download());
        run.IsWhole(run.Snapshot);
        Assert.Equal(HubRepository.Commit,
            await File.ReadAllTextAsync(Path.Combine(run.Root, "refs", "main"), TestContext.Current.CancellationToken));
        Assert.Equal(run.Repository.Files.Where(f => f.Key is "config.json" or "tokenizer.json" or "model.safetensors").Select(
            f => HubRepository.Hash(f.Key, f.Value)).Order(),
            Directory.EnumerateFiles(Path.Combine(run.Root, "blobs")).Select(Path.GetFileName).Order());
        Assert.Equal(
            $"../../blobs/{run.Repository.Hash("model.safetensors")}",
            new FileInfo(Path.Combine(run.Snapshot, "model.safetensors")).LinkTarget!.Replace('\\', '/'));
        Assert.Empty(run.Asked("tf_model.h5"));
        var size = run.Repository.Files["config.json"].Length + run.Repository.Files["tokenizer.json"].Length + 50_000;
        Assert.Equal(new HubPlan(HubRepository.Commit, 3, size, size), run.Plan);
        Assert.Equal(size, run.Progress[^1]);
        Assert.Equal(run.Progress.Order(), run.Progress);
        Assert.Empty(run.Notices);
    }

    [Fact]
    public async Task What_is_there_is_not_asked_for_again()
    {
        await run.Download();
        var before = run.Requests.Count;
        await run.Download();
        Assert.Equal(before + 1, run.Requests.Count);                                        // the list alone
        Assert.Equal(0, run.Plan!.Missing);
    }

    [Fact]
    public async Task A_content_of_another_commit_is_linked_not_downloaded()
    {
        run.Leave("model.safetensors", run.Repository.Files["model.safetensors"]);
        File.Move(run.Partial("model.safetensors"), run.Partial("model.safetensors")[..^".incomplete".Length]);
        run.IsWhole(await run.Download());
        Assert.Empty(run.Asked("model.safetensors"));
    }

    [Fact]
    public async Task A_local_folder_gets_files_of_its_own()
    {
        Assert.Equal(run.Local, await run.Download(local: run.Local));
        run.IsWhole(run.Local);
        Assert.All(Directory.EnumerateFiles(run.Local), file => Assert.Null(new FileInfo(file).LinkTarget));
        await File.AppendAllTextAsync(Path.Combine(run.Local, "config.json"), "mine", TestContext.Current.CancellationToken);
        run.IsWhole(run.Snapshot);
    }

    [Fact]
    public async Task A_commit_needs_no_reference()
    {
        run.IsWhole(await run.Download(revision: HubRepository.Commit));
        Assert.False(Directory.Exists(Path.Combine(run.Root, "refs")));
    }

    [Fact]
    public async Task Shards_come_with_their_index()
    {
        run.Repository.Files.Remove("model.safetensors");
        run.Repository.Files["model-1.safetensors"] = HubRepository.Bytes(300, 3);
        run.Repository.Files["model-2.safetensors"] = HubRepository.Bytes(200, 4);
        run.Repository.Files["unrelated.safetensors"] = HubRepository.Bytes(200, 5);
        run.Repository.Files["model.safetensors.index.json"] =
            """{"weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"}}"""u8.ToArray();
        run.IsWhole(await run.Download(), "config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json",
            "tokenizer.json");
    }

    [Fact]
    public async Task An_adapter_comes_without_a_model_and_is_found_by_its_name()
    {
        run.Repository.Files.Remove("model.safetensors");
        run.Repository.Files.Remove("config.json");
        run.Repository.Files["adapter_config.json"] = "{}"u8.ToArray();
        var refused = await Assert.ThrowsAsync<UserErrorException>(() => run.Download());
        Assert.Contains("adapter_config.json but no adapter_model.safetensors", refused.Message);
        run.Repository.Files["adapter_model.safetensors"] = HubRepository.Bytes(300, 3);
        run.IsWhole(await run.Download(), "adapter_config.json", "adapter_model.safetensors", "tokenizer.json");
        Assert.Equal(run.Local, await run.Download(local: run.Local));
        run.IsWhole(run.Local, "adapter_config.json", "adapter_model.safetensors", "tokenizer.json");
    }

    [Theory]
    [InlineData("../../evil.safetensors", "'../../evil.safetensors'")]
    [InlineData("/tmp/evil.safetensors", "'/tmp/evil.safetensors'")]
    [InlineData("sub/evil.safetensors", "'sub/evil.safetensors'")]
    [InlineData("C:evil.safetensors", "'C:evil.safetensors'")]
    [InlineData("..\\\\evil.safetensors", "evil.safetensors'")]
    [InlineData(".hidden.safetensors", "'.hidden.safetensors'")]
    [InlineData("evil.sh", "'evil.sh'")]
    [InlineData("absent.safetensors", "'absent.safetensors', which the repository does not hold")]
    public async Task An_index_that_names_a_place_elsewhere_is_refused(string shard, string says)
    {
        run.Repository.Files.Remove("model.safetensors");
        run.Repository.Files[shard == "absent.safetensors" ? "other" : shard] = HubRepository.Bytes(10, 1);
        run.Repository.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes($"{{\"weight_map\": {{\"a\": \"{shard}\"}}}}");
        Assert.Contains(says, await run.Refused(), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Requests, r => r.Target.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pickles_are_refused_before_anything_is_downloaded()
    {
        run.Repository.Files.Remove("model.safetensors");
        run.Repository.Files["pytorch_model.bin"] = [1];
        var sentence = await run.Refused();
        Assert.Contains("org/small holds pytorch_model.bin, a pickle", sentence, StringComparison.Ordinal);
        Assert.Contains("save_pretrained", sentence, StringComparison.Ordinal);
        Assert.Single(run.Requests);
    }

    [Fact]
    public async Task A_repository_that_is_no_model_is_refused()
    {
        run.Repository.Files.Remove("model.safetensors");
        Assert.Contains("holds no model.safetensors", await run.Refused(), StringComparison.Ordinal);
        run.Repository.Files.Remove("config.json");
        Assert.Contains("holds no config.json", await run.Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("org/../name")]
    [InlineData("/org/name")]
    [InlineData("org/name/more")]
    [InlineData("org/na--me")]
    [InlineData("https://huggingface.co/org/name")]
    [InlineData("")]
    public async Task A_name_that_is_none_is_a_sentence(string repo)
    {
        Assert.Contains("ORGANISATION/NAME", await run.Refused(repo), StringComparison.Ordinal);
        Assert.Empty(run.Requests);
    }

    [Theory]
    [InlineData("../main")]
    [InlineData("a/../b")]
    [InlineData("/main")]
    [InlineData("a?b")]
    public async Task A_revision_that_is_none_is_a_sentence(string revision) =>
        Assert.Contains("is not a revision", await run.Refused(revision: revision), StringComparison.Ordinal);

    [Fact]
    public async Task Another_program_at_work_on_the_file_is_a_sentence()
    {
        using var held = new HubCache(run.Options.Cache, HubRepository.Name)
            .Lock(new HubFile("config.json", 1, run.Repository.Hash("config.json")));
        Assert.Contains("another program downloads config.json now", await run.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_a_sentence()
    {
        await File.WriteAllTextAsync(run.Options.Cache, "a file where the cache should be", TestContext.Current.CancellationToken);
        Assert.Contains("HF_HOME is not writable", await run.Refused(), StringComparison.Ordinal);
    }
}
