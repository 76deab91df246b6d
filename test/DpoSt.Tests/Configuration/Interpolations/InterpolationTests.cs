namespace DpoSt.Tests.Configuration.Interpolations;

public sealed class InterpolationTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    [Theory]
    [InlineData("${n.whole}", "3")]
    [InlineData("${n}", "{'real':3e-07,'whole':3}")]
    [InlineData("${list[1]}", "'b'")]
    [InlineData("${list.1}", "'b'")]
    [InlineData("x/${n.whole}/${list.0}/", "'x/3/a/'")]
    [InlineData("${chain}", "3")]
    [InlineData("${link.whole}", "3")]
    [InlineData("${n.${name}}", "3")]
    [InlineData("lr=${n.real} ${flag} ${nothing}", "'lr=3e-07 True None'")]
    [InlineData("\\${n.whole}", "'${n.whole}'")]
    [InlineData("${oc.env:HOME_OF_TESTS}/x", "'/somewhere/x'")]
    [InlineData("${oc.env:ABSENT,fall back}", "'fall back'")]
    [InlineData("${oc.env:ABSENT,5}", "'5'")]
    [InlineData("${oc.env:ABSENT,null}", "null")]
    [InlineData("${oc.env:ABSENT,'a,b'}", "'a,b'")]
    [InlineData("${oc.env:ABSENT,[1, x]}", "'[1, 'x']'")]
    [InlineData("x${list}", "'x['a', 'b']'")]
    [InlineData("\\\\${n.whole}", "'\\\\3'")]
    [InlineData("${.name}", "'whole'")]
    [InlineData("${oc.select:absent, 7}", "7")]
    [InlineData("${oc.select:n.whole}", "3")]
    [InlineData("${oc.decode:'[1, {a: true}]'}", "[1,{'a':true}]")]
    [InlineData("${oc.dict.keys:n}", "['whole','real']")]
    [InlineData("${oc.dict.values:n}", "[3,3e-07]")]
    [InlineData("${oc.create:[1, two]}", "[1,'two']")]
    [InlineData("${oc.create:'{x: [1]}'}", "{'x':[1]}")]
    [InlineData("x${oc.dict.values:n}", "'x['${n.whole}', '${n.real}']'")]
    [InlineData("${oc.env:ABSENT,{null: 1, 2: b}}", "'{None: 1, 2: 'b'}'")]
    [InlineData("${oc.deprecated:name}", "'whole'")]
    [InlineData("${oc.env:ABSENT,${name}-x}", "'whole-x'")]
    public void ReferencesTakeValues(string text, string expected)
    {
        folder.With("c.yaml", $$"""
            n: {whole: 3, real: 3e-7}
            list: [a, b]
            name: whole
            flag: true
            nothing: null
            chain: ${n.whole}
            link: ${n}
            it: "{{text.Replace("\\", "\\\\", StringComparison.Ordinal)}}"
            """);
        Assert.Contains($"'it':{expected},", folder.Text("c"), StringComparison.Ordinal);
        var quoted = text.Replace("'", "\\'", StringComparison.Ordinal);
        Assert.Contains($"'it':{expected},", folder.Text("c", $"it='{quoted}'"), StringComparison.Ordinal);
    }

    [Fact]
    public void ReferencesAreToTheFinalConfiguration()
    {
        folder.With("base.yaml", "run: base\ndir: out/${run}\n").With("top.yaml", "defaults: [base]\nrun: top\n");
        Assert.Equal("{'dir':'out/top','run':'top'}", folder.Text("top"));
        Assert.Equal("{'dir':'out/x','run':'x'}", folder.Text("top", "run=x"));
    }

    [Theory]
    [InlineData("a: ${b}\nb: x${c}\nc: ${a}\n", "DIR/c.yaml:1: the interpolations form a circle (a -> b -> c -> a).")]
    [InlineData("a:\n  b: ${a}\n", "DIR/c.yaml:2: the interpolations form a circle (a.b -> a, which it is in).")]
    [InlineData("a: {b: '${c}'}\nc: {d: '${a}'}\n",
        "DIR/c.yaml:1: the values are nested more than 128 deep; the interpolations may form a circle.")]
    [InlineData("a: {}\nb: ${a.c}\n", "DIR/c.yaml:2: b cannot be resolved: it refers to a.c, but there is no such key.")]
    [InlineData("b: ${.c}\n", "DIR/c.yaml:1: b cannot be resolved: it refers to .c, but there is no such key.")]
    [InlineData("b: ${..c}\n", "DIR/c.yaml:1: b cannot be resolved: '..c' counts from above the whole configuration.")]
    [InlineData("a: '???'\nb: ${a}\n", "DIR/c.yaml:2: b cannot be resolved: it refers to a, which is '???', yet to be given.")]
    [InlineData("a: 1\nb: ${a.c.d}\n",
        "DIR/c.yaml:2: b cannot be resolved: it refers to a.c.d, but a is the number 1, with no keys below it.")]
    [InlineData("b: ${oc.env:ABSENT}\n", "DIR/c.yaml:1: b cannot be resolved: the environment variable ABSENT is not set; "
        + "set it or give a default ${oc.env:ABSENT,default}.")]
    [InlineData("b: ${now:%Y}\n",
        "DIR/c.yaml:1: b cannot be resolved: the resolver 'now' is not supported; expected ${key}, or one of "
        + "oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values and oc.deprecated.")]
    [InlineData("b: x${a\n", "DIR/c.yaml:1: 'x${a' is not an interpolation: '${a' has no closing brace.")]
    [InlineData("b: ${a b}\n", "DIR/c.yaml:1: '${a b}' is not an interpolation: '${a b}' has a mark that no key has ('b').")]
    public void MistakesAreOneSentence(string yaml, string message) => Assert.Equal(message, folder.With("c.yaml", yaml).ComposeError("c"));

    [Fact]
    public void TextsThatDoubleWithoutEndAreRefused()
    {
        var lines = Enumerable.Range(1, 30).Select(i => $"a{i}: ${{a{i - 1}}}${{a{i - 1}}}");
        folder.With("c.yaml", "a0: 0123456789\n" + string.Join('\n', lines));
        Assert.Matches("unfold to more than|longer than a million", folder.ComposeError("c"));
    }

    public void Dispose() => folder.Dispose();
}
