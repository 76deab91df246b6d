using System.Net;
using System.Net.Sockets;
using DpoSt.Hub;

namespace DpoSt.Tests.Hub;

/// <summary>A model that is whole in the cache needs no hub.</summary>
public sealed class OfflineHubTests : IDisposable
{
    private readonly HubRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Offline_the_cache_is_used_and_no_server_asked()
    {
        await run.Download();
        var before = run.Requests.Count;
        run.Options = run.Options with { Offline = true };
        Assert.Equal(run.Snapshot, await run.Download());
        Assert.Equal(run.Snapshot, await run.Download(revision: HubRepository.Commit));
        Assert.Equal(run.Local, await run.Download(local: run.Local));
        run.IsWhole(run.Local);
        Assert.Equal(before, run.Requests.Count);
    }

    [Fact]
    public async Task Offline_what_is_not_whole_is_refused()
    {
        run.Options = run.Options with { Offline = true };
        Assert.StartsWith("HF_HUB_OFFLINE is set, and ", await run.Refused(), StringComparison.Ordinal);
        run.Options = run.Options with { Offline = false };
        await run.Download();
        run.Options = run.Options with { Offline = true };
        File.Delete(new FileInfo(Path.Combine(run.Snapshot, "model.safetensors")).ResolveLinkTarget(true)!.FullName);
        Assert.Contains("holds no whole org/small", await run.Refused(), StringComparison.Ordinal);
        Assert.Empty(run.Notices);
    }

    [Fact]
    public async Task Where_the_hub_is_away_it_is_asked_once()
    {
        await run.Download();
        using (var taken = new TcpListener(IPAddress.Loopback, 0))
        {
            taken.Start();
            run.Options = run.Options with { Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}") };
        }

        Assert.Equal(run.Snapshot, await run.Download());
        Assert.Contains("org/small is taken as the cache has it", Assert.Single(run.Notices), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Waits, wait => wait > TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_busy_hub_is_one_that_is_away()
    {
        await run.Download();
        var before = run.Requests.Count;
        run.Repository.Instead = _ => HubReply.Text(503, "later");
        Assert.Equal(run.Snapshot, await run.Download());
        Assert.Equal(before + 1, run.Requests.Count);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("ON", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void Says_so_as_the_hubs_own_tools_are_told(string value, bool isOffline)
    {
        Assert.Equal(isOffline, HubOptions.FromEnvironment(name => name == "HF_HUB_OFFLINE" ? value : null).Offline);
        Assert.Equal(isOffline, HubOptions.FromEnvironment(name => name == "TRANSFORMERS_OFFLINE" ? value : null).Offline);
    }

    [Theory]
    [InlineData("google/flan-t5-base", true)]
    [InlineData("org/name.v2_x", true)]
    [InlineData("gpt2", false)]
    [InlineData("./org/name", false)]
    [InlineData("/org/name", false)]
    [InlineData("~/name", false)]
    [InlineData("../name", false)]
    [InlineData("org/../name", false)]
    [InlineData("ft_models/t5/sft-0", false)]
    [InlineData("org/na--me", false)]
    [InlineData("org/", false)]
    public void Knows_what_may_be_a_name(string written, bool isName) => Assert.Equal(isName, HubModels.IsName(written));
}
