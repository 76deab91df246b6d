namespace DpoSt.Tests.Configuration;

/// <summary>Inputs that no one means are refused by a sentence, whatever their size, and quoted only in part.</summary>
public sealed class ConfigurationBoundsTests : IDisposable
{
    private readonly ConfigFolder folder = new ConfigFolder().With("s.yaml", "a: {b: 1}\n");

    [Fact]
    public void ChainsOfReferencesEnd()
    {
        var chain = (int n) => string.Concat(Enumerable.Range(0, n).Select(i => $"a{i}: ${{a{i + 1}}}\n")) + $"a{n}: 1\n";
        Assert.StartsWith("{'a0':1,", folder.With("c.yaml", chain(60)).Text("c"), StringComparison.Ordinal);
        Assert.Equal(
            "DIR/c.yaml:65: a64 is at the end of more than 64 interpolations that each refer to the next.",
            folder.With("c.yaml", chain(20_000)).ComposeError("c"));
    }

    [Fact]
    public void ContainersThatFoldIntoEachOtherEnd()
    {
        var fold = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"a{i}: {{x: {{x: '${{a{i + 1}}}'}}}}\n")) + "a20000: 1\n";
        Assert.Matches("nested more than 128 deep|unfold to more than", folder.With("c.yaml", fold).ComposeError("c"));
    }

    [Theory]
    [InlineData("a=", "[")]
    [InlineData("a=", "{a:")]
    [InlineData("a=", "int(")]
    [InlineData("a=", "'")]
    [InlineData("a=", "\\")]
    [InlineData("a=", "${")]
    [InlineData("+", "a.")]
    [InlineData("+a", ".a")]
    [InlineData("+a", "/a")]
    [InlineData("~", "+")]
    [InlineData("+a@", "b.")]
    [InlineData("a='${a}", "${")]
    [InlineData("a='${oc.env:", "[")]
    [InlineData("a='${oc.env:", "{a:")]
    [InlineData("a='", "${..")]
    [InlineData("a=", "9")]
    [InlineData("a=", "1e9")]
    [InlineData("a=", "f(")]
    public void OverridesAreRefusedWithoutBeingQuotedInFull(string start, string repeated)
    {
        var text = start + string.Concat(Enumerable.Repeat(repeated, 50_000)) + (start.Contains('\'') ? "'" : "");
        try
        {
            folder.Text("s", text);
        }
        catch (UserErrorException e)
        {
            Assert.InRange(e.Message.Length, 10, 900);
        }
    }

    [Theory]
    [InlineData("{a: ", "")]
    [InlineData("[", "")]
    [InlineData("${", "")]
    [InlineData("\"${x", "\"")]
    [InlineData("&a *", "")]
    [InlineData("!", "")]
    [InlineData("${oc.select:a.b,", "")]
    [InlineData("'${oc.decode:\"", "'")]
    public void FilesAreRefusedWithoutBeingQuotedInFull(string repeated, string end)
    {
        var value = string.Concat(Enumerable.Repeat(repeated, 30_000)) + end;
        Assert.InRange(folder.With("c.yaml", $"a: {value}\nb: {value}\n").ComposeError("c").Length, 10, 900);
    }

    [Theory]
    [InlineData("'': 1\n", "DIR/c.yaml:1: ")]
    [InlineData(": 1\n", "DIR/c.yaml:1: a key of a map is empty or null; write its name before the colon.")]
    [InlineData("~: 1\n", "DIR/c.yaml:1: a key of a map is empty or null; write its name before the colon.")]
    [InlineData("? \n: 1\n", "DIR/c.yaml:1: a key of a map is empty or null; write its name before the colon.")]
    public void AnEmptyKeyIsOneSentence(string yaml, string message) => Assert.StartsWith(
        message, folder.Error(() => DpoSt.Configuration.Binding.ConfigBinder.Bind<DpoSt.Configuration.Sections.ExperimentOptions>(
            folder.With("c.yaml", yaml).Compose("c"))), StringComparison.Ordinal);

    [Fact]
    public void PackagesGoNoDeeperThanFiles()
    {
        folder.With("c.yaml", $"defaults:\n  - s@{string.Join('.', Enumerable.Repeat("a", 50_000))}\n");
        Assert.Contains("more than 64 deep", folder.ComposeError("c"), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
