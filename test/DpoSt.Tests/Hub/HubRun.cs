using System.Collections.Concurrent;
using DpoSt.Hub;

namespace DpoSt.Tests.Hub;

/// <summary>A repository, its server, an empty cache, and the download between them, whose waits take no time.</summary>
internal sealed class HubRun : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HubServer server;
    private readonly NoWaiting clock = new();

    public HubRun()
    {
        server = Repository.Serve();
        Options = new HubOptions(server.Address, null, folder.File("hub")) { Attempts = 4, Stall = TimeSpan.FromSeconds(20), Time = clock };
    }

    public HubRepository Repository { get; } = new();

    public HubOptions Options { get; set; }

    public List<string> Notices { get; } = [];

    public List<long> Progress { get; } = [];

    public HubPlan? Plan { get; private set; }

    /// <summary>How long the download would have waited.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => clock.Waits;

    public IReadOnlyCollection<HubRequest> Requests => server.Requests;

    /// <summary>What the server was asked about one file.</summary>
    public IReadOnlyList<HubRequest> Asked(string file) => [.. server.Requests.Where(r => r.Target == HubRepository.Address(file))];

    public string Root => Path.Combine(Options.Cache, "models--org--small");

    public string Snapshot => Path.Combine(Root, "snapshots", HubRepository.Commit);

    public string Partial(string file) => Path.Combine(Root, "blobs", Repository.Hash(file) + ".incomplete");

    public string Local => folder.File("local");

    public Task<string> Download(string repo = HubRepository.Name, string revision = "main", string? local = null) =>
        Until(TestContext.Current.CancellationToken, repo, revision, local);

    /// <summary>A download that somebody may end.</summary>
    public Task<string> Until(CancellationToken cancel, string repo = HubRepository.Name, string revision = "main", string? local = null) =>
        HubDownload.Run(repo, revision, local, Options, new HubWatcher(plan => Plan = plan, Progress.Add, Notices.Add), cancel);

    /// <summary>The sentence of a download that is refused.</summary>
    public async Task<string> Refused(string repo = HubRepository.Name, string revision = "main")
    {
        var error = await Assert.ThrowsAsync<UserErrorException>(() => Download(repo, revision));
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    /// <summary>Asserts that the model is there, byte by byte, and nothing beside it that dpost does not read.</summary>
    public void IsWhole(string place, params string[] names)
    {
        string[] expected = names is [] ? ["config.json", "model.safetensors", "tokenizer.json"] : names;
        Assert.Equal(expected, Directory.EnumerateFiles(place).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.All(expected, name => Assert.Equal(Repository.Files[name], File.ReadAllBytes(Path.Combine(place, name))));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Root, "blobs"), "*.incomplete"));
    }

    /// <summary>Puts the beginning of a file where an earlier run would have left it.</summary>
    public void Leave(string file, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Partial(file))!);
        File.WriteAllBytes(Partial(file), bytes);
    }

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    /// <summary>A clock whose timers ring at once, and that remembers what they were set to.</summary>
    private sealed class NoWaiting : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
