using DpoSt.Answering;
using DpoSt.Answering.Elsewhere;
using DpoSt.Data.Synthetic;
using DpoSt.Generation;
using DpoSt.Tests.App.Serve;
using DpoSt.Text;
using static TorchSharp.torch;

namespace DpoSt.Tests.Answering.Elsewhere;

/// <summary>What a server answers in this process's place.</summary>
[Collection(nameof(RunningServer))]
public sealed class ServerGeneratorTests
{
    private static readonly GenerationOptions Drawn = new(40, 4, CalculatorFormat.T5, Temperature: 0.9, Seed: 11);

    [Fact]
    public void Dpost_elsewhere_gives_the_same_samples()
    {
        using var server = new RunningServer(t5: true);
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        var requests = Requests(bundle);
        var here = Here(bundle, requests, Drawn);
        Assert.Contains(here, answer => answer.Forced > 0);
        var there = There(Server(server.Address), bundle, requests, Drawn);
        Assert.All(here.Zip(there), pair =>
        {
            Assert.Equal(pair.First with { Ids = [] }, pair.Second with { Ids = [] });
            Assert.Equal(pair.First.Ids, pair.Second.Ids);
        });
    }

    [Fact]
    public void A_server_that_stalls_fails_cuts_or_lies_is_asked_again()
    {
        using var server = new RunningServer(t5: true);
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        var requests = Requests(bundle);
        using var proxy = new FaultyProxy(server.Address, n => n < FaultyProxy.Faults.Length ? FaultyProxy.Faults[n] : null);
        var there = There(Server(proxy.Address), bundle, requests, Drawn);
        Assert.Equal(Here(bundle, requests, Drawn).Select(a => a.Text), there.Select(a => a.Text));
        Assert.Equal(requests.Count + FaultyProxy.Faults.Length, proxy.Completions);
    }

    [Fact]
    public void A_server_that_stays_broken_ends_with_a_sentence_and_what_was_answered_is_kept()
    {
        using var server = new RunningServer(t5: true);
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        using var proxy = new FaultyProxy(server.Address, n => n < 3 ? null : "500");
        var kept = 0;
        var broken = Assert.Throws<UserErrorException>(() => new ServerGenerator(
            Server(proxy.Address) with { Attempts = 2, Concurrency = 1 }, bundle, Drawn, _ => { }).Run(
                Requests(bundle), _ => kept++, new HashSet<int>(), TestContext.Current.CancellationToken));
        Assert.Contains("answered 500", broken.Message);
        Assert.Contains("run the same command again", broken.Message);
        Assert.Equal(3, kept);
    }

    [Fact]
    public void Another_server_gets_texts_and_the_calculator_goes_on_behind_every_equals_sign()
    {
        using var server = new RunningServer(t5: true);
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        var requests = Requests(bundle).Where(r => r.Sample == 0).ToList();
        var greedy = Drawn with { Temperature = 0 };
        var plain = There(Server(server.Address) with { IsDpost = false }, bundle, requests, greedy with { Calculator = null });
        Assert.Equal(Here(bundle, requests, greedy with { Calculator = null }).Select(a => a.Text), plain.Select(a => a.Text));
        Assert.All(plain, answer => Assert.True(double.IsNaN(answer.LogProb)));

        // An encoder reads what was written so far as a part of its question, so only a decoder goes on from there.
        var refused = Assert.Throws<UserErrorException>(
            () => There(Server(server.Address) with { IsDpost = false }, bundle, requests, greedy));
        Assert.Contains("eval.use_calc=false", refused.Message);
    }

    [Fact]
    public void A_decoder_calculates_by_stops()
    {
        using var server = new RunningServer();
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        var greedy = new GenerationOptions(24, 4, CalculatorFormat.Llama, Temperature: 0);
        List<GenerationRequest> requests = [new("a", 0, [.. bundle.Tokenizer.Encode("the thing = <<3+4")])];
        var (here, there) = (
            Here(bundle, requests, greedy), There(Server(server.Address) with { IsDpost = false }, bundle, requests, greedy));
        Assert.Equal(here[0].Text, there[0].Text);
    }

    [Fact]
    public void What_cannot_be_used_is_refused()
    {
        using var server = new RunningServer(t5: true);
        using var bundle = ModelBundle.LoadForIds(server.Folder, CPU);
        var requests = Requests(bundle);
        Assert.Contains("has no model \"other\"", Refused(Server(server.Address) with { Model = "other" }, Drawn));
        Assert.Contains("at most 64", Refused(Server(server.Address), Drawn with { MaxNewTokens = 1000 }));
        Assert.Contains(
            "cannot be asked", Refused(new SamplingServer(new Uri("http://127.0.0.1:1/v1/"), null, true, 1) { Attempts = 1 }, Drawn));

        string Refused(SamplingServer wrong, GenerationOptions options) =>
            Assert.Throws<UserErrorException>(() => There(wrong, bundle, requests, options)).Message;
    }

    private static SamplingServer Server(Uri address) => new(new Uri(address, "v1/"), null, true, 4)
    {
        FirstDelay = TimeSpan.FromMilliseconds(1),
        Patience = TimeSpan.FromSeconds(8),
    };

    private static List<GenerationRequest> Requests(ModelBundle bundle)
    {
        var encoder = bundle.Encoder(TokenLimits.None);
        return
        [
            .. SyntheticProblems.Test(4, 3).SelectMany(p => Enumerable.Range(0, 3)
                .Select(sample => new GenerationRequest(p.Id, sample, encoder.Question(p.Question)))),
        ];
    }

    private static Generated[] Here(ModelBundle bundle, List<GenerationRequest> requests, GenerationOptions options)
    {
        var answers = new Generated[requests.Count];
        new DpoSt.Generation.Generator(bundle.Model, bundle.Tokenizer, options) { Ends = bundle.Ends }
            .Run(requests, answer => answers[answer.Index] = answer, TestContext.Current.CancellationToken);
        return answers;
    }

    private static Generated[] There(
        SamplingServer server, ModelBundle bundle, List<GenerationRequest> requests, GenerationOptions options)
    {
        var answers = new Generated[requests.Count];
        new ServerGenerator(server, bundle, options, _ => { })
            .Run(requests, answer => answers[answer.Index] = answer, new HashSet<int>(), TestContext.Current.CancellationToken);
        return answers;
    }
}
