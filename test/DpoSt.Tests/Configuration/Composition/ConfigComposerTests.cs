using DpoSt.Configuration.Composition;

namespace DpoSt.Tests.Configuration.Composition;

public sealed class ConfigComposerTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    [Fact]
    public void MapsAreMergedListsReplacedAndTheLastEntryWins()
    {
        folder.With("base.yaml", "a: {x: 1, y: 2}\nl: [1, 2]\nm: {z: 1}\n")
            .With("more.yaml", "a: {y: 3}\n")
            .With("top.yaml", "defaults: [base, more, _self_]\na: {w: 4}\nl: [3]\nm: null\n");
        Assert.Equal("{'a':{'w':4,'x':1,'y':3},'l':[3],'m':null}", folder.Text("top"));
        Assert.Equal("{'a':{'x':1,'y':2},'l':[1,2],'m':{'z':1}}", folder.Text("base.yaml"));
    }

    [Fact]
    public void An_experiment_without_a_name_is_called_after_its_folder()
    {
        folder.With("mine/a.yaml", "run: ${exp_name}-1\n").With("mine/b.yaml", "exp_name: b\n").With("~odd/a.yaml", "x: 1\n");
        Assert.Equal(("{'exp_name':'mine','run':'mine-1'}", true), Of("mine/", "a"));
        Assert.Equal(("{'exp_name':'other','run':'other-1'}", false), Of("mine", "a", "exp_name=other"));
        Assert.Equal(("{'exp_name':'other','run':'other-1'}", false), Of("mine", "a", "+exp_name=other"));
        Assert.Equal(("{'exp_name':'b'}", false), Of("mine", "b"));
        Assert.Equal(("{'x':1}", false), Of("~odd", "a"));

        (string, bool) Of(string path, string name, params string[] overrides)
        {
            var config = ConfigComposer.ComposeExperiment(Path.Combine(folder.Root, path), name, overrides);
            return (config.CanonicalText.Replace('"', '\''), config.NameNote is not null);
        }
    }

    [Fact]
    public void OwnKeysStandWhereSelfStandsAndLastWithoutIt()
    {
        folder.With("base.yaml", "a: base\n")
            .With("first.yaml", "defaults: [_self_, base]\na: own\n")
            .With("last.yaml", "defaults: [base, _self_]\na: own\n")
            .With("none.yaml", "defaults: [base]\na: own\n");
        Assert.Equal("{'a':'base'}", folder.Text("first"));
        Assert.Equal("{'a':'own'}", folder.Text("last"));
        Assert.Equal("{'a':'own'}", folder.Text("none"));
    }

    [Fact]
    public void AGroupsFilesStandUnderItsNameUnlessAPackageSaysOtherwise()
    {
        folder.With("db/base.yaml", "port: 1\n")
            .With("db/my.yaml", "defaults: [base]\nuser: me\n")
            .With("db/site/far.yaml", "defaults: [/top]\nhost: h\n")
            .With("top.yaml", "top: 1\n")
            .With("db/global.yaml", "# @package _global_\nanywhere: 1\n")
            .With("option.yaml", "defaults:\n  - db: my\n  - _self_\ndb: {port: 2}\n")
            .With("path.yaml", "defaults: [db/my]\n")
            .With("nested.yaml", "defaults:\n  - db/site: far\n")
            .With("package.yaml", "defaults:\n  - db@left: my\n  - db@right: my\n  - db@_global_: base\n")
            .With("header.yaml", "defaults:\n  - db: global\n")
            .With("many.yaml", "defaults:\n  - db: [base, global]\n")
            .With("optional.yaml", "defaults:\n  - optional db: absent\n");
        Assert.Equal("{'db':{'port':2,'user':'me'}}", folder.Text("option"));
        Assert.Equal("{'db':{'port':1,'user':'me'}}", folder.Text("path"));
        Assert.Equal("{'db':{'site':{'host':'h','top':1}}}", folder.Text("nested"));
        Assert.Equal("{'left':{'port':1,'user':'me'},'port':1,'right':{'port':1,'user':'me'}}", folder.Text("package"));
        Assert.Equal("{'anywhere':1}", folder.Text("header"));
        Assert.Equal("{'anywhere':1,'db':{'port':1}}", folder.Text("many"));
        Assert.Equal("{}", folder.Text("optional"));
        Assert.Equal("{'db':{'port':1,'user':'me'}}", folder.Text("db/my"));
    }

    [Fact]
    public void AChoiceOfAGroupCanBeChanged()
    {
        folder.With("db/my.yaml", "name: my\n").With("db/pg.yaml", "name: pg\n")
            .With("plain.yaml", "a: 1\n")
            .With("top.yaml", "defaults:\n  - db: my\n")
            .With("over.yaml", "defaults:\n  - top\n  - override db: pg\n");
        Assert.Equal("{'db':{'name':'pg'}}", folder.Text("over"));
        Assert.Equal("{'db':{'name':'pg'}}", folder.Text("top", "db=pg"));
        Assert.Equal("{}", folder.Text("top", "~db"));
        Assert.Equal("{'a':1,'db':{'name':'pg'}}", folder.Text("plain", "+db=pg"));
        Assert.Equal(
            "override 'db=pg': no defaults list chooses the group 'db'; write +db=... to add it.", folder.ComposeError("plain", "db=pg"));
    }

    [Fact]
    public void MissingFilesAreNamedWithTheirNeighbours()
    {
        folder.With("sft-0.yaml", "a: 1\n").With("dpo-1.yaml", "defaults:\n  - sft-9\n");
        Assert.Equal("there is no configuration DIR/sft-1.yaml; its folder holds dpo-1, sft-0.", folder.ComposeError("sft-1"));
        Assert.Equal(
            "DIR/dpo-1.yaml:2: there is no configuration DIR/sft-9.yaml; its folder holds dpo-1, sft-0.", folder.ComposeError("dpo-1"));
        Assert.Equal("DIR/absent: there is no such folder; expected a folder of YAML configurations.", folder.ComposeError("absent/x"));
    }

    [Fact]
    public void CirclesRepetitionsAndUnknownEntriesAreRefused()
    {
        folder.With("a.yaml", "defaults: [b]\n").With("b.yaml", "\ndefaults: [a]\n")
            .With("db/x.yaml", "x: 1\n").With("twice.yaml", "defaults:\n  - db: x\n  - db: x\n")
            .With("form.yaml", "defaults:\n  - 3\n").With("map.yaml", "defaults: {a: b}\n");
        Assert.Equal("DIR/b.yaml:2: the defaults form a circle (a -> b -> a).", folder.ComposeError("a"));
        Assert.Equal(
            "DIR/twice.yaml:2: the group 'db' appears more than once in the defaults; keep one of them.", folder.ComposeError("twice"));
        Assert.Equal(
            "DIR/form.yaml:2: an entry of defaults is the number 3; expected '_self_', the name of a file, or 'group: option'.",
            folder.ComposeError("form"));
        Assert.Equal("DIR/map.yaml:1: defaults is a map of keys; expected a list such as '- sft-0'.", folder.ComposeError("map"));
    }

    [Fact]
    public void TheJsonKeepsTheOrderAndTheKindOfNumbersAndTheHashIgnoresTheOrder()
    {
        folder.With("a.yaml", "z: 1e4\na: 3e-7\nb: 10\n").With("b.yaml", "b: 10\na: 3e-7\nz: 1e4\n");
        Assert.Equal("{'z':10000.0,'a':3e-07,'b':10}", folder.Compose("a").ToJson().Replace('"', '\'').Replace(" ", "").Replace("\n", ""));
        Assert.Equal("""{"a":3e-07,"b":10,"z":10000.0}""", folder.Compose("a").CanonicalText);
        Assert.Equal(folder.Compose("a").ContentHash, folder.Compose("b").ContentHash);
        Assert.NotEqual(folder.Compose("a").ContentHash, folder.Compose("b", "b=11").ContentHash);
    }

    public void Dispose() => folder.Dispose();
}
