using System.Globalization;

namespace DpoSt.Tests.Hub;

/// <summary>A server that fails, redirects, throttles or lies: the file is right in the end, or there is a sentence.</summary>
public sealed class UnreliableHubTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private readonly HubRun run = new();
    private int count;

    private byte[] Content => run.Repository.Files[Weights];

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Errors_of_the_server_pass_with_growing_waits()
    {
        run.Repository.Instead = request => IsWeights(request) && count++ < 3 ? HubReply.Text(500 + count, "no") : null;
        run.IsWhole(await run.Download());
        Assert.Equal([1, 2, 4], run.Waits.Select(w => w.TotalSeconds));
        Assert.Contains("answers 501", run.Notices[0], StringComparison.Ordinal);
        Assert.Contains("trying again in 1 s", run.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_that_do_not_pass_are_a_sentence()
    {
        run.Repository.Instead = request => HubReply.Text(503, "no");
        Assert.Contains("answers 503 (Status), and 4 attempts were no better", await run.Refused(), StringComparison.Ordinal);
        Assert.Equal(4, run.Requests.Count);
    }

    [Fact]
    public async Task A_throttled_download_waits_as_long_as_it_is_asked_to()
    {
        run.Repository.Instead = request => count++ < 1 ? HubReply.Text(429, "slow down", "Retry-After: 17") : null;
        run.IsWhole(await run.Download());
        Assert.Equal([17], run.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public async Task A_throttle_of_an_hour_is_a_sentence()
    {
        run.Repository.Instead = request => HubReply.Text(429, "slow down", "Retry-After: 3600");
        Assert.Contains("asks to wait 60 minutes", await run.Refused(), StringComparison.Ordinal);
        Assert.Empty(run.Waits);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_continued_where_it_broke()
    {
        run.Repository.Instead = request =>
            IsWeights(request) && count++ < 2 ? run.Repository.Honest(request) with { BreaksAfter = 10_000 } : null;
        run.IsWhole(await run.Download());
        Assert.Equal([0, 10_000, 20_000], run.Asked(Weights).Select(r => r.From));
        Assert.Equal([null, .. Enumerable.Repeat($"\"{run.Repository.Hash(Weights)}\"", 2)], run.Asked(Weights).Select(r => r["If-Range"]));
    }

    [Fact]
    public async Task Progress_renews_the_patience()
    {
        run.Repository.Files[Weights] = HubRepository.Bytes(10 << 20, 6);
        run.Repository.Instead = request =>
            IsWeights(request) && request.From < 9 << 20 ? run.Repository.Honest(request) with { BreaksAfter = (1 << 20) + 5 } : null;
        run.IsWhole(await run.Download());
        Assert.Equal(10, run.Asked(Weights).Count);
        Assert.Empty(run.Waits);
    }

    [Fact]
    public async Task A_later_run_continues_what_an_earlier_one_left()
    {
        run.Leave(Weights, Content[..30_000]);
        run.IsWhole(await run.Download());
        Assert.Equal("bytes=30000-", Assert.Single(run.Asked(Weights))["Range"]);
        Assert.Equal(run.Plan!.Bytes - 30_000, run.Plan.Missing);
        Assert.Equal(run.Plan.Missing, run.Progress[^1]);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_and_asked_again()
    {
        run.Options = run.Options with { Stall = TimeSpan.FromSeconds(2) };
        run.Repository.Instead = request =>
            IsWeights(request) && count++ < 1 ? run.Repository.Honest(request) with { SilentAfter = 10_000 } : null;
        run.IsWhole(await run.Download());
        Assert.Contains("sent nothing for 2 s", Assert.Single(run.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_sends_all_again()
    {
        run.Leave(Weights, Content[..30_000]);
        run.Repository.Instead = request => IsWeights(request) ? new HubReply(200, Content) : null;
        run.IsWhole(await run.Download());
        Assert.Single(run.Asked(Weights));
    }

    [Theory]
    [InlineData("ETag: \"other\"", 10_000)]
    [InlineData("ETag: \"first\"", 9_000)]
    public async Task Another_version_or_another_place_is_not_appended(string tag, int from)
    {
        run.Repository.Instead = request => !IsWeights(request) ? null : count++ switch
        {
            0 => new HubReply(200, Content, "ETag: \"first\"") { BreaksAfter = 10_000 },
            1 => new HubReply(
                206, Content[10_000..], tag,
                string.Create(CultureInfo.InvariantCulture, $"Content-Range: bytes {from}-{Content.Length - 1}/{Content.Length}")),
            _ => new HubReply(200, Content),
        };
        run.IsWhole(await run.Download());
        Assert.Equal([0, 10_000, 0], run.Asked(Weights).Select(r => r.From));
    }

    [Fact]
    public async Task A_range_beyond_the_end_begins_anew()
    {
        run.Leave(Weights, Content[..30_000]);
        run.Repository.Instead = request => IsWeights(request) && count++ < 1 ? HubReply.Text(416, "") : null;
        run.IsWhole(await run.Download());
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(50_000)]
    [InlineData(60_000)]
    public async Task What_an_earlier_run_left_may_be_damaged(int length)
    {
        run.Leave(Weights, HubRepository.Bytes(length, 9));
        run.IsWhole(await run.Download());
    }

    [Fact]
    public async Task Wrong_bytes_are_noticed_at_once()
    {
        run.Repository.Instead = request => IsWeights(request) ? new HubReply(200, HubRepository.Bytes(Content.Length, 9)) : null;
        Assert.Contains("another checksum", await run.Refused(), StringComparison.Ordinal);
        Assert.Single(run.Asked(Weights));
        Assert.False(File.Exists(Path.Combine(run.Snapshot, Weights)));
    }

    [Fact]
    public async Task Wrong_bytes_are_not_continued_for_ever()
    {
        run.Repository.Instead = request => IsWeights(request) && count++ is var n
            ? HubRepository.Range(
                request, HubRepository.Bytes(Content.Length, 9), "\"wrong\"") with
            { BreaksAfter = n % 2 == 0 ? 10_000 : null }
            : null;
        Assert.Contains("another checksum", await run.Refused(), StringComparison.Ordinal);
        Assert.Equal(4, run.Asked(Weights).Count);
    }

    [Theory]
    [InlineData(49_999, null)]
    [InlineData(50_001, null)]
    [InlineData(50_001, -1L)]
    public async Task A_wrong_length_is_a_sentence(int length, long? claims)
    {
        run.Repository.Instead = request =>
            IsWeights(request) ? new HubReply(200, HubRepository.Bytes(length, 1)) { Claims = claims } : null;
        Assert.Contains("is not the file that the hub lists", await run.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_page_in_the_place_of_a_file_leaves_what_has_come()
    {
        run.Leave(Weights, Content[..30_000]);
        run.Repository.Instead = request =>
            IsWeights(request) ? HubReply.Text(200, "<html>Log in</html>", "Content-Type: text/html") : null;
        Assert.Contains("text/html", await run.Refused(), StringComparison.Ordinal);
        Assert.Equal(30_000, new FileInfo(run.Partial(Weights)).Length);
    }

    [Theory]
    [InlineData("<html>Log in</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"sha\": \"../../../evil\", \"siblings\": []}")]
    [InlineData("{\"sha\": \"\\ud800\", \"siblings\": []}")]
    [InlineData("{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{}]}")]
    public async Task A_login_page_in_the_place_of_the_list_is_a_sentence(string body)
    {
        run.Repository.Instead = _ => HubReply.Text(200, body);
        Assert.Contains("not with a model's list of files", await run.Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    public async Task An_absurd_size_is_no_file(long size)
    {
        run.Repository.Instead = request => request.Target == HubRepository.Listing
            ? HubReply.Text(
                200,
                run.Repository.List(
                    (name, length) =>
                        new { rfilename = name, size = name == "config.json" ? length : size, blobId = run.Repository.Hash(name) }))
            : null;
        Assert.Contains("holds no model.safetensors", await run.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_size_of_a_terabyte_is_not_believed_before_it_comes()
    {
        run.Repository.Instead = request => request.Target == HubRepository.Listing
            ? HubReply.Text(
                200,
                run.Repository.List(
                    (name, length) =>
                        new
                        {
                            rfilename = name,
                            size = name == Weights ? 1L << 40 : length,
                            blobId = HubRepository.Hash("x", run.Repository.Files[name]),
                        }))
            : null;
        var before = GC.GetTotalAllocatedBytes();
        Assert.Contains($"it sends 50000 bytes where {1L << 40} are missing", await run.Refused(), StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 512 << 20);
    }

    [Fact]
    public async Task The_user_ends_it_and_the_next_run_goes_on()
    {
        using var cancel = new CancellationTokenSource();
        run.Repository.Instead = request =>
            IsWeights(request) ? run.Repository.Honest(request) with { SilentAfter = 20_000, Sent = () => cancel.CancelAfter(200) } : null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Until(cancel.Token));
        Assert.Equal(Content[..20_000], await File.ReadAllBytesAsync(run.Partial(Weights), TestContext.Current.CancellationToken));
        run.Repository.Instead = _ => null;
        run.IsWhole(await run.Download());
        Assert.Equal([0, 20_000], run.Asked(Weights).Select(r => r.From));
    }

    private static bool IsWeights(HubRequest request) => request.Target == HubRepository.Address(Weights);
}
