using DpoSt.Hub;

namespace DpoSt.Tests.Hub;

/// <summary>Who is asked for what with which token, and what a refusal means.</summary>
public sealed class HubClientTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private readonly HubRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task The_token_goes_to_its_own_host_and_to_no_other()
    {
        using var elsewhere = new HubServer(request => HubRepository.Range(request, run.Repository.Files[Weights], "\"v\""));
        run.Options = run.Options with { Token = "hf_secret" };
        run.Repository.Instead = request =>
            request.Target == HubRepository.Address(Weights)
                ? HubReply.Text(302, "", $"Location: {elsewhere.Address}store/weights?signature=1")
                : null;
        run.Leave(Weights, run.Repository.Files[Weights][..30_000]);
        run.IsWhole(await run.Download());
        Assert.All(run.Requests, r => Assert.Equal("Bearer hf_secret", r["Authorization"]));
        var asked = Assert.Single(elsewhere.Requests);
        Assert.Null(asked["Authorization"]);
        Assert.DoesNotContain(asked.Headers.Values, value => value.Contains("hf_secret", StringComparison.Ordinal));
        Assert.Equal(("/store/weights?signature=1", 30_000), (asked.Target, asked.From));
    }

    [Fact]
    public async Task A_redirect_that_comes_back_brings_the_token_back()
    {
        run.Options = run.Options with { Token = "hf_secret" };
        run.Repository.Instead = request => request.Target switch
        {
            "/moved" => new HubReply(200, run.Repository.Files[Weights]),
            _ when request.Target == HubRepository.Address(Weights) => HubReply.Text(307, "", "Location: /moved"),
            _ => null,
        };
        run.IsWhole(await run.Download());
        Assert.All(run.Requests, r => Assert.Equal("Bearer hf_secret", r["Authorization"]));
    }

    [Theory]
    [InlineData("/api/models/org/small/revision/main?blobs=true", "redirects more than 10 times")]
    [InlineData("file:///etc/passwd", "less safe")]
    [InlineData("ftp://127.0.0.1/x", "less safe")]
    public async Task A_redirect_in_a_circle_or_to_another_scheme_is_a_sentence(string location, string says)
    {
        run.Repository.Instead = _ => HubReply.Text(302, "", $"Location: {location}");
        Assert.Contains(says, await run.Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "", null, "set HF_TOKEN")]
    [InlineData(401, "", "hf_x", "does not accept the token")]
    [InlineData(401, "GatedRepo", null, "accept its terms on its page and set HF_TOKEN")]
    [InlineData(403, "GatedRepo", "hf_x", "ask for access on its page")]
    [InlineData(403, "", null, "set HF_TOKEN")]
    [InlineData(404, "RepoNotFound", "hf_x", "check the spelling")]
    [InlineData(404, "", null, "or set HF_TOKEN")]
    [InlineData(404, "RevisionNotFound", null, "no revision 'main'")]
    [InlineData(418, "", null, "answers 418")]
    public async Task A_refusal_says_what_to_do_and_is_not_repeated(int status, string code, string? token, string says)
    {
        run.Options = run.Options with { Token = token };
        run.Repository.Instead = _ => HubReply.Text(status, "", $"X-Error-Code: {code}");
        var sentence = await run.Refused();
        Assert.Contains("org/small", sentence, StringComparison.Ordinal);
        Assert.Contains(says, sentence, StringComparison.Ordinal);
        Assert.Single(run.Requests);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_a_sentence()
    {
        run.Options = run.Options with { Endpoint = new Uri("http://127.0.0.1:1") };
        Assert.Contains("the connection to 127.0.0.1 failed", await run.Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_is_read_as_huggingface_hub_reads_it()
    {
        using var folder = new TemporaryFolder();
        folder.File("token", "hf_file\n");
        var fromHome = Options(("HF_HOME", folder.Root));
        Assert.Equal(
            ("https://huggingface.co", "hf_file", folder.File("hub")), (fromHome.Endpoint.OriginalString, fromHome.Token, fromHome.Cache));
        var given = Options(
            ("HF_HOME", folder.Root), ("HF_TOKEN", " hf_given "), ("HF_HUB_CACHE", folder.File("elsewhere")),
            ("HF_ENDPOINT", "http://mirror.example/hf/"));
        Assert.Equal(
            ("http://mirror.example/hf", "hf_given", folder.File("elsewhere")), (given.Endpoint.OriginalString, given.Token, given.Cache));
        Assert.Equal(Path.Combine(folder.Root, "huggingface", "hub"), Options(("XDG_CACHE_HOME", folder.Root)).Cache);
        Assert.Null(Options(("HF_HOME", folder.File("empty"))).Token);
    }

    [Theory]
    [InlineData("HF_ENDPOINT", "huggingface.co")]
    [InlineData("HF_ENDPOINT", "file:///etc")]
    [InlineData("HF_TOKEN", "two words")]
    [InlineData("HF_TOKEN", "line\r\nX-Injected: 1")]
    public void A_variable_that_makes_no_sense_is_a_sentence(string name, string value) =>
        Assert.Contains(name, Assert.Throws<UserErrorException>(() => Options((name, value))).Message, StringComparison.Ordinal);

    private static HubOptions Options(params (string Name, string Value)[] variables) =>
        HubOptions.FromEnvironment(name => Array.Find(variables, v => v.Name == name).Value);
}
