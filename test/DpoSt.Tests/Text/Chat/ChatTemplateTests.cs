using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using DpoSt.Text.Chat;

namespace DpoSt.Tests.Text.Chat;

public sealed class ChatTemplateTests
{
    [Fact]
    public void Renders_what_transformers_renders_and_refuses_what_it_refuses()
    {
        foreach (var template in ChatGoldens.Templates)
        {
            var read = ChatTemplate.Read(ChatGoldens.Text(template), template);
            foreach (var name in ChatGoldens.Cases)
            {
                var input = ChatGoldens.Input(template, name);
                if (ChatGoldens.Rendered(template, name) is { } expected)
                {
                    Assert.True(expected == read.Render(input), $"{template}, {name}:\n{expected}\n----\n{read.Render(input)}");
                }
                else
                {
                    Assert.Throws<UserErrorException>(() => read.Render(input));
                }
            }
        }
    }

    // Each text is what Jinja's and Python's documentation say.
    [Theory]
    [InlineData("{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 1 + 2.0 }}", "3 -4 2 3.5 1024 3.0")]
    [InlineData("{{ 1 ~ 2 * 3 }} {{ 'a' ~ none ~ true }} {{ 'ab' * 3 }}", "16 aNoneTrue ababab")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'b' in 'abc' }} {{ 4 not in [1, 2] }}", "True False True True")]
    [InlineData("{{ [1, 'a\\'b', none, 2.5, (1,), {'k': true}] }}", "[1, \"a'b\", None, 2.5, (1,), {'k': True}]")]
    [InlineData("{{ 'abcdef'[1:4] }} {{ 'abcdef'[::-2] }} {{ 'abc'[-1] }} {{ [1,2,3][5:] }} {{ '😀b'[1] }}", "bcd fdb c [] b")]
    [InlineData("{{ 'x' if false }}|{{ nothing }}|{{ {'a': 1}.b }}|{{ {'a': 1}['a'] }}", "|||1")]
    [InlineData("{% for i in range(5) if i % 2 %}{{ loop.index }}{{ i }}{{ ',' if not loop.last }}{% else %}none{% endfor %}", "11,23")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}", "a=1;b=2;")]
    [InlineData("{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}", "2 3 1")]
    [InlineData("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3")]
    [InlineData(
        "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{% macro m(a, b=a ~ '!') %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1) }}{{ m('x', b=2) }}", "<11!><x2>")]
    [InlineData("{% set t %}a{{ 1 }}{% endset %}{{ t | upper }}{% filter upper %}b{% endfilter %}", "A1B")]
    [InlineData("{% raw %}{{ x }}{% endraw %}{# note #}!", "{{ x }}!")]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  b\nc")]
    [InlineData("a  {%- if true -%}  b  {%- endif %}  c", "ab  c")]
    [InlineData("a\n  {%+ if true %}b{% endif +%}\nc", "a\n  b\nc")]
    [InlineData("{{ 'a\\n\\u00e9\\'' }}{{ \"q\" 'r' }}", "a\né'qr")]
    [InlineData("{{ '  x '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'a b  c'.split() }}|{{ 'a,b,c'.split(',', 1) }}",
        "x|a|['a', 'b', 'c']|['a', 'b,c']")]
    [InlineData("{{ 'a.b.c'.rsplit('.', 1)[0] }} {{ 'abc'.startswith(('x', 'ab')) }} {{ 'abc'.find('c') }} {{ 'aXbX'.replace('X', '-', 1) "
        + "}}", "a.b True 2 a-bX")]
    [InlineData("{{ [3, 1, 2] | sort | join('-') }} {{ ['b', 'A'] | sort | first }} {{ [1, 2, 2] | unique | list | length }}", "1-2-3 A 2")]
    [InlineData("{{ [{'a': 1}, {'a': 2}] | map(attribute='a') | sum }} {{ ['x', 'y'] | map('upper') | join }}", "3 XY")]
    [InlineData("{{ [1, none, 0] | select | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ [{'r': 'u'}] | selectattr('r', 'equalto', "
        + "'u') | list | length }}", "[1] [2] 1")]
    [InlineData(
        "{{ none | default('d') }} {{ none | default('d', true) }} {{ x | default('d') }} {{ '' | d('e', boolean=true) }}", "None d d e")]
    [InlineData("{{ {'b': [1, 'é\"'], 'a': none} | tojson }}", "{\"b\": [1, \"é\\\"\"], \"a\": null}")]
    [InlineData("{{ {'b': {}, 'a': [1]} | tojson(indent=2, sort_keys=true) }}", "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")]
    [InlineData(
        "{{ 1e16 }} {{ 0.0001 }} {{ 1e-5 }} {{ 123456.789 }} {{ 100.0 }} {{ 1.5e300 }}", "1e+16 0.0001 1e-05 123456.789 100.0 1.5e+300")]
    [InlineData("{{ 'line one\nline two' | indent(2) }}|{{ 'a b c d e f g' | truncate(7, leeway=0) }}", "line one\n  line two|a b...")]
    [InlineData("{{ x is defined }} {{ none is none }} {{ 1 is number }} {{ 'a' is string }} {{ {} is mapping }} {{ [] is iterable }} {{ "
        + "3 is divisibleby 3 }}", "False True True True True True True")]
    [InlineData("{{ not x is defined and true }} {{ 1 is not none }} {{ true is true }} {{ 1 is true }}", "True True True False")]
    [InlineData("{% if x is defined and x %}1{% elif 0 %}2{% else %}3{% endif %}", "3")]
    [InlineData("{% call(n) m() %}{% endcall %}", null)]
    [InlineData("{% macro w() %}[{{ caller('z') }}]{% endmacro %}{% call(n) w() %}{{ n }}{% endcall %}", "[z]")]
    [InlineData("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}", "3False")]
    [InlineData("{{ '%s is %d, %.2f%%' | format('x', 3, 2.345) }} {{ 'a%s' % 'b' }}", "x is 3, 2.35% ab")]
    [InlineData("{{ strftime_now('%d %b %Y, %-d %B %A %H:%M') }}", "07 Mar 2024, 7 March Thursday 09:05")]
    [InlineData("{{ {'items': 5}['items'] }}{{ {'b': 1, 'a': 2} | dictsort | first | first }}", "5a")]
    [InlineData("{{ -1 | abs }} {{ 2.567 | round(1) }} {{ '12' | int + 1 }} {{ 'x' | int(7) }} {{ '1.5' | float }}", "1 2.6 13 7 1.5")]
    [InlineData("{{ messages | length }}{{ messages[0].role }}{{ messages[0]['content'] }}{{ bos_token }}", "1userHi<s>")]
    [InlineData("{{ undefined_thing.x }}", null)]
    [InlineData("{{ 'a' + 1 }}", null)]
    [InlineData("{{ x | no_such_filter }}", null)]
    [InlineData("{% include 'x' %}", null)]
    [InlineData("{{ ().__class__.__mro__ }}", null)]
    [InlineData("{{ [].append(1) }}", null)]
    [InlineData("{% for x in y recursive %}{% endfor %}", null)]
    [InlineData("{{ 1 / 0 }}", null)]
    [InlineData("{% if true %}", null)]
    [InlineData("{% endif %}", null)]
    [InlineData("{{ (1 }}", null)]
    [InlineData("{{ 'open }}", null)]
    public void Means_what_Jinja_means(string template, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<UserErrorException>(() => Render(template));
        }
        else
        {
            Assert.Equal(expected, Render(template));
        }
    }

    [Fact]
    public void A_refusal_names_the_line_and_what_is_not_known()
    {
        var unknown = Assert.Throws<UserErrorException>(() => Render("a\nb{{ 1 | nope }}"));
        Assert.Equal("own, line 2: the chat template cannot be used: the filter 'nope' is not known.", unknown.Message);
        var raised = Assert.Throws<UserErrorException>(() => Render("\n{{ raise_exception('no system') }}"));
        Assert.Equal("own: the chat template refuses this conversation: no system", raised.Message);
    }

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}")]
    [InlineData("{{ 'x' * 9999999999 }}")]
    [InlineData("{{ [0] * 9999999999 }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}")]
    [InlineData("{{ 'x'.ljust(99999999) }}")]
    [InlineData("{{ 9 ** 99 }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == [ns.l] }}")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [InlineData("{{ (['x' * 1000000] * 2000) | join }}")]
    [InlineData("{{ ('\n' * 1000000) | indent(1000, true, true) }}")]
    [InlineData("{% for i in range(99999) %}{{ ('x' * 1000000) is string }}{{ 'y' in 'x' * 1000000 }}{% endfor %}")]
    public void Bounds_what_a_template_asks_for(string template)
    {
        var (began, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        Assert.Throws<UserErrorException>(() => Render(template));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
        TestContext.Current.SendDiagnosticMessage($"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms: {template}");
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("[", "]"), ("{1:", "}"), ("not ", ""), ("-", ""), ("a(", ")"), ("1 if ", "") })
        {
            var text = string.Concat(Enumerable.Repeat(open, 50_000)) + "1" + string.Concat(Enumerable.Repeat(close, 50_000));
            Assert.Throws<UserErrorException>(() => Render("{{ " + text + " }}"));
        }

        Assert.Throws<UserErrorException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", 10_000))));
        Assert.Throws<UserErrorException>(() => Render("{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 50_000)) + " }}"));
    }

    [Fact]
    public void Mutated_templates_never_crash() => Mutate(2_000);

    [Fact(Explicit = true)]
    public void A_hundred_thousand_mutated_templates_never_crash() => Mutate(100_000);

    // No template takes more than 100 MB; how long the slowest took is said, and held by nothing but the budget of work.
    private static void Mutate(int count)
    {
        var (slowest, most) = (TimeSpan.Zero, 0L);
        string[] texts = [.. ChatGoldens.Templates.Select(ChatGoldens.Text)];
        string[] pieces =
            ["{{", "}}", "{%", "%}", "-", "(", ")", "[", "]", "'", "\"", "|", "~", "for", "endfor", " in ", "range(99999)", "**", "[::-1]",
            "messages", "loop", ".", " if ", " else ", "not ", "%}{% set ns.x = ", "{#", "#}", "\\", "* 99999999", "content", "namespace(",
                "\ud800"];
        var mutation = Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 30], Gen.Int[0, pieces.Length]);
        Gen.Select(Gen.Int[0, texts.Length - 1], mutation.Array[1, 8], Gen.Int[0, ChatGoldens.Cases.Count - 1]).Sample(
            (which, mutations, name) =>
            {
                var text = texts[which];
                foreach (var (at, cut, piece) in mutations)
                {
                    var start = at % text.Length;
                    text = text[..start] + (piece < pieces.Length ? pieces[piece] : "") + text[Math.Min(text.Length, start + cut)..] + " ";
                }

                var input = ChatGoldens.Input(ChatGoldens.Templates[which], ChatGoldens.Cases[name]);
                var (began, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
                try
                {
                    Assert.NotNull(ChatTemplate.Read(text, "mutated").Render(input));
                }
                catch (UserErrorException)
                {
                    // A sentence is the other good end.
                }

                most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
                var took = Stopwatch.GetElapsedTime(began);
                slowest = took > slowest ? took : slowest;
            },
            iter: count, threads: 1);
        Assert.InRange(most, 0, 100_000_000);
        TestContext.Current.SendDiagnosticMessage(
            $"the slowest of {count} took {slowest.TotalMilliseconds:0} ms, the largest {most} bytes");
    }

    private static string Render(string template) => ChatTemplate.Read(template, "own").Render(
        new ChatInput(JsonDocument.Parse("""[{"role": "user", "content": "Hi"}]""").RootElement, AddsGenerationPrompt: true)
        {
            SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>" },
            Now = new DateTime(2024, 3, 7, 9, 5, 0),
        });
}
