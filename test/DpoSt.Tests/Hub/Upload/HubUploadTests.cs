using System.Collections.Concurrent;
using DpoSt.Hub;
using DpoSt.Hub.Upload;

namespace DpoSt.Tests.Hub.Upload;

/// <summary>A folder of a model on its way to a hub on this machine.</summary>
public sealed class HubUploadTests : IDisposable
{
    private const string Repo = "me/small";
    private const string Weights = "model.safetensors";
    private readonly TemporaryFolder folder = new();
    private readonly UploadHub hub = new();
    private readonly HubServer server;
    private readonly ConcurrentQueue<string> notices = [];
    private readonly List<long> progress = [];
    private readonly byte[] weights = HubRepository.Bytes(700_000, 3);

    public HubUploadTests()
    {
        server = new HubServer(request => hub.Answer(request) ?? HubReply.Text(404, ""));
        hub.Storage = server.Address;
        Options = new HubOptions(server.Address, UploadHub.Token, folder.File("cache"))
        {
            Attempts = 3,
            FirstDelay = TimeSpan.FromMilliseconds(1),
            Stall = TimeSpan.FromSeconds(20),
        };
        Directory.CreateDirectory(Model);
        Put("config.json", "{\"model_type\": \"llama\"}\n"u8.ToArray());
        Put("tokenizer.json", "{}"u8.ToArray());
        Put(Weights, weights);
        Put("metrics.jsonl", "{}\n"u8.ToArray());
        Put("provenance.json", "{}\n"u8.ToArray());
    }

    private HubOptions Options { get; set; }

    private string Model => folder.File("model");

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_model_comes_whole_as_one_commit_in_a_repository_of_its_own()
    {
        Assert.Equal(new Uri(server.Address, Repo), await Upload());
        var files = hub.Repositories[Repo];
        Assert.Equal([".gitattributes", "README.md", "config.json", Weights, "tokenizer.json"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(weights, files[Weights]);
        Assert.Equal("# a card\n"u8.ToArray(), files["README.md"]);
        Assert.True(Assert.Single(hub.Created).GetProperty("private").GetBoolean());
        Assert.Equal(1 + 4, Assert.Single(hub.Commits).Length);
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(files.Where(f => f.Key != ".gitattributes").Sum(f => f.Value.Length), progress[^1]);
        Assert.Empty(notices);
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again_and_what_has_changed_is()
    {
        await Upload(isPublic: true);
        Assert.False(hub.Created[0].GetProperty("private").GetBoolean());
        var asked = server.Requests.Count;
        await Upload();
        Assert.All(server.Requests.Skip(asked), r => Assert.Contains(r.Target, (string[])["/api/repos/create", Listing]));
        Assert.Contains(notices, notice => notice.Contains("is there already", StringComparison.Ordinal));

        Put("config.json", "{}"u8.ToArray());
        await Upload(card: "# another\n");
        Assert.Equal(2, hub.Commits.Count);
        Assert.Equal("{}"u8.ToArray(), hub.Repositories[Repo]["config.json"]);
        Assert.Equal("# a card\n"u8.ToArray(), hub.Repositories[Repo]["README.md"]);
        Assert.Single(server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task The_folders_own_card_is_kept_and_others_files_stay_behind()
    {
        Put("README.md", "mine"u8.ToArray());
        Put("notes.txt", "private"u8.ToArray());
        await Upload();
        Assert.Equal("mine"u8.ToArray(), hub.Repositories[Repo]["README.md"]);
        Assert.DoesNotContain("notes.txt", hub.Repositories[Repo].Keys);
        Assert.Equal("not part of the model and not sent: notes.txt", Assert.Single(notices));
    }

    [Fact]
    public async Task An_adapter_comes_with_what_belongs_to_it()
    {
        var adapter = Directory.CreateDirectory(folder.File("adapter")).FullName;
        File.WriteAllText(Path.Combine(adapter, "adapter_config.json"), "{}");
        await Refused("no adapter_model.safetensors", adapter);
        File.WriteAllBytes(Path.Combine(adapter, "adapter_model.safetensors"), weights);
        await Upload(adapter);
        Assert.Equal(
            [".gitattributes", "README.md", "adapter_config.json", "adapter_model.safetensors"],
            hub.Repositories[Repo].Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_token_stays_with_the_hub_where_files_go_elsewhere()
    {
        using var storage = new HubServer(hub.Lfs);
        hub.Storage = storage.Address;
        await Upload();
        Assert.Null(Assert.Single(storage.Requests)["Authorization"]);
        Assert.Equal(weights, hub.Repositories[Repo][Weights]);
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_and_every_attempt_asks_for_a_new_address()
    {
        var failures = new Queue<int?>([503, null, 500, null, null, null]);
        hub.Instead = request => request.Method == "PUT" || request.Target.EndsWith("commit/main", StringComparison.Ordinal)
            ? failures.Dequeue() is { } status ? HubReply.Text(status, "") : null : null;
        await Upload();
        Assert.Equal(2, server.Requests.Count(r => r.Target.EndsWith("/batch", StringComparison.Ordinal)));
        Assert.Contains(notices, notice => notice.Contains("answers 503", StringComparison.Ordinal));
        Assert.Equal(weights, hub.Repositories[Repo][Weights]);
        Assert.Single(hub.Commits);
    }

    [Fact]
    public async Task What_never_passes_ends_in_a_sentence_and_the_next_run_goes_on()
    {
        hub.Instead = request => request.Target.EndsWith("commit/main", StringComparison.Ordinal) ? HubReply.Text(502, "") : null;
        Assert.Contains("3 attempts were no better; run the same command again", await Refused(""), StringComparison.Ordinal);
        hub.Instead = _ => null;
        await Upload();
        Assert.Single(server.Requests, r => r.Method == "PUT");
        Assert.Equal(weights, hub.Repositories[Repo][Weights]);
    }

    [Theory]
    [InlineData("/api/repos/create", 401, "does not accept the token to create me/small (\"why\"): check HF_TOKEN")]
    [InlineData("/api/repos/create", 403, "does not let the token's account create me/small (\"why\")")]
    [InlineData("/api/repos/create", 404, "knows no place to create me/small")]
    [InlineData("/api/repos/create", 301, "may have another name now")]
    [InlineData("/api/models/me/small/preupload/main", 403, "account write to me/small")]
    [InlineData("/me/small.git/info/lfs/objects/batch", 413, "refuses to send model.safetensors, for it is too large (\"why\")")]
    [InlineData("/api/models/me/small/commit/main", 409, "somebody else is changing me/small")]
    [InlineData("/api/models/me/small/commit/main", 402, "has no room to change me/small: the account's storage is full (\"why\")")]
    [InlineData("/lfs/", 507, "has no room to send model.safetensors")]
    [InlineData("/api/models/me/small/preupload/main", 200, "does not say how files are to be sent")]
    [InlineData("/me/small.git/info/lfs/objects/batch", 200, "does not say where model.safetensors is to be sent")]
    [InlineData("/api/models/me/small/commit/main", 200, "does not list config.json as it was sent")]
    public async Task A_refusal_is_a_sentence_and_is_not_repeated(string target, int status, string says)
    {
        hub.Instead = request => request.Target.StartsWith(target, StringComparison.Ordinal)
            ? HubReply.Text(status, """{"error": "why"}""") : null;
        await Refused(says);
        Assert.Single(server.Requests, r => r.Target.StartsWith(target, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"objects": [{"oid": "OID", "error": {"code": 507, "message": "full"}}]}""", "storage is full (\"full\")")]
    [InlineData("""{"objects": [{"oid": "OID", "actions": {"upload": {"href": "ftp://x/y"}}}]}""", "less safe than http")]
    [InlineData("""{"objects": [{"oid": "OID", "actions": {"upload": {"href": "/p", "header": {"chunk_size": "5"}}}}]}""", "in parts only")]
    [InlineData("""{"objects": [{"oid": "OID", "actions": {"upload": {}}}]}""", "does not say where")]
    [InlineData("""{"objects": []}""", "does not say where")]
    public async Task What_Git_LFS_asks_for_is_not_believed(string answer, string says)
    {
        hub.Instead = request => request.Target.EndsWith("/batch", StringComparison.Ordinal)
            ? HubReply.Text(200, answer.Replace("OID", UploadHub.Sha256(weights), StringComparison.Ordinal)) : null;
        await Refused(says);
        Assert.Empty(hub.Commits);
    }

    [Fact]
    public async Task A_token_that_may_not_create_may_write_what_is_there()
    {
        hub.Repositories[Repo] = [];
        hub.Instead = request => request.Target == "/api/repos/create" ? HubReply.Text(403, "") : null;
        await Upload();
        Assert.Equal(weights, hub.Repositories[Repo][Weights]);
    }

    [Fact]
    public async Task A_file_that_changes_on_its_way_is_never_committed()
    {
        hub.Instead = request =>
        {
            if (request.Target.EndsWith("/batch", StringComparison.Ordinal))
            {
                Put(Weights, HubRepository.Bytes(weights.Length, 4));
            }

            return null;
        };
        await Refused("model.safetensors has changed while it was sent");
        Assert.Empty(hub.Commits);
    }

    [Fact]
    public async Task It_ends_when_it_is_told_to_and_goes_on_later()
    {
        using var cancel = new CancellationTokenSource();
        hub.Instead = request => request.Target == "/lfs/verify"
            ? HubReply.Text(200, "later") with { SilentAfter = 1, Sent = () => cancel.CancelAfter(50) } : null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Upload(cancel: cancel.Token));
        Assert.Empty(hub.Commits);
        hub.Instead = _ => null;
        await Upload();
        Assert.Single(server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task What_cannot_be_is_told_before_anything_is_asked()
    {
        await Refused("there is no such folder", folder.File("nowhere"));
        await Refused("holds no model.safetensors and no", Directory.CreateDirectory(folder.File("empty")).FullName);
        await Refused("has no owner", repo: "small");
        await Refused("not a repository's name", repo: "a/../b");
        File.Delete(Path.Combine(Model, "config.json"));
        await Refused("holds no config.json: the model is not whole");
        Put("config.json", "{}"u8.ToArray());
        Options = Options with { Offline = true };
        await Refused("HF_HUB_OFFLINE is set");
        Options = Options with { Offline = false, Token = null };
        await Refused("set HF_TOKEN");
        Assert.Empty(server.Requests);
    }

    private const string Listing = $"/api/models/{Repo}/revision/main?blobs=true";

    private void Put(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Model, name), content);

    private Task<Uri> Upload(
        string? from = null, string repo = Repo, string card = "# a card\n", bool isPublic = false, CancellationToken? cancel = null)
    {
        progress.Clear();
        return HubUpload.Run(
            from ?? Model, repo, () => card, isPublic, Options,
            new UploadWatcher((_, _) => progress.Clear(), progress.Add, notices.Enqueue),
            cancel ?? TestContext.Current.CancellationToken);
    }

    private async Task<string> Refused(string says, string? from = null, string repo = Repo)
    {
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Upload(from, repo));
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        return error.Message;
    }
}
