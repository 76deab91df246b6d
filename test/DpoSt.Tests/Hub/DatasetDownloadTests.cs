using System.Text;
using DpoSt.Data;
using DpoSt.Hub;

namespace DpoSt.Tests.Hub;

/// <summary>Data sets come as models do, into a folder of their own of the shared cache.</summary>
public sealed class DatasetDownloadTests : IDisposable
{
    private const string Train = "main/train-00000-of-00001.parquet";
    private const string Address = $"/datasets/{HubRepository.Name}/resolve/{HubRepository.Commit}/";
    private readonly HubRun run = new();

    public DatasetDownloadTests()
    {
        run.Repository.Files.Clear();
        run.Repository.Files.Add(Train, HubRepository.Bytes(40_000, 1));
        run.Repository.Files.Add("main/test-00000-of-00001.parquet", HubRepository.Bytes(1_000, 2));
        run.Repository.Files.Add("README.md", "about"u8.ToArray());
        run.Repository.Files.Add("script.py", "import os"u8.ToArray());
        run.Repository.Files.Add("../../escape.jsonl", "{}"u8.ToArray());
        run.Repository.Instead = Serve;
    }

    private string Root => Path.Combine(run.Options.Cache, "datasets--org--small");

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task All_its_rows_come_into_the_shared_cache_and_nothing_else()
    {
        var place = await DatasetDownload.All(
            HubRepository.Name, "main", null, run.Options, Watcher, TestContext.Current.CancellationToken);
        Assert.Equal(Path.Combine(Root, "snapshots", HubRepository.Commit), place);
        Assert.Equal(
            ["README.md", "main/test-00000-of-00001.parquet", Train],
            Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(place, file).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal(run.Repository.Files[Train], File.ReadAllBytes(Path.Combine(place, Train)));
        Assert.Equal(
            $"../../../blobs/{run.Repository.Hash(Train)}",
            new FileInfo(Path.Combine(place, Train)).LinkTarget!.Replace('\\', '/'));
        Assert.Equal(HubRepository.Commit, File.ReadAllText(Path.Combine(Root, "refs", "main")));
    }

    [Fact]
    public async Task A_part_is_one_file_that_is_fetched_once_and_goes_on_where_it_stopped()
    {
        var blob = Path.Combine(Root, "blobs", run.Repository.Hash(Train));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.WriteAllBytes(blob + ".incomplete", run.Repository.Files[Train][..15_000]);
        var file = await Part("hub:org/small/main/train");
        Assert.Equal(run.Repository.Files[Train], File.ReadAllBytes(file));
        Assert.Equal(15_000, Assert.Single(run.Requests, r => r.Target == Address + Train).From);
        Assert.DoesNotContain(run.Requests, r => r.Target.EndsWith("test-00000-of-00001.parquet", StringComparison.Ordinal));
        var asked = run.Requests.Count;
        Assert.Equal(file, await Part("hub:org/small@main/main/train"));
        Assert.Equal(file, await Part($"hub:org/small@{HubRepository.Commit}/{Train}"));
        Assert.Equal(asked, run.Requests.Count);               // without the hub
    }

    [Theory]
    [InlineData("hub:org/small/main/dev", "org/small at main has no data called 'main/dev'; it has main/test, main/train.")]
    [InlineData("hub:org/small", "'hub:org/small' names no data of a hub; expected hub:ORGANISATION/NAME/CONFIGURATION/SPLIT, such as ")]
    [InlineData("hub:small/../../x", "org/small")]
    [InlineData("hub:org/absent/main/train", "has no data set org/absent at revision 'main'")]
    public async Task What_is_not_there_is_one_sentence(string name, string says)
    {
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Part(name));
        Assert.True(error.Message.Contains(says, StringComparison.Ordinal) || name.Contains("..", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public async Task Other_bytes_than_the_listed_ones_are_refused()
    {
        run.Repository.Instead = request => request.Target == Address + Train
            ? new HubReply(200, HubRepository.Bytes(40_000, 9)) : Serve(request);
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Part("hub:org/small/main/train"));
        Assert.Contains("another checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_may_be_a_split_alone_or_a_file_or_all_files_of_a_split_and_nothing_less()
    {
        string Choose(string part, params string[] files) =>
            DatasetName.PathOf(DatasetName.Parse($"hub:a/b/{part}").Choose(files));
        Assert.Equal("data/train-00000-of-00001.parquet", Choose("train", "data/train-00000-of-00001.parquet", "data/test.csv"));
        Assert.Equal("x/train.jsonl.gz", Choose("x/train", "x/train.jsonl.gz"));
        Assert.Equal("train.csv", Choose("train.csv", "train.csv", "train.jsonl"));
        string[] shards = ["d/train-00000-of-00002.parquet", "d/train-00001-of-00002.parquet"];
        Assert.Equal(shards[1], Choose(shards[1], shards));
        Assert.Equal("d/train-?????-of-00002*.parquet*", Choose("d/train", [.. shards, "d/test-00000-of-00001.parquet"]));
        Assert.Equal(
            "a/b at main has 'd/train' in 2 files that are no one set; name one of them: hub:a/b/d/train-00000-of-00003.parquet and so on.",
            Assert.Throws<UserErrorException>(
                () => Choose("d/train", "d/train-00000-of-00003.parquet", "d/train-00001-of-00003.parquet")).Message);
        Assert.Throws<UserErrorException>(() => Choose("train", "train.csv", "train.jsonl"));
    }

    [Fact]
    public async Task A_split_in_several_files_comes_whole_and_is_read_as_one()
    {
        run.Repository.Files.Clear();
        for (var i = 0; i < 3; i++)
        {
            run.Repository.Files.Add(
                $"main/train-0000{i}-of-00003.jsonl", Encoding.UTF8.GetBytes($$"""{"question": "q{{i}}", "answer": "#### {{i}}"}"""));
        }

        run.Repository.Files.Add("main/train-more-00000-of-00003.jsonl", "{}"u8.ToArray());
        var path = await Part("hub:org/small/main/train");
        Assert.Equal(["q0", "q1", "q2"], ProblemSet.Load(path).Select(problem => problem.Question));
        var asked = run.Requests.Count;
        Assert.Equal(path, await Part("hub:org/small/main/train"));
        Assert.Equal(asked, run.Requests.Count);               // without the hub
        var lost = Directory.GetFiles(Path.GetDirectoryName(path)!, "train-00001*").Single();
        File.Delete(lost);
        Assert.Equal(path, await Part("hub:org/small/main/train"));
        Assert.True(File.Exists(lost));                        // brought again, for the set was not whole
    }

    private static HubWatcher Watcher => new(_ => { }, _ => { }, _ => { });

    private Task<string> Part(string name) =>
        DatasetDownload.File(DatasetName.Parse(name), run.Options, Watcher, TestContext.Current.CancellationToken);

    private HubReply? Serve(HubRequest request)
    {
        if (request.Target == $"/api/datasets/{HubRepository.Name}/revision/main?blobs=true")
        {
            return HubReply.Text(200, run.Repository.List());
        }

        var file = run.Repository.Files.FirstOrDefault(f => request.Target == Address + f.Key);
        return file.Key is null ? HubReply.Text(404, "Not Found")
            : HubRepository.Range(request, file.Value, $"\"{run.Repository.Hash(file.Key)}\"");
    }
}
