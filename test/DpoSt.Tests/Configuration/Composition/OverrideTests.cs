namespace DpoSt.Tests.Configuration.Composition;

public sealed class OverrideTests : IDisposable
{
    private const string Stage = "trainer:\n  seed: 42\n  run_name: a\n  kwargs: {rate: 0.1}\ndata:\n  split: null\n  parts: [1, 2]\n";
    private readonly ConfigFolder folder = new ConfigFolder().With("s.yaml", Stage).With("v.yaml", "k: 0\n");

    [Theory]
    [InlineData("10", "10")]
    [InlineData("-1_000", "-1000")]
    [InlineData("3e-7", "3e-07")]
    [InlineData("1.", "1.0")]
    [InlineData("010", "'010'")]
    [InlineData("TRUE", "true")]
    [InlineData("false", "false")]
    [InlineData("yes", "'yes'")]
    [InlineData("NULL", "null")]
    [InlineData("", "''")]
    [InlineData("~", "'~'")]
    [InlineData("plain text/with:signs", "'plain text/with:signs'")]
    [InlineData("a=b", "'a=b'")]
    [InlineData("'3'", "'3'")]
    [InlineData("\"a, b\"", "'a, b'")]
    [InlineData("'it\\'s'", "'it's'")]
    [InlineData("a\\,b", "'a,b'")]
    [InlineData("[]", "[]")]
    [InlineData("[1, a ,[true]]", "[1,'a',[true]]")]
    [InlineData("{}", "{}")]
    [InlineData("{a: 1, b:{c: null}}", "{'a':1,'b':{'c':null}}")]
    public void ValuesFollowTheGrammar(string value, string expected) =>
        Assert.Equal($"{{'k':{expected}}}", folder.Text("v", $"k={value}"));

    [Fact]
    public void TheFourFormsChangeAddForceAndRemove()
    {
        Assert.Contains("'seed':7", folder.Text("s", "trainer.seed=7"), StringComparison.Ordinal);
        Assert.Contains("'seed':8", folder.Text("s", "trainer.seed=7", "trainer.seed=8"), StringComparison.Ordinal);
        Assert.Contains("'new':{'deep':1}", folder.Text("s", "+trainer.new.deep=1"), StringComparison.Ordinal);
        Assert.Contains("'split':'train'", folder.Text("s", "+data.split=train"), StringComparison.Ordinal);
        Assert.Contains("'split':'dev'", folder.Text("s", "data.split=dev"), StringComparison.Ordinal);
        Assert.Contains("'seed':1", folder.Text("s", "++trainer.seed=1"), StringComparison.Ordinal);
        Assert.Contains("'extra':1", folder.Text("s", "++trainer.extra=1"), StringComparison.Ordinal);
        Assert.Contains("{'parts':[3],'split':null}", folder.Text("s", "data.parts=[3]"), StringComparison.Ordinal);
        Assert.Contains("'kwargs':{'rate':0.2}", folder.Text("s", "trainer.kwargs={rate: 0.2}"), StringComparison.Ordinal);
        Assert.Contains("'kwargs':{'cycles':2,'rate':0.1}", folder.Text("s", "+trainer.kwargs={cycles: 2}"), StringComparison.Ordinal);
        Assert.Equal("{'data':{'parts':[1,2],'split':null}}", folder.Text("s", "~trainer"));
        Assert.DoesNotContain("seed", folder.Text("s", "~trainer.seed=42"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trainer.sed=1",
        "there is no key trainer.sed in the configuration; did you mean trainer.seed? Otherwise write +trainer.sed=... to add it.")]
    [InlineData("seed=1", "there is no key seed in the configuration; did you mean trainer.seed? Otherwise write +seed=... to add it.")]
    [InlineData("trainer.warmup_steps=1",
        "there is no key trainer.warmup_steps in the configuration; write +trainer.warmup_steps=... to add it.")]
    [InlineData("trainer.kwargs={cycles: 2}",
        "there is no key trainer.kwargs.cycles in the configuration; write +trainer.kwargs=... to add it.")]
    [InlineData("~trainer.sed", "there is no key trainer.sed in the configuration; did you mean trainer.seed?")]
    [InlineData("~trainer.seed=1", "the key trainer.seed is the number 42 (DIR/s.yaml:2), so it was not removed.")]
    [InlineData("+trainer.seed=1",
        "the key trainer.seed exists already (DIR/s.yaml:2); write trainer.seed=... to change it or ++trainer.seed=... to do either.")]
    [InlineData("trainer.seed.x=1", "trainer.seed is the number 42 (DIR/s.yaml:2), so it has no keys below it.")]
    [InlineData("trainer.seed", "this is not an override; expected key=value, +key=value, ++key=value or ~key.")]
    [InlineData("=3", "this is not an override; expected key=value, +key=value, ++key=value or ~key.")]
    [InlineData("trainer.seed=1,2", "a comma outside of brackets would ask for several runs; quote the text or write a list [a,b].")]
    [InlineData("trainer.seed=[1,2", "the list is not closed by ']'.")]
    [InlineData("trainer.seed={a}", "the map is not of the form {key: value}.")]
    [InlineData("trainer.seed='a", "the quote ' is not closed.")]
    [InlineData("trainer.seed=[1,,2]", "a value is missing.")]
    [InlineData("trainer.seed=[1]]", "']' is left over after the value.")]
    [InlineData("trainer.seed=99999999999999999999", "the number 99999999999999999999 does not fit into 64 bits; quote it if it is text.")]
    public void MistakesAreOneSentence(string text, string message) =>
        Assert.Equal($"override '{text}': {message}", folder.ComposeError("s", text));

    public void Dispose() => folder.Dispose();
}
