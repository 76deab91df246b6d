namespace DpoSt.Tests.Configuration.Overrides;

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
    [InlineData(" spaces around ", "'spaces around'")]
    [InlineData("plain text/with:signs", "'plain text/with:signs'")]
    [InlineData("a\\=b", "'a=b'")]
    [InlineData("\\(\\)\\[\\]\\{\\}\\:\\ \\\\", "'()[]{}: \\\\'")]
    [InlineData("'it ends in a backslash\\\\'", "'it ends in a backslash\\\\'")]
    [InlineData("1e-05", "1e-05")]
    [InlineData("1.0.0", "'1.0.0'")]
    [InlineData("99999999999999999999", "99999999999999999999")]
    [InlineData("int(3.7)", "3")]
    [InlineData("float([1,'2'])", "[1.0,2.0]")]
    [InlineData("str({a: true})", "{'a':'true'}")]
    [InlineData("bool(0.0)", "false")]
    [InlineData("sort([2,1.5,3],reverse=true)", "[3,2,1.5]")]
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
        "there is no key trainer.sed in the configuration; did you mean trainer.seed?")]
    [InlineData("seed=1", "there is no key seed in the configuration; did you mean trainer.seed?")]
    [InlineData("trainer.warmup_steps=1",
        "there is no key trainer.warmup_steps in the configuration; write +trainer.warmup_steps=... to add it.")]
    [InlineData("trainer.kwargs={cycles: 2}",
        "there is no key trainer.kwargs.cycles in the configuration.")]
    [InlineData("~trainer.sed", "there is no key trainer.sed in the configuration; did you mean trainer.seed?")]
    [InlineData("~trainer.seed=1", "the key trainer.seed is the number 42 (DIR/s.yaml:2), so it was not removed.")]
    [InlineData("+trainer.seed=1",
        "the key trainer.seed exists already (DIR/s.yaml:2); write trainer.seed=... to change it or ++trainer.seed=... to do either.")]
    [InlineData("trainer.seed.x=1", "trainer.seed is the number 42 (DIR/s.yaml:2), so it has no keys below it.")]
    [InlineData("trainer.seed", "this is not an override; expected key=value, +key=value, ++key=value or ~key.")]
    [InlineData("=3", "this is not an override; expected key=value, +key=value, ++key=value or ~key.")]
    [InlineData("trainer.seed=1,2", "a comma outside of brackets would ask for several runs; quote the text or write a list [a,b].")]
    [InlineData("trainer.seed=[1,2", "the list is not closed by ']'.")]
    [InlineData("trainer.seed={a}", "the map is not of the form {key: value}, with keys that have no quotes.")]
    [InlineData("trainer.seed='a", "the quote ' is not closed.")]
    [InlineData("trainer.seed=[1,,2]", "a value is missing.")]
    [InlineData("trainer.seed=[1]]", "']' is left over after the value.")]
    [InlineData("trainer.seed=~", "'~' cannot stand in a value without quotes; quote the text.")]
    [InlineData("trainer.seed=a=b", "'=' cannot stand in a value without quotes; quote the text.")]
    [InlineData("trainer.seed=choice(1,2)",
        "choice(...): it asks for several runs, which is not supported; start a run for each value.")]
    [InlineData("trainer.seed=unknown(1)",
        "unknown(...): there is no such function; expected int, float, str, bool or sort, or quotes around a text.")]
    [InlineData("trainer.run_name=${a.${b}}", "an interpolation within an interpolation needs quotes around the value.")]
    [InlineData("~data.parts.0", "an item of a list cannot be removed; write the whole list that you mean.")]
    [InlineData("data.parts.2=0", "there is no key data.parts.2 in the configuration.")]
    [InlineData("+data.parts.2=0",
        "data.parts is a list of 2 items, counted from 0; write the whole list to make it longer.")]
    [InlineData("data.parts={a: 1}",
        "data.parts is a map of keys here and a list before (DIR/s.yaml:7), and the two do not merge.")]
    public void MistakesAreOneSentence(string text, string message) =>
        Assert.Equal($"override '{text}': {message}", folder.ComposeError("s", text));

    public void Dispose() => folder.Dispose();
}
