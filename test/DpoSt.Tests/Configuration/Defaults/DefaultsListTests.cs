namespace DpoSt.Tests.Configuration.Defaults;

/// <summary>Hydra's rules for defaults lists; the values follow from its documentation.</summary>
public sealed class DefaultsListTests : IDisposable
{
    private readonly ConfigFolder folder = new ConfigFolder()
        .With("db/my.yaml", "name: my\nport: 1\n").With("db/pg.yaml", "name: pg\n").With("db/deep/site.yaml", "host: h\n")
        .With("os/nix.yaml", "kind: nix\n").With("os/win.yaml", "kind: win\n").With("base.yaml", "b: 1\n")
        .With("top.yaml", "defaults:\n  - db: my\n  - os: nix\n");

    [Fact]
    public void AnExperimentChangesChoicesThatAnEarlierFileMade()
    {
        folder.With("exp/fast.yaml", "# @package _global_\ndefaults:\n  - override /db: pg\nlr: 1\n")
            .With("with.yaml", "defaults:\n  - db: my\n  - exp: fast\n")
            .With("later.yaml", "defaults:\n  - db: my\n  - exp: [fast, slow]\n")
            .With("exp/slow.yaml", "# @package _global_\ndefaults:\n  - override /db: deep/site\nlr: 2\n");
        Assert.Equal("{'db':{'name':'pg'},'lr':1}", folder.Text("with"));
        Assert.Equal("{'db':{'name':'my','port':1},'lr':1}", folder.Text("with", "db=my"));
        Assert.Equal("{'db':{'name':'pg'},'lr':1,'os':{'kind':'nix'}}", folder.Text("top", "+exp=fast"));
        Assert.Equal("{'db':{'host':'h'},'lr':2}", folder.Text("later"));
    }

    [Theory]
    [InlineData("~db", "{'os':{'kind':'nix'}}")]
    [InlineData("~db=my", "{'os':{'kind':'nix'}}")]
    [InlineData("db=[my,pg]", "{'db':{'name':'pg','port':1},'os':{'kind':'nix'}}")]
    [InlineData("db={port: 2}", "{'db':{'name':'my','port':2},'os':{'kind':'nix'}}")]
    [InlineData("+db@second=pg", "{'db':{'name':'my','port':1},'os':{'kind':'nix'},'second':{'name':'pg'}}")]
    [InlineData("+db/deep=site", "{'db':{'deep':{'host':'h'},'name':'my','port':1},'os':{'kind':'nix'}}")]
    public void TheCommandLineChoosesOfGroups(string change, string expected) => Assert.Equal(expected, folder.Text("top", change));

    [Theory]
    [InlineData("~db=pg", "override '~db=pg': no defaults list chooses pg of the group 'db', so there is nothing to remove.")]
    [InlineData("db=5", "override 'db=5': a group takes the name of a file or a list of names; quote a name that is a number.")]
    [InlineData("db=null", "override 'db=null': a group takes the name of a file or a list of names; quote a name that is a number.")]
    [InlineData("db@x=pg", "override 'db@x=pg': no defaults list chooses the group 'db@x'; did you mean db?")]
    [InlineData("b@x=pg", "override 'b@x=pg': 'b' is no group (no folder of configurations), so it has no package behind '@'.")]
    [InlineData("++db=pg",
        "override '++db=pg': '++' is not supported for a group; write +db=... to add a choice or db=... to change one.")]
    [InlineData("+db=pg", "DIR/top.yaml:2: my is chosen of the group 'db', and pg before (override '+db=pg'); "
        + "write 'override' before the group, or no '+' on the command line.")]
    [InlineData("db=no", "DIR/top.yaml:2: there is no configuration DIR/db/no.yaml; its folder holds my, pg.")]
    public void ChoicesThatMeetNothingAreRefused(string change, string message) =>
        Assert.Equal(message, folder.ComposeError("top", change));

    [Fact]
    public void PackagesHaveKeywords()
    {
        folder.With("one.yaml", "defaults:\n  - db@_global_: my\n  - os@_here_: nix\n")
            .With("two.yaml", "defaults:\n  - db@left._group_: my\n  - os@_name_: nix\n")
            .With("db/up.yaml", "# @package _group_.up\nx: 1\n").With("three.yaml", "defaults:\n  - db: up\n")
            .With("five.yaml", "defaults:\n  - db@_group_.in: [my, deep/site]\n")
            .With("db/note.yaml", "# a note first\n# @package _global_\nx: 1\n").With("four.yaml", "defaults:\n  - db: note\n");
        Assert.Equal("{'kind':'nix','name':'my','port':1}", folder.Text("one"));
        Assert.Equal("{'left':{'db':{'name':'my','port':1}},'nix':{'kind':'nix'}}", folder.Text("two"));
        Assert.Equal("{'db':{'up':{'x':1}}}", folder.Text("three"));
        Assert.Equal("{'db':{'x':1}}", folder.Text("four"));
        Assert.Equal("{'db':{'in':{'host':'h','name':'my','port':1}}}", folder.Text("five"));
    }

    [Fact]
    public void AChoiceMayReferToAnother()
    {
        folder.With("both/my_nix.yaml", "together: true\n").With("both/pg_nix.yaml", "together: pg\n")
            .With("refers.yaml", "defaults:\n  - db: my\n  - os: nix\n  - optional both: ${db}_${os}\n");
        Assert.Equal("{'both':{'together':true},'db':{'name':'my','port':1},'os':{'kind':'nix'}}", folder.Text("refers"));
        Assert.Equal("{'both':{'together':'pg'},'db':{'name':'pg'},'os':{'kind':'nix'}}", folder.Text("refers", "db=pg"));
        Assert.Equal("{'db':{'name':'my','port':1},'os':{'kind':'win'}}", folder.Text("refers", "os=win"));
    }

    [Theory]
    [InlineData("- db: ???\n", "DIR/c.yaml:2: the choice of 'db' is yet to be made; write db=OPTION.")]
    [InlineData("- override db: pg\n", "DIR/c.yaml:2: no defaults list chooses the group 'db'; leave 'override' out to choose it here.")]
    [InlineData("- override db: pg\n- db: my\n",
        "DIR/c.yaml:3: this entry stands behind one with 'override'; those stand at the end of the list.")]
    [InlineData("- _self_\n- _self_\n", "DIR/c.yaml:3: '_self_' stands here a second time; keep one of them.")]
    [InlineData("- db: on\n",
        "DIR/c.yaml:2: an entry of defaults is true; expected '_self_', the name of a file, or 'group: option'.")]
    [InlineData("- some db: my\n",
        "DIR/c.yaml:2: 'some db' does not name a group; expected 'group', 'optional group' or 'override group'.")]
    [InlineData("- optional base\n",
        "DIR/c.yaml:2: there is no configuration DIR/optional base.yaml; its folder holds base, c, top.")]
    public void MistakesAreOneSentence(string entries, string message) =>
        Assert.Equal(message, folder.With("c.yaml", "defaults:\n" + entries).ComposeError("c"));

    [Fact]
    public void AFileMayStandTwiceAndAValueYetToBeGivenReplacesNothing()
    {
        folder.With("c.yaml", "defaults: [base, base@again, _self_]\nb: ???\nnew: ???\n");
        Assert.Equal("{'again':{'b':1},'b':1,'new':'???'}", folder.Text("c"));
        folder.With("d.yaml", "defaults: [base, base, _self_]\n");
        Assert.Equal("{'b':1}", folder.Text("d"));
    }

    [Fact]
    public void AMapOverAReferenceGetsTheKeysOfWhatItRefersTo()
    {
        folder.With("low.yaml", "a: {x: 1, y: 2}\nb: ${a}\n").With("high.yaml", "defaults: [low, _self_]\nb: {y: 3}\n");
        Assert.Equal("{'a':{'x':1,'y':2},'b':{'x':1,'y':3}}", folder.Text("high"));
    }

    public void Dispose() => folder.Dispose();
}
