using DpoSt.Configuration.Composition;
using DpoSt.Configuration.Yaml;

namespace DpoSt.Tests.Configuration.Yaml;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("3e-7", 3e-7)]
    [InlineData("1e4", 1e4)]
    [InlineData("+1.5E+3", 1500.0)]
    [InlineData("1.", 1.0)]
    [InlineData("1_000.5", 1000.5)]
    [InlineData(".5", 0.5)]
    [InlineData("-.inf", double.NegativeInfinity)]
    [InlineData(".nan", double.NaN)]
    [InlineData("1:30.5", 90.5)]
    [InlineData("42", 42L)]
    [InlineData("-1_000", -1000L)]
    [InlineData("010", 8L)]
    [InlineData("08", "08")]
    [InlineData("0o10", "0o10")]
    [InlineData("0x1F", 31L)]
    [InlineData("0b101", 5L)]
    [InlineData("1:30", 90L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("yes", true)]
    [InlineData("No", false)]
    [InlineData("on", true)]
    [InlineData("OFF", false)]
    [InlineData("y", "y")]
    [InlineData("tRue", "tRue")]
    [InlineData("~", null)]
    [InlineData("Null", null)]
    [InlineData("", null)]
    [InlineData("'no'", "no")]
    [InlineData("\"3\"", "3")]
    [InlineData("2024-01-02", "2024-01-02")]
    [InlineData("1e", "1e")]
    [InlineData("1e-05", 1e-5)]
    [InlineData("-.5", "-.5")]
    [InlineData(".5e3", ".5e3")]
    [InlineData("1__0.5", 10.5)]
    [InlineData("!!float 1", 1.0)]
    [InlineData("!!bool 'On'", true)]
    [InlineData("! 5", 5L)]
    [InlineData("!!float 1:30", 90.0)]
    [InlineData("!!str 5", "5")]
    public void ScalarsMeanWhatOmegaConfReads(string yaml, object? expected) =>
        Assert.Equal(expected, ((ConfigScalar)YamlReader.Parse("f", $"key: {yaml}\n").Entries["key"]).Value);

    [Fact]
    public void AnchorsAndMergeKeysAreFollowed() => Assert.Equal(
        """{"base":{"a":1,"b":2},"own":{"a":3,"b":2},"same":{"a":1,"b":2}}""",
        ConfigJson.Canonical(YamlReader.Parse("f", "base: &x {a: 1, b: 2}\nown:\n  <<: *x\n  a: 3\nsame: *x\n")));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    public void AnEmptyFileIsAnEmptyMap(string yaml) => Assert.Empty(YamlReader.Parse("f", yaml).Entries);

    [Theory]
    [InlineData("a:\n\tb: 1\n", "f.yaml:2: the line holds a tab outside of quotes, which YAML forbids; use spaces.")]
    [InlineData("a: 1\nb: 2\na: 3\n", "f.yaml:3: the key 'a' stands here a second time (first in line 1); keep one of them.")]
    [InlineData("- a\n", "f.yaml:1: the file holds a list; expected a map of keys.")]
    [InlineData("a: 1\n---\nb: 1\n", "f.yaml:2: a second document starts here; a configuration is one document.")]
    [InlineData("a: *x\n", "f.yaml:1: there is no anchor '&x' above this line.")]
    [InlineData("a: !!python/object:os.system x\n",
        "f.yaml:1: the tag 'tag:yaml.org,2002:python/object:os.system' is not supported; expected a plain value.")]
    [InlineData("a: 0b_\n", "f.yaml:1: '0b_' has no value as a plain value; quote it if it is text.")]
    [InlineData("a: !!int x\n", "f.yaml:1: 'x' has no value as !!int; quote it if it is text.")]
    [InlineData("a: b\tc\n", "f.yaml:1: the line holds a tab outside of quotes, which YAML forbids; use spaces.")]
    [InlineData("a: 1\nb:\t2\n", "f.yaml:2: the line holds a tab outside of quotes, which YAML forbids; use spaces.")]
    [InlineData("a: &x' 1\n",
        "f.yaml:1: the anchor '&x'' stands a second time here, or has other marks than letters, digits, _ and -.")]
    [InlineData("a: &x 1\nb: &x 2\n",
        "f.yaml:2: the anchor '&x' stands a second time here, or has other marks than letters, digits, _ and -.")]
    [InlineData("a: 1\nb: \u0007\n", "f.yaml:2: YAML forbids the character U+0007; write \"\\u0007\".")]
    [InlineData("a: [b:]\n", "f.yaml:1: 'b:' has a mark that means something to YAML where it stands; quote it.")]
    [InlineData("a: {b: ???}\n", "f.yaml:1: '???' has a mark that means something to YAML where it stands; quote it.")]
    [InlineData("a:\n  : b\nc: 1\n", "f.yaml:2: this is not valid YAML (a value is missing here).")]
    [InlineData("a: 1\n: b\n", "f.yaml:2: a key of a map is empty or null; write its name before the colon.")]
    [InlineData("a:\n  ? [b]\n  : c\n", "f.yaml:2: a key of a map is a list, a map or an alias; expected a plain key.")]
    [InlineData("a: 1\n<<: 3\n", "f.yaml:2: '<<' merges the number 3; expected a map or a list of maps.")]
    public void MistakesAreOneSentence(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => YamlReader.Parse("f.yaml", yaml)).Message);

    [Fact]
    public void TabsMayStandInQuotesBlocksAndComments() => Assert.Equal(
        """{"a":"x\ty","b":"x\ty\n","c":1}""",
        ConfigJson.Canonical(YamlReader.Parse("f", "a: 'x\ty'\nb: |\n  x\ty\n# a\tnote\nc: 1 # one\tmore\n")));

    [Fact]
    public void BrokenYamlNamesTheLine() => Assert.StartsWith(
        "f.yaml:2: this is not valid YAML (",
        Assert.Throws<UserErrorException>(() => YamlReader.Parse("f.yaml", "a: 1\nb: [1, 2\nc: 3\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void BrokenFilesNeverCrash()
    {
        var text = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "exp_config", "t5", "dpo-1.yaml"));
        const string marks = "[]{}:,&*!|>'\"%@`#-? \n\t\\\u0000\u0085x";
        var random = new SplitMix64(1);
        for (var i = 0; i < 3000; i++)
        {
            var broken = text.ToCharArray();
            for (var j = random.Next(4); j >= 0; j--)
            {
                broken[random.Next(broken.Length)] = marks[random.Next(marks.Length)];
            }

            try
            {
                YamlReader.Parse("f", new string(broken, 0, random.Next(broken.Length)));
            }
            catch (UserErrorException e)
            {
                Assert.StartsWith("f:", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void AliasesThatUnfoldWithoutEndAreRefused()
    {
        var lines = Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]");
        var yaml = "a0: &a0 x\n" + string.Join('\n', lines);
        Assert.EndsWith(
            "the file unfolds to more than 100000 values.",
            Assert.Throws<UserErrorException>(() => YamlReader.Parse("f.yaml", yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepNestingIsRefused() => Assert.Equal(
        "f.yaml:1: the values are nested more than 64 deep.",
        Assert.Throws<UserErrorException>(() => YamlReader.Parse("f.yaml", "a: " + new string('[', 100) + new string(']', 100))).Message);
}
